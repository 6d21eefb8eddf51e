// Package api is the administrative API: POST / with X-Amz-Target, in the wire
// format of Amazon Cognito's user pools and identity pools, and in the same
// form under "Cognate." for what Cognito has no word for.
//
// One table of operations drives it: name, input and output shapes, who may
// call, handler, audit action. Routing, validation, permission, audit and the
// published OpenAPI document all read that table.
//
// A handler here translates shapes; what an operation does is the business of
// package directory, package token and package identitypool.
package api
