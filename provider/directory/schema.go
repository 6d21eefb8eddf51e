package directory

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

const (
	maxCustomAttributes = 50
	maxValue            = 2048 // characters of one attribute
	maxName             = 256  // characters of one that users sign in by; sign-in takes no more
)

// Schema lists every attribute that a pool knows: OpenID Connect's standard
// claims (OpenID Connect Core 1.0 section 5.1) as the pool has them, then its
// own. Retired ones are among them.
func Schema(p *provider.Pool) []provider.Attribute {
	out := standardAttributes()
	for _, a := range p.Settings.Schema {
		i := slices.IndexFunc(out, func(b provider.Attribute) bool { return b.Name == a.Name && !a.Custom })
		if i >= 0 {
			out[i] = a
		} else {
			out = append(out, a)
		}
	}
	return out
}

// standardAttributes are the claims that every pool has.
func standardAttributes() []provider.Attribute {
	text := func(name string, min, max int) provider.Attribute {
		return provider.Attribute{Name: name, Type: "String", Mutable: true, MinLength: &min, MaxLength: &max}
	}
	flag := func(name string) provider.Attribute {
		return provider.Attribute{Name: name, Type: "Boolean", Mutable: true}
	}
	zero := "0"
	sub := text("sub", 1, maxValue)
	sub.Required, sub.Mutable = true, false
	out := []provider.Attribute{sub}
	for _, name := range []string{
		"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website",
		"email", "gender", "zoneinfo", "locale", "phone_number", "address",
	} {
		out = append(out, text(name, 0, maxValue))
	}
	return append(out, text("birthdate", 10, 10), flag("email_verified"), flag("phone_number_verified"),
		provider.Attribute{Name: "updated_at", Type: "Number", Mutable: true, MinValue: &zero})
}

// WireName is the name that users' attributes carry: custom ones are prefixed.
func WireName(a provider.Attribute) string {
	switch {
	case a.Custom && a.DevOnly:
		return "dev:custom:" + a.Name
	case a.Custom:
		return "custom:" + a.Name
	}
	return a.Name
}

// attributeOf finds an attribute by the name that users' attributes carry.
func attributeOf(p *provider.Pool, name string) (provider.Attribute, bool) {
	schema := Schema(p)
	i := slices.IndexFunc(schema, func(a provider.Attribute) bool { return WireName(a) == name })
	if i < 0 {
		return provider.Attribute{}, false
	}
	return schema[i], true
}

func checkSchema(schema []provider.Attribute) error {
	standard := standardAttributes()
	custom := 0
	seen := map[string]bool{}
	for _, a := range schema {
		name := WireName(a)
		if seen[name] {
			return provider.Invalid("Schema", "The attribute %s is there already. Change it, or restore it where it is retired.", name)
		}
		seen[name] = true
		if a.Custom && !a.Retired {
			custom++
		}
		if a.DevOnly && a.Required {
			return provider.Invalid("Schema", "The attribute %s cannot be required: users do not set it themselves.", name)
		}
		if a.Custom {
			continue
		}
		if !slices.ContainsFunc(standard, func(b provider.Attribute) bool { return b.Name == a.Name && b.Type == a.Type }) {
			return provider.Invalid("Schema", "The standard attribute %s has another data type.", a.Name)
		}
	}
	if custom > maxCustomAttributes {
		return &provider.Error{Code: provider.CodeLimit, Kind: "pool", Message: "A user pool has at most 50 custom attributes."}
	}
	return nil
}

func checkBounds(a provider.Attribute) error {
	if a.MinLength != nil && a.MaxLength != nil && *a.MinLength > *a.MaxLength {
		return provider.Invalid(WireName(a), "MinLength is above MaxLength, so no value could be set.")
	}
	var bounds [2]int64
	for i, b := range []struct {
		member string
		value  *string
	}{{"MinValue", a.MinValue}, {"MaxValue", a.MaxValue}} {
		if b.value == nil {
			continue
		}
		var err error
		if bounds[i], err = strconv.ParseInt(*b.value, 10, 64); err != nil {
			return provider.Invalid(WireName(a), "%s is not a whole number.", b.member)
		}
	}
	if a.MinValue != nil && a.MaxValue != nil && bounds[0] > bounds[1] {
		return provider.Invalid(WireName(a), "MinValue is above MaxValue, so no value could be set.")
	}
	return nil
}

// IsStandard reports whether a name is one of the standard claims.
func IsStandard(name string) bool {
	return slices.ContainsFunc(standardAttributes(), func(a provider.Attribute) bool { return a.Name == strings.TrimSpace(name) })
}
