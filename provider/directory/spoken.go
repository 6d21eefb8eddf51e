package directory

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // a container may have no list of time zones

	"golang.org/x/text/language"

	"github.com/cognate-idp/cognate/provider"
)

// CheckSaid checks what a person said of themselves on a page, beyond what the schema
// demands: the standard attributes of OpenID Connect (Core 1.0 section 5.1) should be
// what they are called, and nobody is born after today. An app may store what it likes,
// as in Cognito.
//
// Errors: AttributeErrors, each of provider.CodeInvalid.
func CheckSaid(values map[string]string, now provider.Time) error {
	wrongs := AttributeErrors{}
	for name, value := range values {
		kind, ok := "", true
		switch name {
		case "website", "picture", "profile":
			u, err := url.Parse(value)
			kind, ok = "url", err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != ""
		case "zoneinfo":
			_, err := time.LoadLocation(value)
			kind, ok = "zone", err == nil && value != "Local"
		case "locale": // some write an underscore
			_, err := language.Parse(strings.ReplaceAll(value, "_", "-"))
			kind, ok = "locale", err == nil
		case "birthdate": // its form is the schema's to check; somewhere it is tomorrow already
			born, err := time.Parse(time.DateOnly, value)
			kind, ok = "future", err != nil || born.Before(now.Time().Add(24*time.Hour))
		}
		if value != "" && !ok {
			wrongs[name] = &provider.Error{Code: provider.CodeInvalid, Kind: kind, Field: name, Message: "The value is not what the attribute is for."}
		}
	}
	if len(wrongs) > 0 {
		return wrongs
	}
	return nil
}

// FreeName refuses a preferred_username that another person signs in with: apps may show
// it in that one's place. An address that is not the user's own is refused unseen, so
// that nobody finds out here whose account has which.
//
// Errors: provider.CodeInvalid; provider.ErrAliasExists.
func (d *Directory) FreeName(ctx context.Context, p *provider.Pool, u *provider.User, name string) error {
	const field = "preferred_username"
	if name == "" || name == u.Attributes["email"] {
		return nil
	}
	if strings.Contains(name, "@") {
		return provider.Invalid(field, "The value cannot be an address.")
	}
	other, err := d.Store.Pool(p.ID).UserByName(ctx, NameKey(p, name))
	switch {
	case errors.Is(err, provider.ErrUserNotFound):
		return nil
	case err != nil:
		return err
	case other.ID == u.ID:
		return nil
	}
	taken := provider.ErrAliasExists.With(nil)
	taken.Field = field
	return taken
}
