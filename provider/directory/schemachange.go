package directory

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// AttributeChange says what becomes of an attribute's rules, or what a new one's are. A
// nil member leaves a rule as it is; a bound that is "" goes away.
type AttributeChange struct {
	Type                 string // may be told, but not changed
	Required, Mutable    *bool
	MinLength, MaxLength *string // characters, of a String
	MinValue, MaxValue   *string // of a Number
}

// ChangeAttribute changes the rules of an attribute, named as users' attributes
// carry it, and answers what became of it.
//
// Values that users have stay as they are and stay valid: narrower bounds hold for
// what is set from now on, and whoever lacks an attribute that becomes required is
// asked for it at their next sign-in. A type never changes, since values of the
// old one are there.
//
// Errors: provider.ErrPoolNotFound; provider.CodeNotFound for an attribute that is
// not there; provider.CodeInvalid with what cannot be.
func (d *Directory) ChangeAttribute(ctx context.Context, pool, name string, c AttributeChange) (*provider.Attribute, error) {
	return d.changeAttribute(ctx, pool, name, AttributeUpdate, func(_ *provider.Pool, a *provider.Attribute) error {
		if a.Retired {
			return provider.Invalid(name, "The attribute is retired. Restore it first.")
		}
		return c.Apply(a)
	})
}

// RetireAttribute takes an attribute out of use: users keep their values and
// operators see them, but nobody sets new ones, no form asks for it and no token
// carries it.
//
// Errors: those of ChangeAttribute.
func (d *Directory) RetireAttribute(ctx context.Context, pool, name string) (*provider.Attribute, error) {
	return d.changeAttribute(ctx, pool, name, AttributeRetire, func(p *provider.Pool, a *provider.Attribute) error {
		switch {
		case name == "email" || name == "phone_number":
			return provider.Invalid(name, "Codes are sent there, so the attribute cannot be retired. Make it optional instead.")
		case slices.Contains(p.Settings.AliasAttrs, name):
			return provider.Invalid(name, "Users sign in by the attribute, so it cannot be retired.")
		case a.Retired:
			return provider.Invalid(name, "The attribute is retired already.")
		}
		a.Retired = true
		return nil
	})
}

// RestoreAttribute brings a retired attribute back as it was.
//
// Errors: those of ChangeAttribute.
func (d *Directory) RestoreAttribute(ctx context.Context, pool, name string) (*provider.Attribute, error) {
	return d.changeAttribute(ctx, pool, name, AttributeRestore, func(_ *provider.Pool, a *provider.Attribute) error {
		if !a.Retired {
			return provider.Invalid(name, "The attribute is not retired.")
		}
		a.Retired = false
		return nil
	})
}

func (d *Directory) changeAttribute(ctx context.Context, pool, name, action string, f func(*provider.Pool, *provider.Attribute) error) (*provider.Attribute, error) {
	var out provider.Attribute
	err := d.change(ctx, pool, action, "pool/"+pool, map[string]string{"attribute": name}, func(ctx context.Context) error {
		return d.Store.Pool(pool).Change(ctx, func(p *provider.Pool) error {
			a, ok := attributeOf(p, name)
			if !ok {
				return &provider.Error{Code: provider.CodeNotFound, Kind: "attribute", Field: "AttributeName", Message: "The user pool has no attribute " + strconv.Quote(name) + "."}
			}
			if ownedByUs(a) {
				return provider.Invalid(name, "The server keeps this attribute itself, so its rules stay as they are.")
			}
			if err := f(p, &a); err != nil {
				return err
			}
			out = a
			i := slices.IndexFunc(p.Settings.Schema, func(b provider.Attribute) bool { return WireName(b) == name })
			if i < 0 { // a standard attribute, as every pool has it until now
				p.Settings.Schema = append(p.Settings.Schema, a)
			} else {
				p.Settings.Schema[i] = a
			}
			return checkPool(p)
		})
	})
	return &out, err
}

// Apply changes the rules of an attribute that no pool has yet.
//
// Errors: provider.CodeInvalid for what the attribute's type does not have.
func (c *AttributeChange) Apply(a *provider.Attribute) error {
	name := WireName(*a)
	switch {
	case c.Type != "" && c.Type != a.Type:
		return provider.Invalid(name, "The attribute is of type %s, and values of that type are there. Retire it and add another.", a.Type)
	case a.Type != "String" && (c.MinLength != nil || c.MaxLength != nil):
		return provider.Invalid(name, "Only a String has a length; the attribute is a %s.", a.Type)
	case a.Type != "Number" && (c.MinValue != nil || c.MaxValue != nil):
		return provider.Invalid(name, "Only a Number has a least and a greatest value; the attribute is a %s.", a.Type)
	case a.Name == "birthdate" && !a.Custom && (moves(c.MinLength, a.MinLength) || moves(c.MaxLength, a.MaxLength)):
		return provider.Invalid(name, "A date such as 1999-12-31 always has 10 characters.")
	}
	if c.Required != nil {
		a.Required = *c.Required
	}
	if c.Mutable != nil {
		a.Mutable = *c.Mutable
	}
	for _, b := range []struct {
		given *string
		kept  **string
	}{{c.MinValue, &a.MinValue}, {c.MaxValue, &a.MaxValue}} {
		if b.given != nil {
			*b.kept = b.given
			if *b.given == "" {
				*b.kept = nil
			}
		}
	}
	if err := length(name, "MinLength", c.MinLength, &a.MinLength); err != nil {
		return err
	}
	if err := length(name, "MaxLength", c.MaxLength, &a.MaxLength); err != nil {
		return err
	}
	return checkBounds(*a) // here, and not of all that are there: an older version took others
}

// moves reports whether a length that is given is another than the one that holds.
func moves(given *string, kept *int) bool {
	return given != nil && (kept == nil || *given != strconv.Itoa(*kept))
}

func length(name, member string, given *string, kept **int) error {
	if given == nil {
		return nil
	}
	if *given == "" {
		*kept = nil
		return nil
	}
	n, err := strconv.Atoi(strings.TrimSpace(*given))
	if err != nil || n < 0 || n > maxValue {
		return provider.Invalid(name, "%s is a whole number from 0 to %d.", member, maxValue)
	}
	*kept = &n
	return nil
}
