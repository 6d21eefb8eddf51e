// Package respond writes answers: JSON, pages, redirects, and the one reading of
// an error that every door shares. It sets the headers that go with each. It
// knows no template and no protocol; package page draws the pages, and each door
// has its own protocol's error codes.
package respond
