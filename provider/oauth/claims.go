package oauth

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
)

// profileAttributes are the claims of the scope profile (OpenID Connect Core 1.0
// section 5.4).
func profileAttributes() []string {
	return []string{"name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile",
		"picture", "website", "gender", "birthdate", "zoneinfo", "locale"}
}

// userClaims are the claims about a user that the scopes give a client, of the
// attributes that it may read. sub and what only tokens have is left to callers.
//
// The cognito profile gives all readable attributes for openid alone or with
// profile, and counts addresses and numbers only by their own scopes otherwise.
func userClaims(p *provider.Pool, u *provider.User, c *client, scopes []string) map[string]any {
	out := map[string]any{}
	has := func(scope string) bool { return slices.Contains(scopes, scope) }
	everything := c.profile == provider.TokenProfileCognito && (has("profile") || !has("email") && !has("phone"))
	profile := profileAttributes()
	for name, value := range directory.Readable(p, c.Client, u) {
		switch {
		case everything:
		case name == "email" || name == "email_verified":
			if !has("email") {
				continue
			}
		case name == "phone_number" || name == "phone_number_verified":
			if !has("phone") {
				continue
			}
		case name == "address":
			if !has("address") {
				continue
			}
		case strings.HasPrefix(name, "custom:") || slices.Contains(profile, name):
			if !has("profile") {
				continue
			}
		default:
			continue
		}
		out[name] = claimValue(name, value)
	}
	if has("profile") && c.profile != provider.TokenProfileCognito {
		if _, ok := out["preferred_username"]; !ok {
			out["preferred_username"] = u.Username
		}
		out["updated_at"] = u.UpdatedAt.Unix()
	}
	return out
}

// claimValue gives an attribute, which is always text, the type that its claim
// has (OpenID Connect Core 1.0 section 5.1).
func claimValue(name, value string) any {
	switch name {
	case "email_verified", "phone_number_verified":
		return value == "true"
	case "address":
		if object := map[string]any{}; json.Unmarshal([]byte(value), &object) == nil {
			return object
		}
		return map[string]string{"formatted": value}
	}
	return value
}

// texts turns booleans into text: the form in which Cognito's userInfo gives them.
func texts(claims map[string]any) map[string]any {
	out := maps.Clone(claims)
	for name, value := range out {
		if b, ok := value.(bool); ok {
			out[name] = map[bool]string{true: "true", false: "false"}[b]
		}
	}
	return out
}
