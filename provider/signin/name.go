package signin

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cognate-idp/cognate/provider"
)

const (
	maxName     = 256  // characters
	maxPassword = 1024 // bytes
)

// checkName refuses what no user's name can be, before any user is looked for.
func checkName(name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return ErrNameMissing
	case !utf8.ValidString(name), utf8.RuneCountInString(name) > maxName, strings.ContainsFunc(name, unicode.IsControl):
		return provider.Invalid("username", "The username holds characters that no username has, or is too long.")
	}
	return nil
}

func checkPassword(field, password string) error {
	switch {
	case password == "":
		return &provider.Error{Code: provider.CodeInvalid, Kind: ErrPasswordMissing.Kind, Field: field, Message: ErrPasswordMissing.Message}
	case len(password) > maxPassword, !utf8.ValidString(password), strings.ContainsRune(password, 0):
		return provider.Invalid(field, "The password holds characters that no password has, or is too long.")
	}
	return nil
}

// clip cuts s to at most n bytes of valid UTF-8 without NUL, as the database
// takes it.
func clip(s string, n int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s[:min(len(s), n)], ""), "\x00", "")
	return s
}
