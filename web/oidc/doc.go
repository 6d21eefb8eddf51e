// Package oidc is the door of a user pool's OAuth 2.0 and OpenID Connect
// endpoints: authorize, token, userinfo, introspection, revocation, logout,
// discovery and the key set. It reads requests, calls package oauth, and writes
// the answers that the standards give.
//
// Pages are not drawn here: where a person has to be asked something, the door
// calls one of its functions, which another door provides.
package oidc
