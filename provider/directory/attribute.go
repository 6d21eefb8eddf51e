package directory

import (
	"math/big"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cognate-idp/cognate/provider"
)

// setAttributes puts values into u after checking each against the pool's
// schema. An empty value removes the attribute. A new address is unverified
// unless the same call says otherwise.
//
// What u lacks is not looked at: an attribute may have become required since, and
// that must not stand in the way of other changes.
func setAttributes(p *provider.Pool, u *provider.User, values map[string]string, isNew bool) error {
	if u.Attributes == nil {
		u.Attributes = map[string]string{}
	}
	for name, value := range values {
		value, err := settable(p, u, name, value, isNew)
		if err != nil {
			return err
		}
		if value == "" {
			delete(u.Attributes, name)
			continue
		}
		_, says := values[name+"_verified"]
		if (name == "email" || name == "phone_number") && u.Attributes[name] != value && !says {
			delete(u.Attributes, name+"_verified")
		}
		u.Attributes[name] = value
	}
	return nil
}

// settable says whether a user's attribute may get a value, and answers the form in
// which it is kept.
func settable(p *provider.Pool, u *provider.User, name, value string, isNew bool) (string, error) {
	a, ok := attributeOf(p, name)
	if !ok || name == "sub" {
		return "", provider.Invalid(name, "The user pool has no such attribute that can be set.")
	}
	had := u.Attributes[name]
	if value == "" {
		switch {
		case !isNew && !a.Mutable && had != "" && !a.Retired:
			return "", provider.Invalid(name, "The attribute cannot be changed once a user has it.")
		case required(a) && had != "":
			return "", provider.Invalid(name, "The user pool requires this attribute.")
		}
		return "", nil
	}
	if a.Retired {
		return "", provider.Invalid(name, "The attribute is retired: nobody can set it.")
	}
	value = canonical(p, a, value)
	// Who was there before the attribute became required may still set it, once.
	if !isNew && !a.Mutable && had != value && (had != "" || !a.Required) {
		return "", provider.Invalid(name, "The attribute cannot be changed once a user has it.")
	}
	if had == value && had != "" {
		return value, nil // it may be from before a bound was narrowed
	}
	// Upstreams may tell anything: what they tell leads nowhere.
	if name == "preferred_username" && u.Status != provider.UserExternalProvider && slices.Contains(p.Settings.AliasAttrs, name) && passesFor(p, value) != "" {
		return "", provider.Invalid(name, "The value cannot be an address, since the user pool signs in by addresses too.")
	}
	if utf8.RuneCountInString(value) > maxName && isName(p, name) {
		return "", wrong("long", name, "Users sign in by this attribute, so the value must have at most %d characters.", maxName)
	}
	return value, checkValue(a, value)
}

// required reports whether a pool wants an attribute of everybody.
func required(a provider.Attribute) bool { return a.Required && !a.Retired && a.Name != "sub" }

// Missing lists what a pool requires of a user, they have not told, and they may
// set through a client (nil for none), in the schema's order.
func Missing(p *provider.Pool, c *provider.Client, u *provider.User) []provider.Attribute {
	var out []provider.Attribute
	for _, a := range Schema(p) {
		if required(a) && u.Attributes[WireName(a)] == "" && MayWrite(p, c, WireName(a)) {
			out = append(out, a)
		}
	}
	return out
}

// checkValue checks one value against its type and bounds.
func checkValue(a provider.Attribute, value string) error {
	name := WireName(a)
	length := utf8.RuneCountInString(value)
	switch {
	case !utf8.ValidString(value), strings.ContainsRune(value, 0):
		return provider.Invalid(name, "The value holds characters that no text has.")
	case a.MinLength != nil && length < *a.MinLength:
		return wrong("short", name, "The value must have at least %d characters.", *a.MinLength)
	case length > maxValue, a.MaxLength != nil && length > *a.MaxLength:
		return wrong("long", name, "The value must have at most %d characters.", longest(a))
	}
	switch a.Type {
	case "Boolean":
		if value != "true" && value != "false" {
			return provider.Invalid(name, "The value must be true or false.")
		}
	case "Number":
		return checkNumber(a, name, value)
	case "DateTime":
		if _, err := time.Parse(time.RFC3339, value); err != nil {
			return wrong("moment", name, "The value must be a date and time such as 2006-01-02T15:04:05Z.")
		}
	}
	return checkForm(name, value)
}

func longest(a provider.Attribute) int {
	if a.MaxLength != nil {
		return min(*a.MaxLength, maxValue)
	}
	return maxValue
}

func checkNumber(a provider.Attribute, name, value string) error {
	n, ok := new(big.Int).SetString(value, 10)
	if !ok {
		return wrong("number", name, "The value must be a whole number.")
	}
	for bound, side := range map[*string]int{a.MinValue: -1, a.MaxValue: 1} {
		if bound == nil {
			continue
		}
		limit, err := strconv.ParseInt(*bound, 10, 64)
		if err == nil && n.Cmp(big.NewInt(limit)) == side {
			return wrong("range", name, "The value is out of the attribute's bounds.")
		}
	}
	return nil
}

func checkForm(name, value string) error {
	switch name {
	case "email":
		if a, err := mail.ParseAddress(value); err != nil || a.Address != value {
			return wrong("email", name, "The value must be an e-mail address.")
		}
	case "phone_number":
		// canonical has made E.164 of whatever can be a number.
		if number, ok := Phone(&provider.Pool{}, value); !ok || number != value {
			return wrong("phone", name, "The value must be a telephone number with its country code, such as +49 30 901820.")
		}
	case "birthdate":
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return wrong("date", name, "The value must be a date such as 1999-12-31.")
		}
	}
	return nil
}

// wrong says what kind of rule a value breaks, for pages that say it in their own
// words.
func wrong(kind, name, format string, args ...any) *provider.Error {
	e := provider.Invalid(name, format, args...)
	e.Kind = kind
	return e
}
