// Package oauth decides which tokens a client gets. It is the OAuth 2.0
// authorization server and OpenID Connect provider of every user pool: it judges
// authorization requests, issues codes and tokens, rotates refresh tokens,
// introspects, revokes, and answers userinfo, logout and metadata.
//
// Who stands at the door is package signin's to find out: a provider.Principal
// comes in, a redirect or tokens go out. HTTP, pages and cookies belong to the
// doors. fosite, whose handlers drive the grants, is seen nowhere else.
//
// The tenant is always the one in the context (provider.TenantFrom).
package oauth
