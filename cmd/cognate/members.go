package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// member is how the command line says what the API calls by a name of its own.
type member struct {
	flags []string // the first that the command has is meant
	words string   // for what is an argument, or where no flag fits
	form  string   // how a value is written, where a pattern would say it
}

// members are the API's names, by the last part of their paths.
func members() map[string]member {
	const origin, address = "an origin such as https://app.example.com", "an address such as https://example.com/terms"
	const plain = "letters, digits, spaces and +=,.@-_"
	flag := func(names ...string) member { return member{flags: names} }
	return map[string]member{
		"termsURL": {flags: []string{"terms-url"}, form: address}, "privacyURL": {flags: []string{"privacy-url"}, form: address},
		"defaultRegion": {flags: []string{"default-region"}, form: "two letters of a country, such as DE"}, "displayName": flag("display-name"),
		"countries": {flags: []string{"sms-countries"}, form: "two letters for each country, such as SE,NO"},
		"perNumber": flag("sms-per-number"), "perPrefix": flag("sms-per-prefix"), "perAddress": flag("sms-per-address"), "dailyBudget": flag("sms-daily-budget"),
		"minimumLength": flag("password-length"), "passwordHistorySize": flag("password-history"), "maximumAgeDays": flag("password-max-age"),
		"temporaryPasswordValidityDays": flag("temporary-password-days"), "tokenProfile": flag("token-profile"),
		"idleSeconds": {flags: []string{"session-idle"}, words: "seconds"}, "absoluteSeconds": {flags: []string{"session-max"}, words: "seconds"},
		"autoVerifiedAttributes": flag("verify-email, --verify-phone"), "rememberDays": flag("device-days"),
		"allowedFirstAuthFactors": flag("first-factor"), "accountRecoverySetting": flag("recovery"), "recoveryMechanisms": flag("recovery"),
		"mfaConfiguration": flag("mode", "mfa"), "userVerification": flag("passkey-verification"), "relyingPartyId": flag("passkey-domain"),
		"allowedAuthenticators": {flags: []string{"passkey-authenticators"}, form: "an AAGUID such as ee882879-721c-4913-9775-3dfcce97072a"},
		"origins":               {flags: []string{"passkey-origins"}, form: origin}, "aliasAttributes": flag("alias"), "usernameAttributes": flag("sign-in-by"),
		"attributeDataType": flag("type"), "schema": {words: "the attribute"}, "minLength": {flags: []string{"min-length"}, form: "a whole number"},
		"maxLength": {flags: []string{"max-length"}, form: "a whole number"}, "minValue": {flags: []string{"min"}, form: "a number"}, "maxValue": {flags: []string{"max"}, form: "a number"},
		"callbackURLs": flag("callback"), "logoutURLs": flag("logout"), "allowedOAuthScopes": flag("scope"), "supportedIdentityProviders": flag("idp"),
		"readAttributes": flag("read-attributes"), "writeAttributes": flag("write-attributes"), "authSessionValidity": flag("sign-in-minutes"),
		"accessTokenValidity": flag("access-token-minutes"), "idTokenValidity": flag("id-token-minutes"), "refreshTokenValidity": flag("refresh-token-minutes"),
		"providerDetails": flag("detail"), "attributeMapping": flag("map"), "idpIdentifiers": flag("identifier"),
		"maxSessionDuration": flag("max-seconds"), "policies": flag("policy-file"), "alg": flag("algorithm"), "scope": flag("scope"),
		"email": flag("email"), "phone_number": flag("phone"), "filter": flag("filter"), "precedence": flag("precedence"), "description": flag("description"),
		"subject": flag("subject"), "text": {flags: []string{"text"}, words: "the text to look for"}, "html": flag("html"), "sms": flag("sms"),
		"locale": {flags: []string{"locale"}, form: "a language such as sv or pt-BR"}, "channel": flag("channel"), "kind": {words: "the kind"}, "to": {words: "the address"},
		"groupName": {words: "the group's name", form: "without spaces"}, "roleName": {words: "the role's name", form: "letters, digits and +=,.@-_"},
		"role": {words: "the role"}, "username": {words: "the username", form: "without spaces"}, "poolName": {words: "the pool's name", form: plain},
		"identityPoolName": {words: "the pool's name", form: plain}, "clientName": {flags: []string{"name"}, words: "the client's name", form: plain},
		"deviceKey": {words: "the device", form: "the key that cognate user devices lists"}, "passwordHash": {words: "the hash"}, "providerName": {words: "the provider's name"},
		"attributeName": {words: "the attribute's name", form: "without spaces"}, "name": {words: "the name"}, "identifier": {words: "the identifier"},
	}
}

