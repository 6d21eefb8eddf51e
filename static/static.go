// Package static holds the styles, scripts and images that pages load. It is
// only the embedded files; package page serves them.
package static

import "embed"

// FS holds css/, js/, img/ and demo/.
//
//go:embed css js img demo
var FS embed.FS
