// Package policy reads, seals and decides the Cedar policies of a role.
//
// A role is a text of Cedar policies. When an identity is given the role, the
// text is partially evaluated for that identity: every mention of the principal
// becomes a value, every policy that can no longer apply is dropped. What is
// left, the sealed policy, is Cedar text again. It travels inside the signed
// credential, so a resource server decides each request with the issuer's JWKS
// and a Cedar engine, and asks nobody.
//
//	doc, err := policy.Parse(detail.Policies) // the credential's authorization_details
//	ok := doc.Decide(policy.Request{Principal: claims.Subject, Action: a, Resource: r}, entities)
//
// The package knows neither store nor tokens: a resource server may import it
// alone. The time and the caller's address are never sealed; they belong to the
// request and stand in its context.
package policy
