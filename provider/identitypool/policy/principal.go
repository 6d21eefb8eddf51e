package policy

import "github.com/cedar-policy/cedar-go"

// The entity types that Cognate gives meaning to.
const (
	Identity     cedar.EntityType = "Cognate::Identity"
	IdentityPool cedar.EntityType = "Cognate::IdentityPool"
	Group        cedar.EntityType = "Cognate::Group"
)

// A Principal is an identity as policies see it: the entity
// Cognate::Identity::"<ID>".
type Principal struct {
	ID            string            // the identity's id; also the attribute `id`
	Pool          string            // the identity pool's id; the attribute `pool`, and a parent Cognate::IdentityPool
	Authenticated bool              // false for a guest; the attribute `authenticated`
	Provider      string            // who vouched for this sign-in, empty for a guest; the attribute `provider`
	Groups        []string          // "<user pool id>/<group>"; each a parent Cognate::Group
	Tags          map[string]string // principal tags taken from claims; Cedar tags
}

// UID is the principal's Cedar name.
func (p Principal) UID() cedar.EntityUID { return IdentityUID(p.ID) }

// IdentityUID names an identity in Cedar.
func IdentityUID(id string) cedar.EntityUID {
	return cedar.NewEntityUID(Identity, cedar.String(id))
}

// Entity is the principal with its attributes, tags and parents.
func (p Principal) Entity() cedar.Entity {
	tags := make(cedar.RecordMap, len(p.Tags))
	for k, v := range p.Tags {
		tags[cedar.String(k)] = cedar.String(v)
	}
	return cedar.Entity{
		UID:     p.UID(),
		Parents: cedar.NewEntityUIDSet(p.parents()...),
		Attributes: cedar.NewRecord(cedar.RecordMap{
			"id":            cedar.String(p.ID),
			"pool":          cedar.String(p.Pool),
			"authenticated": cedar.Boolean(p.Authenticated),
			"provider":      cedar.String(p.Provider),
		}),
		Tags: cedar.NewRecord(tags),
	}
}

func (p Principal) parents() []cedar.EntityUID {
	parents := []cedar.EntityUID{cedar.NewEntityUID(IdentityPool, cedar.String(p.Pool))}
	for _, g := range p.Groups {
		parents = append(parents, cedar.NewEntityUID(Group, cedar.String(g)))
	}
	return parents
}
