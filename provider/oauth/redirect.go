package oauth

import (
	"net"
	"net/url"
	"slices"
)

// matchRedirect answers the URI that the client's answer goes to. URIs match
// exactly (RFC 9700 section 2.1), but for the port of a loopback address, which
// a native app cannot know beforehand (RFC 8252 section 7.3). With no URI given,
// the only or default one holds.
func (c *client) matchRedirect(given string) (string, bool) {
	registered := c.Settings.RedirectURIs
	if given == "" {
		switch {
		case c.Settings.DefaultRedirectURI != "" && slices.Contains(registered, c.Settings.DefaultRedirectURI):
			return c.Settings.DefaultRedirectURI, true
		case len(registered) == 1:
			return registered[0], true
		}
		return "", false
	}
	if slices.Contains(registered, given) {
		return given, true
	}
	asked, err := url.Parse(given)
	if err != nil || !loopback(asked) || asked.Fragment != "" || asked.User != nil {
		return "", false
	}
	for _, uri := range registered {
		known, err := url.Parse(uri)
		if err == nil && loopback(known) && known.Hostname() == asked.Hostname() &&
			known.EscapedPath() == asked.EscapedPath() && known.RawQuery == asked.RawQuery && known.User == nil {
			return given, true
		}
	}
	return "", false
}

// loopback reports whether a URI leads to the machine it is opened on.
func loopback(u *url.URL) bool {
	host := u.Hostname()
	return u.Scheme == "http" && (host == "localhost" || net.ParseIP(host).IsLoopback())
}