var (
	violation = regexp.MustCompile(`Value at '([^']+)' failed to satisfy constraint: ([^;]+)`)
	ahead     = regexp.MustCompile(`^([A-Za-z_]+(?:\.[A-Za-z_]+)*): `)
	camel     = regexp.MustCompile(`\b[A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+)+\b|\b[A-Z]+[a-z]+[A-Z][A-Za-z]*\b`)
)

// inFlags says a refusal of the API in the words of the command that met it.
func inFlags(c *cobra.Command, message string) string {
	if found := violation.FindAllStringSubmatch(message, -1); len(found) > 0 {
		var said []string
		empty := map[string]bool{} // of what is empty there is no more to say
		for _, v := range found {
			empty[v[1]] = empty[v[1]] || strings.HasSuffix(strings.TrimSpace(v[2]), "have length greater than or equal to 1")
		}
		for _, v := range found {
			s := broken(c, v[1], v[2])
			if empty[v[1]] {
				name, _ := called(c, v[1])
				s = name + ": it must not be empty"
			}
			if !slices.Contains(said, s) {
				said = append(said, s)
			}
		}
		return strings.Join(said, "; ")
	}
	for _, p := range [][2]string{
		{"Add phone_number to AutoVerifiedAttributes, or recover by verified_email too, or by admin_only", "Add --verify-phone, or recover by email too, or by admin"},
	} {
		message = strings.ReplaceAll(message, p[0], p[1])
	}
	message = ahead.ReplaceAllStringFunc(message, func(s string) string {
		name, _ := called(c, strings.TrimSuffix(s, ": "))
		return name + ": "
	})
	return camel.ReplaceAllStringFunc(message, func(s string) string {
		name, _ := called(c, s)
		return name
	})
}

// called is what the command line calls a member; its path where it has no word for it.
// A flag of another command is named with that command.
func called(c *cobra.Command, path string) (string, member) {
	parts := strings.Split(path, ".")
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "member" || strings.Trim(p, "0123456789") == "" })
	if len(parts) == 0 {
		return path, member{}
	}
	last := parts[len(parts)-1]
	if parts[0] == "customAttributes" && last == "name" {
		last = "attributeName"
	}
	m, known := members()[strings.ToLower(last[:1])+last[1:]]
	if !known {
		return path, member{}
	}
	for _, f := range m.flags {
		first, _, _ := strings.Cut(f, ",")
		if c.Flags().Lookup(first) != nil {
			return "--" + f, m
		}
	}
	switch {
	case len(m.flags) == 0 || m.words != "" && m.words != "seconds":
		return m.words, m
	case strings.HasPrefix(m.flags[0], "sms-"):
		return "cognate pool update --" + m.flags[0], m
	}
	return path, m
}

// broken says which rule a value breaks.
func broken(c *cobra.Command, path, rule string) string {
	name, m := called(c, path)
	rule = strings.TrimPrefix(rule, "Member must ")
	if set, ok := strings.CutPrefix(rule, "satisfy enum value set: "); ok {
		values := strings.Trim(set, "[]")
		if values == strings.ToUpper(values) && strings.HasPrefix(name, "--") && name != "--idp" && name != "--algorithm" {
			values = strings.ToLower(values)
		}
		return name + ": use one of " + values
	}
	least, greatest := strings.CutPrefix(rule, "have length ")
	switch pattern := strings.HasPrefix(rule, "satisfy regular expression pattern: "); {
	case m.form != "" && (pattern || greatest && len(m.flags) > 0):
		return name + ": write " + m.form
	case pattern:
		return name + ": it is not of the right form"
	case greatest:
		rule, m.words = least, "characters"
	default:
		rule = strings.TrimPrefix(rule, "have value ")
	}
	rule = strings.NewReplacer("greater than or equal to", "at least", "less than or equal to", "at most").Replace(rule)
	if m.words == "characters" || m.words == "seconds" {
		rule += " " + m.words
	}
	return name + ": " + rule
}
