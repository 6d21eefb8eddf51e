package identitypool

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/token"
)

// What a pool may hold, as Cognito bounds it.
const (
	maxProviders = 50
	maxAudiences = 100
	maxRules     = 25
	maxTags      = 50
)

var poolName = regexp.MustCompile(`^[\w\s+=,.@-]{1,128}$`)

// CreatePool adds an identity pool from its name and settings, and makes its
// signing key. It fills the id if there is none. It must not be called in a
// transaction. Roles are named by SetRoles, once they exist.
//
// Errors: provider.CodeInvalid naming the field.
func (s *Service) CreatePool(ctx context.Context, p *provider.IdentityPool) error {
	if err := checkPool(p); err != nil {
		return err
	}
	if p.ID == "" {
		p.ID = s.Region + ":" + uuid.NewString()
	}
	var err error
	if p.SealedHMAC, err = s.sealKeys(p.ID, newLoginKeys()); err != nil {
		return err
	}
	err = s.Store.Tx(ctx, func(ctx context.Context) error {
		if err := s.sourcesExist(ctx, p.Settings.Providers, nil); err != nil {
			return err
		}
		if err := s.Store.All().CreateIdentityPool(ctx, p); err != nil {
			return err
		}
		return s.Audit.Record(ctx, p.ID, "identity_pool.create", audit.Success, "identity_pool/"+p.ID, map[string]string{"name": p.Name})
	})
	if err != nil {
		return err
	}
	return s.Keys.Ensure(ctx, p.ID, token.ES256)
}

// Pool reads an identity pool, from memory where nothing changed. It is shared
// and must not be changed.
//
// Errors: provider.ErrIdentityPoolNotFound.
func (s *Service) Pool(ctx context.Context, id string) (*provider.IdentityPool, error) {
	p, err := s.open(ctx, id)
	if err != nil {
		return nil, err
	}
	return p.IdentityPool, nil
}

// Pools lists identity pools by id: at most limit that come behind after.
func (s *Service) Pools(ctx context.Context, after string, limit int) ([]provider.IdentityPool, error) {
	return s.Store.All().IdentityPools(ctx, after, limit)
}

// UpdatePool lets change alter an identity pool, then checks and writes it.
//
// Errors: provider.ErrIdentityPoolNotFound, provider.CodeInvalid, and what change
// returns.
func (s *Service) UpdatePool(ctx context.Context, id string, change func(*provider.IdentityPool) error) (*provider.IdentityPool, error) {
	var out *provider.IdentityPool
	err := s.Store.Tx(ctx, func(ctx context.Context) error {
		err := s.Store.IdentityPool(id).Change(ctx, func(p *provider.IdentityPool) error {
			before := p.Settings.Providers
			if err := change(p); err != nil {
				return err
			}
			out = p
			if err := checkPool(p); err != nil {
				return err
			}
			return s.sourcesExist(ctx, p.Settings.Providers, before)
		})
		if err != nil {
			return err
		}
		return s.Audit.Record(ctx, id, "identity_pool.update", audit.Success, "identity_pool/"+id, nil)
	})
	return out, err
}

// DeletePool removes an identity pool with its roles, identities and datasets.
//
// Errors: provider.ErrIdentityPoolNotFound.
func (s *Service) DeletePool(ctx context.Context, id string) error {
	return s.Store.Tx(ctx, func(ctx context.Context) error {
		if err := s.Store.IdentityPool(id).Delete(ctx); err != nil {
			return err
		}
		return s.Audit.Record(ctx, id, "identity_pool.delete", audit.Success, "identity_pool/"+id, nil)
	})
}

// RotateLoginKey gives a pool a new key to hash logins by. Logins are rehashed
// as they are used.
//
// Errors: provider.ErrIdentityPoolNotFound.
func (s *Service) RotateLoginKey(ctx context.Context, id string) error {
	return s.Store.Tx(ctx, func(ctx context.Context) error {
		err := s.Store.IdentityPool(id).Change(ctx, func(p *provider.IdentityPool) error {
			k, err := s.openKeys(p)
			if err != nil {
				return err
			}
			p.SealedHMAC, err = s.sealKeys(id, k.next())
			return err
		})
		if err != nil {
			return err
		}
		return s.Audit.Record(ctx, id, "identity_pool.rotate_login_key", audit.Success, "identity_pool/"+id, nil)
	})
}

// checkPool refuses settings that could not work.
func checkPool(p *provider.IdentityPool) error {
	if !poolName.MatchString(p.Name) {
		return provider.Invalid("IdentityPoolName", "An identity pool's name has 1 to 128 letters, digits, spaces or any of +=,.@-_")
	}
	set := &p.Settings
	switch {
	case len(set.Providers) > maxProviders:
		return provider.Invalid("Providers", "An identity pool trusts at most %d providers.", maxProviders)
	case len(set.Tags) > maxTags:
		return provider.Invalid("IdentityPoolTags", "An identity pool has at most %d tags.", maxTags)
	}
	for i := range set.Providers {
		if err := checkSource(&set.Providers[i]); err != nil {
			return err
		}
	}
	return nil
}

