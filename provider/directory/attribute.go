package directory

import (
	"math/big"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/cognate-idp/cognate/provider"
)

// setAttributes puts values into u after checking each against the pool's
// schema. An empty value removes the attribute. A new address is unverified
// unless the same call says otherwise.
func setAttributes(p *provider.Pool, u *provider.User, values map[string]string, isNew bool) error {
	schema := Schema(p)
	if u.Attributes == nil {
		u.Attributes = map[string]string{}
	}
	for name, value := range values {
		i := slices.IndexFunc(schema, func(a provider.Attribute) bool { return WireName(a) == name })
		if i < 0 || name == "sub" {
			return provider.Invalid(name, "The user pool has no such attribute that can be set.")
		}
		a := schema[i]
		if !isNew && !a.Mutable && u.Attributes[name] != value {
			return provider.Invalid(name, "The attribute cannot be changed once a user is made.")
		}
		if value == "" {
			delete(u.Attributes, name)
			continue
		}
		if err := checkValue(a, value); err != nil {
			return err
		}
		_, says := values[name+"_verified"]
		if (name == "email" || name == "phone_number") && u.Attributes[name] != value && !says {
			delete(u.Attributes, name+"_verified")
		}
		u.Attributes[name] = value
	}
	return checkRequired(schema, u)
}

func checkRequired(schema []provider.Attribute, u *provider.User) error {
	for _, a := range schema {
		if a.Required && a.Name != "sub" && u.Attributes[WireName(a)] == "" {
			return provider.Invalid(WireName(a), "The user pool requires this attribute.")
		}
	}
	return nil
}

// checkValue checks one value against its type and bounds.
func checkValue(a provider.Attribute, value string) error {
	name := WireName(a)
	length := utf8.RuneCountInString(value)
	switch {
	case a.MinLength != nil && length < *a.MinLength:
		return provider.Invalid(name, "The value must have at least %d characters.", *a.MinLength)
	case length > maxValue, a.MaxLength != nil && length > *a.MaxLength:
		return provider.Invalid(name, "The value must have at most %d characters.", longest(a))
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
			return provider.Invalid(name, "The value must be a date and time such as 2006-01-02T15:04:05Z.")
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
		return provider.Invalid(name, "The value must be a whole number.")
	}
	for bound, side := range map[*string]int{a.MinValue: -1, a.MaxValue: 1} {
		if bound == nil {
			continue
		}
		limit, err := strconv.ParseInt(*bound, 10, 64)
		if err == nil && n.Cmp(big.NewInt(limit)) == side {
			return provider.Invalid(name, "The value is out of the attribute's bounds.")
		}
	}
	return nil
}

// e164 is a telephone number in international form (ITU-T E.164).
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{4,14}$`)

func checkForm(name, value string) error {
	switch name {
	case "email":
		if a, err := mail.ParseAddress(value); err != nil || a.Address != value {
			return provider.Invalid(name, "The value must be an e-mail address.")
		}
	case "phone_number":
		if !e164.MatchString(value) {
			return provider.Invalid(name, "The value must be a telephone number with its country code, such as +15550100.")
		}
	case "birthdate":
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return provider.Invalid(name, "The value must be a date such as 1999-12-31.")
		}
	}
	return nil
}
