package directory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/federation"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
)

const (
	maxIdPs = 300
	// LocalProvider is how app clients and the authorize endpoint name the pool's
	// own directory among identity providers.
	LocalProvider = "COGNITO"
)

// secretDetails are the provider details that are sealed at rest.
var secretDetails = [...]string{"client_secret", "private_key"}

// IdPs answers every identity provider of a pool by name, secrets sealed, from
// memory as long as nobody changed it. The values are shared: do not change them.
func (d *Directory) IdPs(ctx context.Context, pool string) ([]provider.IdentityProvider, error) {
	return d.idps.Get(ctx, pool, "identity providers", func(ctx context.Context) ([]provider.IdentityProvider, error) {
		return d.Store.Pool(pool).IdPs(ctx, "", maxIdPs)
	})
}

// ListIdPs lists them by name: at most limit that come behind after.
//
// Errors: provider.ErrPoolNotFound.
func (d *Directory) ListIdPs(ctx context.Context, pool, after string, limit int) ([]provider.IdentityProvider, error) {
	if _, err := d.Pool(ctx, pool); err != nil {
		return nil, err
	}
	return d.Store.Pool(pool).IdPs(ctx, after, limit)
}

// IdP answers one by its name.
//
// Errors: provider.ErrPoolNotFound, provider.ErrIdPNotFound.
func (d *Directory) IdP(ctx context.Context, pool, name string) (*provider.IdentityProvider, error) {
	return d.findIdP(ctx, pool, func(i provider.IdentityProvider) bool { return i.Name == name })
}

// IdPByIdentifier answers the one that carries an idp_identifier, such as a
// company's mail domain.
//
// Errors: provider.ErrPoolNotFound, provider.ErrIdPNotFound.
func (d *Directory) IdPByIdentifier(ctx context.Context, pool, identifier string) (*provider.IdentityProvider, error) {
	return d.findIdP(ctx, pool, func(i provider.IdentityProvider) bool { return slices.Contains(i.Identifiers, identifier) })
}

func (d *Directory) findIdP(ctx context.Context, pool string, is func(provider.IdentityProvider) bool) (*provider.IdentityProvider, error) {
	if _, err := d.Pool(ctx, pool); err != nil {
		return nil, err
	}
	list, err := d.IdPs(ctx, pool)
	if err != nil {
		return nil, err
	}
	if n := slices.IndexFunc(list, is); n >= 0 {
		return &list[n], nil
	}
	return nil, provider.ErrIdPNotFound
}

// IdPDetails answers a provider's details with the secrets among them.
func (d *Directory) IdPDetails(i *provider.IdentityProvider) (map[string]string, error) {
	out := maps.Clone(i.Details)
	if out == nil {
		out = map[string]string{}
	}
	if len(i.SealedSecret) == 0 {
		return out, nil
	}
	plain, err := d.Sealer.Open(idpRow(i), i.SealedSecret)
	if err != nil {
		return nil, fmt.Errorf("open the secret of identity provider %s: %w", i.Name, err)
	}
	var hidden map[string]string
	if err := json.Unmarshal(plain, &hidden); err != nil {
		return nil, fmt.Errorf("read the secret of identity provider %s: %w", i.Name, err)
	}
	maps.Copy(out, hidden)
	return out, nil
}

// CreateIdP adds an identity provider and makes i what was stored: secrets come
// in its Details and go sealed.
//
// Errors: provider.ErrPoolNotFound, provider.ErrIdPExists, provider.CodeInvalid,
// provider.CodeLimit.
func (d *Directory) CreateIdP(ctx context.Context, pool string, i *provider.IdentityProvider) error {
	var row provider.IdentityProvider
	err := d.changeIn(ctx, pool, IdPCreate, idpTarget(i.Name), map[string]string{"type": i.Type}, func(ctx context.Context, p *provider.Pool) error {
		// A copy, because the transaction may run again and sealing takes away.
		row = *i
		row.PoolID, row.Details = pool, maps.Clone(i.Details)
		if err := d.checkIdP(ctx, p, &row); err != nil {
			return err
		}
		if err := d.sealDetails(&row); err != nil {
			return err
		}
		return d.Store.Pool(pool).CreateIdP(ctx, &row)
	})
	if err == nil {
		*i = row
	}
	return err
}

