// Package federation is the border to upstream identity providers: what they
// say about a person (Identity) and the few interfaces they are asked through.
// It uses the standard library only and knows nothing of pools, users or
// storage; whoever calls decides what an Identity means in their own house.
//
// Each kind of upstream has a package below, with one Config and one Open.
package federation

import (
	"context"
	"net/url"
)

// Redirector signs a person in by sending their browser to the upstream and
// taking them back. Both methods may call the upstream; neither keeps state of
// one sign-in, so any node can finish what another began.
type Redirector interface {
	// Begin returns the absolute URL to send the browser to.
	Begin(ctx context.Context, r Request) (string, error)
	// Finish proves the answer that came back and returns who it speaks of.
	// Its errors are of type *Error.
	Finish(ctx context.Context, c Callback) (*Identity, error)
}

// TokenVerifier proves a token that somebody else obtained from the upstream,
// as identity pools take them.
type TokenVerifier interface {
	// VerifyToken checks signature, issuer, audience and life time. Its errors
	// are of type *Error.
	VerifyToken(ctx context.Context, raw string) (*Identity, error)
}

// AssertionVerifier proves a SAML assertion that nobody here asked for, as
// token exchange takes them (RFC 7522, RFC 8693).
type AssertionVerifier interface {
	// VerifyAssertion checks raw, an XML document, and that it was meant for
	// recipient. Its errors are of type *Error.
	VerifyAssertion(ctx context.Context, raw []byte, recipient string) (*Identity, error)
}

// Request is what one sign-in asks of the upstream. State, Nonce and Verifier
// are unguessable, made fresh for each sign-in, and kept by the caller, bound to
// the browser, until Finish.
type Request struct {
	RedirectURI string
	State       string // RFC 6749 section 4.1.1
	Nonce       string // OpenID Connect Core section 3.1.2.1
	Verifier    string // RFC 7636 section 4.1
	LoginHint   string
	Prompt      string
	UILocales   string
}

// Callback is what came back, beside the request that it must answer.
type Callback struct {
	Request Request
	Values  url.Values
}
