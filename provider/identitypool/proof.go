package identitypool

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/provider"
)

// A Proof is a verified token: who somebody is at a provider that the identity
// pool trusts.
type Proof struct {
	Source    *provider.IdentitySource
	Subject   string
	ClientID  string // the app client that the token was issued to
	Scopes    []string
	Claims    map[string]any // everything the token says, numbers as json.Number
	ExpiresAt time.Time
	Groups    []provider.Group // of one of our own user pools, as they are now; the first in precedence first

	// realm is what the subject is unique in: the user pool's id, so that a pool
	// keeps its people when its issuer moves, or the issuer.
	realm string
}

// roles are the roles of an identity pool that somebody's groups give them, or
// that their provider's token names.
func (p *Proof) roles(pool string) []string {
	var out []string
	add := func(arn string) {
		if _, ours := RoleName(pool, arn); ours && !slices.Contains(out, arn) {
			out = append(out, arn)
		}
	}
	for _, g := range p.Groups {
		add(g.RoleARN)
	}
	if p.Source.Kind != KindPool {
		for _, arn := range texts(p.Claims["cognito:roles"]) {
			add(arn)
		}
	}
	return out
}

// preferredRole is the role of the group that comes first. Where several come
// first together with different roles there is none, as in Cognito.
func (p *Proof) preferredRole(pool string) (arn, group string) {
	if p.Source.Kind != KindPool {
		arn, _ = p.Claims["cognito:preferred_role"].(string)
		if _, ours := RoleName(pool, arn); !ours {
			return "", ""
		}
		return arn, ""
	}
	var first *provider.Group
	for i, g := range p.Groups {
		if _, ours := RoleName(pool, g.RoleARN); !ours || g.Precedence == nil {
			continue
		}
		switch {
		case first == nil:
			first = &p.Groups[i]
		case *g.Precedence == *first.Precedence && g.RoleARN != first.RoleARN:
			return "", ""
		}
	}
	if first == nil {
		return "", ""
	}
	return first.RoleARN, first.Name
}

// groupNames are the groups as policies name them.
func (p *Proof) groupNames() []string {
	out := make([]string, len(p.Groups))
	for i, g := range p.Groups {
		out[i] = p.Source.PoolID + "/" + g.Name
	}
	return out
}

// tags takes the principal tags out of the claims that the provider is mapped
// by. Claims that are lists or objects make no tag.
func (p *Proof) tags() map[string]string {
	out := map[string]string{}
	for tag, claim := range p.Source.PrincipalTags {
		if v, ok := text(p.Claims[claim]); ok {
			out[tag] = v
		}
	}
	return out
}

// matches compares one claim as a rule says. A list matches by any element, and
// NotEqual by none. An absent claim matches no rule, NotEqual neither.
func matches(r provider.RoleRule, p *Proof) bool {
	values := texts(p.Claims[r.Claim])
	if len(values) == 0 {
		return false
	}
	switch r.Match {
	case "Equals":
		return slices.Contains(values, r.Value)
	case "NotEqual":
		return !slices.Contains(values, r.Value)
	case "Contains":
		return slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, r.Value) })
	case "StartsWith":
		return slices.ContainsFunc(values, func(v string) bool { return strings.HasPrefix(v, r.Value) })
	default:
		return false
	}
}

// inWords is a rule as a sentence's end.
func inWords(r provider.RoleRule) string {
	verb := map[string]string{"Equals": "is", "NotEqual": "is not", "Contains": "contains", "StartsWith": "starts with"}[r.Match]
	return "the claim " + r.Claim + " " + verb + " " + quoted(r.Value)
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return string(b)
}

// text is a scalar claim as a string.
func text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		if v {
			return "true", true
		}
		return "false", true
	case json.Number:
		return v.String(), true
	default:
		return "", false
	}
}

// texts is a claim as a list of strings: one for a scalar.
func texts(v any) []string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var out []string
	for _, e := range list {
		if s, ok := text(e); ok {
			out = append(out, s)
		}
	}
	return out
}

// claims decodes a JSON object, keeping numbers as they were written.
func claims(raw []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var out map[string]any
	return out, d.Decode(&out)
}