// ChangeIdP lets f alter details, mapping and identifiers, and answers what
// became of it. f sees the details with their secrets; a secret that f leaves
// out stays as it was, and an empty one is removed.
//
// Errors: provider.ErrPoolNotFound, provider.ErrIdPNotFound, provider.CodeInvalid.
func (d *Directory) ChangeIdP(ctx context.Context, pool, name string, f func(*provider.IdentityProvider) error) (*provider.IdentityProvider, error) {
	var out *provider.IdentityProvider
	err := d.changeIn(ctx, pool, IdPUpdate, idpTarget(name), nil, func(ctx context.Context, p *provider.Pool) error {
		return d.Store.Pool(pool).ChangeIdP(ctx, name, func(i *provider.IdentityProvider) error {
			before, err := d.IdPDetails(i)
			if err != nil {
				return err
			}
			i.Details = maps.Clone(before)
			if err := f(i); err != nil {
				return err
			}
			for _, k := range secretDetails {
				if _, given := i.Details[k]; !given && before[k] != "" {
					i.Details[k] = before[k]
				}
			}
			if err := d.checkIdP(ctx, p, i); err != nil {
				return err
			}
			out = i
			return d.sealDetails(i)
		})
	})
	return out, err
}

// DeleteIdP removes an identity provider. Its users stay and cannot sign in until
// one of the same name and issuer comes back.
//
// Errors: provider.ErrPoolNotFound, provider.ErrIdPNotFound.
func (d *Directory) DeleteIdP(ctx context.Context, pool, name string) error {
	return d.changeIn(ctx, pool, IdPDelete, idpTarget(name), nil, func(ctx context.Context, _ *provider.Pool) error {
		return d.Store.Pool(pool).DeleteIdP(ctx, name)
	})
}

// sealDetails moves the secrets out of the details.
func (d *Directory) sealDetails(i *provider.IdentityProvider) error {
	hidden := map[string]string{}
	for _, k := range secretDetails {
		if i.Details[k] != "" {
			hidden[k] = i.Details[k]
		}
		delete(i.Details, k)
	}
	i.SealedSecret = nil
	if len(hidden) == 0 {
		return nil
	}
	plain, err := json.Marshal(hidden)
	if err != nil {
		return fmt.Errorf("write the secret of identity provider %s: %w", i.Name, err)
	}
	i.SealedSecret = d.Sealer.Seal(idpRow(i), plain)
	return nil
}

// checkIdP checks a provider against its pool and the others of it. The pool's
// row is held, so two requests cannot take one identifier.
func (d *Directory) checkIdP(ctx context.Context, p *provider.Pool, i *provider.IdentityProvider) error {
	if i.Name == "" || strings.EqualFold(i.Name, LocalProvider) {
		return provider.Invalid("ProviderName", "%q names the user pool's own directory.", LocalProvider)
	}
	schema := Schema(p)
	for name, claim := range i.Mapping {
		known := name == "username" || slices.ContainsFunc(schema, func(a provider.Attribute) bool { return WireName(a) == name && name != "sub" })
		if !known || claim == "" {
			return provider.Invalid("AttributeMapping", "The user pool has no attribute %q to map %q to.", name, claim)
		}
	}
	if d.CheckIdP != nil {
		var told *federation.Error
		if err := d.CheckIdP(ctx, i.Type, i.Details); errors.As(err, &told) {
			return provider.Invalid("ProviderDetails", "%v", told.Err)
		} else if err != nil {
			return err
		}
	}
	if repeated(i.Identifiers) {
		return provider.Invalid("IdpIdentifiers", "An identifier is given twice.")
	}
	st := d.Store.Pool(p.ID)
	if err := st.Touch(ctx); err != nil {
		return err
	}
	others, err := st.IdPs(ctx, "", maxIdPs)
	if err != nil {
		return err
	}
	return checkBeside(others, i)
}

func checkBeside(others []provider.IdentityProvider, i *provider.IdentityProvider) error {
	isNew := true
	for _, o := range others {
		if o.Name == i.Name {
			isNew = false
			continue
		}
		for _, id := range i.Identifiers {
			if slices.Contains(o.Identifiers, id) {
				return provider.Invalid("IdpIdentifiers", "The identity provider %s has the identifier %q already.", o.Name, id)
			}
		}
	}
	if isNew && len(others) >= maxIdPs {
		return &provider.Error{Code: provider.CodeLimit, Kind: "identity provider", Message: "A user pool has at most 300 identity providers."}
	}
	return nil
}

func idpRow(i *provider.IdentityProvider) secret.Row {
	return secret.Row{Table: "idps", Tenant: i.PoolID, ID: i.Name, Column: "sealed_secret"}
}

func idpTarget(name string) string { return "identity_provider/" + name }
