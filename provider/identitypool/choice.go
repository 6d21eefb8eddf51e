package identitypool

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// Choice is the role that a credential carries, and in plain words why.
type Choice struct {
	Name   string `json:"name"`
	ARN    string `json:"arn"`
	Reason string `json:"reason"` // a sentence
}

// The words of a RoleMapping, as SetIdentityPoolRoles has them.
const (
	mappingToken = "Token"
	mappingRules = "Rules"

	ambiguousDefault = "AuthenticatedRole"
	ambiguousDeny    = "Deny"
)

const everybody = "It is the role of everybody who is signed in."

// choose picks the role for a guest (proof nil) or for somebody signed in.
// wanted, if not empty, is the ARN of the role that they ask for among those
// that their groups give them.
//
// Errors: provider.CodeForbidden where the pool gives them no role.
func choose(p *provider.IdentityPool, proof *Proof, wanted string) (Choice, error) {
	c, err := chooseARN(p, proof, wanted)
	if err != nil {
		return c, err
	}
	name, ok := RoleName(p.ID, c.ARN)
	if !ok {
		return c, noRole("The role %q is none of this identity pool.", c.ARN)
	}
	c.Name = name
	return c, nil
}

func chooseARN(p *provider.IdentityPool, proof *Proof, wanted string) (Choice, error) {
	if proof == nil {
		switch {
		case p.Settings.GuestRole == "":
			return Choice{}, noRole("This identity pool has no role for guests.")
		case wanted != "" && wanted != p.Settings.GuestRole:
			return Choice{}, noRole("A guest cannot choose a role.")
		}
		return Choice{ARN: p.Settings.GuestRole, Reason: "It is the role of guests."}, nil
	}
	mapping, mapped := mappingFor(p, proof)
	c, err := chosen(p, proof, mapping, mapped)
	if wanted == "" || err == nil && c.ARN == wanted {
		return c, err
	}
	if !mapped || mapping.Type != mappingToken || !slices.Contains(proof.roles(p.ID), wanted) {
		return Choice{}, noRole("The role asked for is not one of yours.")
	}
	return Choice{ARN: wanted, Reason: "It was asked for, and one of your groups gives it."}, nil
}

func chosen(p *provider.IdentityPool, proof *Proof, mapping provider.RoleMapping, mapped bool) (Choice, error) {
	if !mapped {
		return defaultRole(p, everybody)
	}
	if mapping.Type == mappingRules {
		for i, rule := range mapping.Rules {
			if matches(rule, proof) {
				return Choice{ARN: rule.Role, Reason: fmt.Sprintf("Rule %d gives it: %s.", i+1, inWords(rule))}, nil
			}
		}
		return unclear(p, mapping, "no rule matches your token")
	}
	roles := proof.roles(p.ID)
	preferred, group := proof.preferredRole(p.ID)
	switch {
	case preferred != "" && group != "":
		return Choice{ARN: preferred, Reason: fmt.Sprintf("It is the role of %q, which comes first of your groups.", group)}, nil
	case preferred != "":
		return Choice{ARN: preferred, Reason: "Your token names it as the preferred role."}, nil
	case len(roles) == 1:
		return Choice{ARN: roles[0], Reason: "It is the only role that your groups give."}, nil
	case len(roles) == 0:
		return unclear(p, mapping, "no group gives a role")
	default:
		return unclear(p, mapping, "several groups come first together, with different roles")
	}
}

func unclear(p *provider.IdentityPool, mapping provider.RoleMapping, why string) (Choice, error) {
	if mapping.Ambiguous == ambiguousDefault {
		return defaultRole(p, everybody+" For you in particular "+why+".")
	}
	return Choice{}, noRole("You get no role: %s.", why)
}

func defaultRole(p *provider.IdentityPool, reason string) (Choice, error) {
	if p.Settings.AuthenticatedRole == "" {
		return Choice{}, noRole("This identity pool has no role for those who are signed in.")
	}
	return Choice{ARN: p.Settings.AuthenticatedRole, Reason: reason}, nil
}

func noRole(format string, args ...any) *provider.Error {
	return &provider.Error{Code: provider.CodeForbidden, Kind: "role", Message: fmt.Sprintf(format, args...)}
}

// mappingFor finds the mapping of a proof's provider. A key names the provider,
// or the provider and one of its clients, which wins.
func mappingFor(p *provider.IdentityPool, proof *Proof) (provider.RoleMapping, bool) {
	var general *provider.RoleMapping
	for key, m := range p.Settings.RoleMappings {
		if named(proof.Source, strings.TrimSuffix(key, ":"+proof.ClientID)) {
			if strings.HasSuffix(key, ":"+proof.ClientID) {
				return m, true
			}
			general = &m
		}
	}
	if general == nil {
		return provider.RoleMapping{}, false
	}
	return *general, true
}
