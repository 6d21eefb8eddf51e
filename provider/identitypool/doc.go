// Package identitypool answers which credentials somebody gets. It trades a
// proof of sign-in, or nothing for a guest, for an identity and a credential
// that carries one role, its policies sealed for that identity.
//
// It owns identity pools, identities, their logins and their roles. A login is
// kept as a keyed hash: the provider's own user id is never stored. It proves
// nobody's password and keeps no session; whoever comes brings a token, which is
// verified in full here. What an identity stores is package dataset's.
package identitypool
