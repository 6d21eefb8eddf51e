package page

import (
	"html/template"
	"net/url"
	"slices"
	"strings"
)

// Schemes that a browser runs or reads locally: never a way back to an app.
var unsafeSchemes = []string{"javascript", "vbscript", "data", "blob", "file", "filesystem", "about", "view-source", "livescript", "mhtml", "jar"}

// appLink keeps the address of a native app, such as com.example.app:/back (RFC
// 8252 section 7.1), which html/template would take out. It refuses schemes
// that run in the page.
func appLink(s string) template.URL {
	u, err := url.Parse(s)
	if err != nil || slices.Contains(unsafeSchemes, strings.ToLower(u.Scheme)) {
		return "#"
	}
	if u.Scheme == "" && !strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "?") {
		return "#"
	}
	return template.URL(u.String())
}
