package directory

import (
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// MayWrite reports whether a person may set an attribute of their own through a
// client; nil is no client in particular. A client that lists no permissions may
// write what is standard. What the pool requires may be given through those too:
// else nobody could.
//
// Nobody vouches for their own address, and nobody sets what is retired.
func MayWrite(p *provider.Pool, c *provider.Client, name string) bool {
	a, ok := attributeOf(p, name)
	if !ok || a.Retired || a.DevOnly || ownedByUs(a) {
		return false
	}
	if c == nil {
		return true
	}
	if len(c.Settings.WriteAttributes) == 0 {
		return !a.Custom || a.Required
	}
	return slices.Contains(c.Settings.WriteAttributes, name)
}

// Readable is those of a user's attributes that a client is told; nil is no client
// in particular. A client that lists no permissions reads what is standard. A mark
// such as email_verified goes with what it is about, and what is retired goes to
// nobody.
func Readable(p *provider.Pool, c *provider.Client, u *provider.User) map[string]string {
	out := map[string]string{}
	for _, a := range Schema(p) {
		name := WireName(a)
		if value := u.Attributes[name]; value != "" && !a.Retired && !a.DevOnly && a.Name != "sub" && reads(c, a) {
			out[name] = value
		}
	}
	return out
}

func reads(c *provider.Client, a provider.Attribute) bool {
	switch {
	case c == nil:
		return true
	case len(c.Settings.ReadAttributes) == 0:
		return !a.Custom
	}
	name := WireName(a)
	return slices.Contains(c.Settings.ReadAttributes, name) || slices.Contains(c.Settings.ReadAttributes, strings.TrimSuffix(name, "_verified"))
}

// ownedByUs reports whether an attribute is kept by the server itself, so that
// nobody is asked for it.
func ownedByUs(a provider.Attribute) bool {
	return !a.Custom && (a.Name == "sub" || a.Name == "updated_at" || strings.HasSuffix(a.Name, "_verified"))
}
