// Package templates holds the page templates and the text catalogues. It is
// only the embedded files; package page parses and renders them.
package templates

import "embed"

// FS holds layout.html and parts.html, one file a page in pages/, and one text
// catalogue a language in locales/.
//
//go:embed layout.html parts.html pages locales
var FS embed.FS
