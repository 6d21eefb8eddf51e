// Package templates holds the page templates and the text catalogues. It is
// only the embedded files; package page parses and renders them.
package templates

import "embed"

// FS holds layout.html, parts.html and account.html, one file a page in pages/, the HTML form of
// e-mails in messages/, and one text catalogue a language in locales/.
//
//go:embed layout.html parts.html account.html pages messages locales
var FS embed.FS
