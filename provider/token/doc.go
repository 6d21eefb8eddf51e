// Package token signs and verifies the JSON Web Tokens that this server issues:
// access and ID tokens of user pools, credentials and identity tokens of
// identity pools. It owns each issuer's signing keys, from making and sealing
// to rotation, and the key set document (RFC 7517) that others verify with.
//
// It leaves alone what a token says: callers bring the claims. It verifies no
// token that somebody else signed, and it looks at no grant: whether a valid
// token was revoked is for its caller to ask the store.
package token
