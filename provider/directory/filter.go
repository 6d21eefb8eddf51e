package directory

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
)

// Users lists a pool's users: at most limit that come behind the key after, "" for
// the first. filter is Cognito's expression: attribute = "value" or attribute ^=
// "value"; empty chooses all. Neither case nor width of a letter matters.
//
// Errors: provider.ErrPoolNotFound, provider.CodeInvalid.
func (d *Directory) Users(ctx context.Context, pool, filter, after string, limit int) ([]store.ListedUser, error) {
	f, err := ParseFilter(filter)
	if err != nil {
		return nil, err
	}
	p, err := d.Pool(ctx, pool)
	if err != nil {
		return nil, err
	}
	if number, ok := Phone(p, f.Value); ok && f.Attribute == "phone_number" && !f.Prefix {
		f.Value = number
	}
	return d.Store.Pool(pool).Users(ctx, f, after, limit)
}

// SearchUsers lists a pool's users of whom the username, e-mail address, telephone
// number or one of the names begins with text: at most limit that come behind the
// key after.
//
// Errors: provider.ErrPoolNotFound, provider.CodeInvalid.
func (d *Directory) SearchUsers(ctx context.Context, pool, text, after string, limit int) ([]store.ListedUser, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, provider.Invalid("Text", "Say what to search for.")
	}
	p, err := d.Pool(ctx, pool)
	if err != nil {
		return nil, err
	}
	if number, ok := Phone(p, text); ok {
		text = number
	}
	return d.Store.Pool(pool).SearchUsers(ctx, text, after, limit)
}

// ParseFilter reads a filter expression. A backslash takes the meaning away from
// a quote or a backslash behind it.
//
// Errors: provider.CodeInvalid.
func ParseFilter(filter string) (store.UserFilter, error) {
	var f store.UserFilter
	rest := strings.TrimSpace(filter)
	if rest == "" {
		return f, nil
	}
	end := strings.IndexAny(rest, " \t=^")
	if end < 0 {
		return f, badFilter()
	}
	name := strings.Trim(rest[:end], `"`)
	rest = strings.TrimSpace(rest[end:])
	if after, ok := strings.CutPrefix(rest, "^="); ok {
		f.Prefix, rest = true, after
	} else if after, ok := strings.CutPrefix(rest, "="); ok {
		rest = after
	} else {
		return f, badFilter()
	}
	value, ok := unquote(strings.TrimSpace(rest))
	if !ok {
		return f, badFilter()
	}
	f.Value = value
	return f, attribute(&f, name)
}

// searched are the attributes that users are searched by, under their own names.
var searched = []string{"username", "sub", "email", "phone_number", "name", "given_name", "family_name", "preferred_username"}

// attribute translates Cognito's names and refuses those it cannot search.
func attribute(f *store.UserFilter, name string) error {
	switch {
	case name == "cognito:user_status":
		f.Attribute = "status"
	case name == "status":
		if f.Prefix || (f.Value != "Enabled" && f.Value != "Disabled") {
			return provider.Invalid("Filter", `status takes = "Enabled" or = "Disabled".`)
		}
		f.Attribute, f.Value = "enabled", strconv.FormatBool(f.Value == "Enabled")
	case slices.Contains(searched, name):
		f.Attribute = name
	default:
		return provider.Invalid("Filter", "Users cannot be searched by %q. They can by %s, cognito:user_status and status.", name, strings.Join(searched, ", "))
	}
	return nil
}

func unquote(s string) (string, bool) {
	if len(s) < 2 || s[0] != '"' {
		return "", false
	}
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i++; i == len(s) {
				return "", false
			}
			out.WriteByte(s[i])
		case '"':
			return out.String(), i == len(s)-1
		default:
			out.WriteByte(s[i])
		}
	}
	return "", false
}

func badFilter() error {
	return provider.Invalid("Filter", `Write it as attribute = "value" or attribute ^= "value".`)
}
