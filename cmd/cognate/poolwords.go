package main

import (
	"fmt"
	"slices"
	"strings"
)

// vocabulary pairs the command line's words with the API's, in the order that help
// texts list them.
type vocabulary [][2]string

func firstWords() vocabulary {
	return vocabulary{{"password", "PASSWORD"}, {"email", "EMAIL_OTP"}, {"sms", "SMS_OTP"}, {"passkey", "WEB_AUTHN"}}
}

func mfaWords() vocabulary {
	return vocabulary{{"off", "OFF"}, {"optional", "OPTIONAL"}, {"on", "ON"}}
}

func recoveryWords() vocabulary {
	return vocabulary{{"email", "verified_email"}, {"phone", "verified_phone_number"}, {"admin", "admin_only"}}
}

func addressWords() vocabulary {
	return vocabulary{{"email", "email"}, {"phone", "phone_number"}, {"none", ""}}
}

func kinds() vocabulary {
	return vocabulary{{"lower", "lower"}, {"upper", "upper"}, {"number", "number"}, {"symbol", "symbol"}, {"none", ""}}
}

func typeWords() vocabulary {
	return vocabulary{{"String", "String"}, {"Number", "Number"}, {"DateTime", "DateTime"}, {"Boolean", "Boolean"}}
}

// all lists the command line's words.
func (v vocabulary) all() string {
	var out []string
	for _, pair := range v {
		out = append(out, pair[0])
	}
	return strings.Join(out, ", ")
}

// wire turns a flag's words into the API's; none is no word at all.
func (v vocabulary) wire(flag string, list []string) ([]string, error) {
	out := []string{}
	for _, word := range list {
		i := slices.IndexFunc(v, func(pair [2]string) bool { return pair[0] == word || pair[1] == word && word != "" })
		if i < 0 {
			return nil, &exitError{fix(fmt.Errorf("unknown --%s %q", flag, word), "use "+v.all()), exitUsage}
		}
		if v[i][1] != "" {
			out = append(out, v[i][1])
		}
	}
	return out, nil
}

// plain turns the API's words into the command line's.
func (v vocabulary) plain(list ...string) string {
	var out []string
	for _, word := range list {
		if i := slices.IndexFunc(v, func(pair [2]string) bool { return pair[1] == word }); i >= 0 {
			word = v[i][0]
		}
		out = append(out, word)
	}
	return words(out)
}