// sourcesExist wants the user pools and app clients that now names to be there.
// What was named before may be gone since: it gives nobody anything, and must
// not be in the way of another change.
func (s *Service) sourcesExist(ctx context.Context, now, before []provider.IdentitySource) error {
	for _, src := range now {
		if src.Kind != KindPool {
			continue
		}
		for _, client := range src.Audiences {
			if slices.ContainsFunc(before, func(b provider.IdentitySource) bool {
				return b.PoolID == src.PoolID && slices.Contains(b.Audiences, client)
			}) {
				continue
			}
			if _, err := s.Store.Pool(src.PoolID).Get(ctx); provider.CodeOf(err) == provider.CodeNotFound {
				return provider.Invalid("ProviderName", "There is no user pool %q.", src.PoolID)
			} else if err != nil {
				return err
			}
			if _, err := s.Store.Pool(src.PoolID).Client(ctx, client); provider.CodeOf(err) == provider.CodeNotFound {
				return provider.Invalid("ClientId", "The user pool %q has no app client %q.", src.PoolID, client)
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}

func checkSource(src *provider.IdentitySource) error {
	if len(src.Audiences) == 0 || len(src.Audiences) > maxAudiences || slices.Contains(src.Audiences, "") {
		return provider.Invalid("ClientId", "The provider %q needs 1 to %d client ids whose tokens are taken.", src.Name, maxAudiences)
	}
	if len(src.PrincipalTags) > maxTags {
		return provider.Invalid("PrincipalTags", "A provider maps at most %d principal tags.", maxTags)
	}
	switch src.Kind {
	case KindPool:
		if src.PoolID == "" || !strings.Contains(src.PoolID, "_") {
			return provider.Invalid("ProviderName", "%q does not end in the id of a user pool.", src.Name)
		}
	case KindOIDC:
		u, err := url.Parse(src.Issuer)
		if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil ||
			u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
			return provider.Invalid("ProviderName", "The issuer %q is no https URL without query and fragment.", src.Issuer)
		}
	default:
		return provider.Invalid("ProviderName", "A provider is of kind %s or %s, not %q.", KindPool, KindOIDC, src.Kind)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// SetRoles says which roles a pool gives: the ARNs of the one for those who are
// signed in and the one for guests, and how each provider's tokens choose.
// Mappings are by the provider's name, or its name, a colon and a client id.
//
// Errors: provider.ErrIdentityPoolNotFound, provider.CodeInvalid.
func (s *Service) SetRoles(ctx context.Context, id, authenticated, guest string, mappings map[string]provider.RoleMapping) error {
	arns := []string{authenticated, guest}
	for key, m := range mappings {
		if err := checkMapping(key, m); err != nil {
			return err
		}
		for _, r := range m.Rules {
			arns = append(arns, r.Role)
		}
	}
	return s.Store.Tx(ctx, func(ctx context.Context) error {
		err := s.Store.IdentityPool(id).Change(ctx, func(p *provider.IdentityPool) error {
			if err := s.rolesExist(ctx, id, arns); err != nil {
				return err
			}
			for key := range mappings {
				if !slices.ContainsFunc(p.Settings.Providers, func(src provider.IdentitySource) bool { return mapsSource(key, &src) }) {
					return provider.Invalid("RoleMappings", "%q names no provider of this identity pool.", key)
				}
			}
			p.Settings.AuthenticatedRole, p.Settings.GuestRole, p.Settings.RoleMappings = authenticated, guest, mappings
			return nil
		})
		if err != nil {
			return err
		}
		return s.Audit.Record(ctx, id, "identity_pool.set_roles", audit.Success, "identity_pool/"+id,
			map[string]string{"authenticated": authenticated, "unauthenticated": guest})
	})
}

func (s *Service) rolesExist(ctx context.Context, pool string, arns []string) error {
	for _, arn := range arns {
		if arn == "" {
			continue
		}
		name, ok := RoleName(pool, arn)
		if !ok {
			return foreignARN("Roles", pool, arn)
		}
		if _, err := s.Store.IdentityPool(pool).Role(ctx, name); err != nil {
			if provider.CodeOf(err) == provider.CodeNotFound {
				return provider.Invalid("Roles", "There is no role %q. Create it first.", name)
			}
			return err
		}
	}
	return nil
}

func mapsSource(key string, src *provider.IdentitySource) bool {
	return named(src, key) || slices.ContainsFunc(src.Audiences, func(client string) bool {
		name, ok := strings.CutSuffix(key, ":"+client)
		return ok && named(src, name)
	})
}

func checkMapping(key string, m provider.RoleMapping) error {
	invalid := func(format string, args ...any) error {
		return provider.Invalid("RoleMappings", "%s: %s", key, fmt.Sprintf(format, args...))
	}
	switch {
	case m.Type != mappingToken && m.Type != mappingRules:
		return invalid("Type is %s or %s.", mappingToken, mappingRules)
	case m.Ambiguous != ambiguousDefault && m.Ambiguous != ambiguousDeny:
		return invalid("AmbiguousRoleResolution is %s or %s.", ambiguousDefault, ambiguousDeny)
	case m.Type == mappingRules && (len(m.Rules) == 0 || len(m.Rules) > maxRules):
		return invalid("there are 1 to %d rules.", maxRules)
	}
	for i, r := range m.Rules {
		switch {
		case r.Claim == "" || len(r.Claim) > 64 || r.Value == "" || len(r.Value) > 128:
			return invalid("rule %d needs a Claim of up to 64 bytes and a Value of up to 128.", i+1)
		case !slices.Contains([]string{"Equals", "NotEqual", "Contains", "StartsWith"}, r.Match):
			return invalid("rule %d: MatchType is Equals, NotEqual, Contains or StartsWith.", i+1)
		case r.Role == "":
			return invalid("rule %d names no role.", i+1)
		}
	}
	return nil
}
