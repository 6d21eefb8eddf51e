package browser

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/provider/secret"
)

// Cookies writes a pool's cookies. Pools on one host are kept apart by name.
type Cookies struct {
	// Plain is set on plain-http loopback only. Browsers refuse Secure cookies
	// and the __Host- prefix there (RFC 6265bis section 4.1.3.2).
	Plain bool
}

// name is the cookie's name in one pool: __Host-<pool>_<suffix>.
func (c Cookies) name(pool, suffix string) string {
	if c.Plain {
		return pool + "_" + suffix
	}
	return "__Host-" + pool + "_" + suffix
}

// set writes a cookie that goes with the browser's window.
func (c Cookies) set(w http.ResponseWriter, name, value string) { c.setFor(w, name, value, 0) }

// setFor writes a cookie that stays for as long as life. An empty value takes it
// away.
func (c Cookies) setFor(w http.ResponseWriter, name, value string, life time.Duration) {
	cookie := &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(life / time.Second),
		Secure: !c.Plain, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if value == "" {
		cookie.MaxAge = -1
	}
	// One response sets a cookie once (RFC 6265 section 4.1.1); the last value counts.
	w.Header()["Set-Cookie"] = slices.DeleteFunc(w.Header()["Set-Cookie"], func(line string) bool {
		return strings.HasPrefix(line, name+"=")
	})
	http.SetCookie(w, cookie)
}

// read returns the cookie's value, or "" when it is absent or not a value that
// this package wrote.
func (c Cookies) read(r *http.Request, name string) string { return c.readUpTo(r, name, maxValue) }

func (c Cookies) readUpTo(r *http.Request, name string, most int) string {
	cookie, err := r.Cookie(name)
	if err != nil || len(cookie.Value) > most {
		return ""
	}
	return cookie.Value
}

const maxValue = 256

// Binding returns the secret that ties sign-in attempts to this browser, making
// it on the first visit. The attempt keeps its hash alone.
func (c Cookies) Binding(w http.ResponseWriter, r *http.Request, pool string) string {
	if b := c.Bound(r, pool); b != "" {
		return b
	}
	b := secret.Token()
	c.set(w, c.name(pool, "browser"), b)
	return b
}

// Bound returns the browser's binding secret, or "" when it has none.
func (c Cookies) Bound(r *http.Request, pool string) string {
	return token(c.read(r, c.name(pool, "browser")))
}

// token returns s when it has the form of secret.Token, else "".
func token(s string) string {
	if len(s) != 43 {
		return ""
	}
	for i := range len(s) {
		switch b := s[i]; {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9', b == '-', b == '_':
		default:
			return ""
		}
	}
	return s
}
