package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/web"
)

// The demo's own names.
const (
	demoAPI   = "https://api.example.com" // a resource server's identifier
	demoScope = demoAPI + "/read"
	demoGroup = "editors"
)

// demoScopes are what the demo app asks for.
var demoScopes = []string{"openid", "profile", "email", demoScope}

// seed makes the demo of a development server, once for each database. What only
// the demo's user may know is kept sealed beside it, so that dev.json can be
// written again at each start.
type seed struct {
	store      *store.Store
	sealer     *secret.Sealer
	directory  *directory.Directory
	identities *identitypool.Service
	base       string
	region     string
}

// seeded is what was made.
type seeded struct {
	Pool, Public, Confidential, ConfidentialSecret, Machine, MachineSecret string
	UserPassword, OperatorPassword, AccessKey, AccessSecret                string
	IdentityPool                                                           string
}

const (
	seedSetting  = "dev_seed"
	demoUser     = "alice"
	demoEmail    = "alice@example.com"
	demoOperator = "operator"
)

func seedRow() secret.Row { return secret.Row{Table: "settings", ID: seedSetting, Column: "value"} }

// run makes the demo, or finds it, and puts this start's addresses into it.
func (s *seed) run(ctx context.Context) (*devJSON, error) {
	var made seeded
	err := s.store.Tx(ctx, func(ctx context.Context) error {
		sealed, err := s.store.All().Setting(ctx, seedSetting, func() ([]byte, error) {
			if made, err := s.make(ctx); err != nil {
				return nil, err
			} else if plain, err := json.Marshal(made); err != nil {
				return nil, fmt.Errorf("demo: %w", err)
			} else {
				return s.sealer.Seal(seedRow(), plain), nil
			}
		})
		if err != nil {
			return err
		}
		plain, err := s.sealer.Open(seedRow(), sealed)
		if err != nil {
			return fix(fmt.Errorf("demo: %w", err), "the data folder's database was made with another master.key; restore it, or delete the folder")
		}
		return json.Unmarshal(plain, &made)
	})
	if err != nil {
		return nil, fmt.Errorf("make the demo: %w", err)
	}
	if err := s.identityPool(ctx, made.IdentityPool); err != nil {
		return nil, fmt.Errorf("make the demo: %w", err)
	}
	return s.address(ctx, made)
}

func (s *seed) make(ctx context.Context) (seeded, error) {
	var out seeded
	d := s.directory
	pool := &provider.Pool{
		Name: "Demo", TokenProfile: provider.TokenProfileStandard,
		Settings: provider.PoolSettings{DisplayName: "Northwind Cycling", AliasAttrs: []string{"email"}},
	}
	if err := d.CreatePool(ctx, pool); err != nil {
		return out, fmt.Errorf("pool: %w", err)
	}
	out.Pool = pool.ID
	server := &provider.ResourceServer{Identifier: demoAPI, Name: "Demo API", Scopes: []provider.Scope{
		{Name: "read", Description: "Read your routes"}, {Name: "write", Description: "Change your routes"},
	}}
	if err := d.CreateResourceServer(ctx, pool.ID, server); err != nil {
		return out, fmt.Errorf("resource server: %w", err)
	}
	for _, c := range []struct {
		name       string
		id, secret *string
		settings   provider.ClientSettings
	}{
		{"Route Planner", &out.Public, nil, s.app()},
		{"Route Planner server", &out.Confidential, &out.ConfidentialSecret, s.app()},
		{"Nightly report", &out.Machine, &out.MachineSecret, provider.ClientSettings{
			OAuthEnabled: true, GrantTypes: []string{"client_credentials"}, Scopes: []string{demoScope},
		}},
	} {
		client := &provider.Client{Name: c.name, Settings: c.settings}
		value, err := d.CreateClient(ctx, pool.ID, client, c.secret != nil, "")
		if err != nil {
			return out, fmt.Errorf("client %s: %w", c.name, err)
		}
		*c.id = client.ID
		if c.secret != nil {
			*c.secret = value
		}
	}
	if err := s.people(ctx, &out); err != nil {
		return out, err
	}
	out.IdentityPool = s.region + ":" + uuid.NewString()
	return out, s.group(ctx, &out)
}

// app is what the demo's apps may do.
func (s *seed) app() provider.ClientSettings {
	return provider.ClientSettings{
		OAuthEnabled: true, GrantTypes: []string{"authorization_code", "refresh_token"}, Scopes: demoScopes,
		RedirectURIs: s.redirects(), LogoutURIs: s.redirects(),
	}
}

// redirects are the demo app's own address, and a loopback one whose port the
// app chooses (RFC 8252 section 7.3), for scripts.
func (s *seed) redirects() []string {
	return []string{s.base + "/demo/", "http://127.0.0.1/callback"}
}

func (s *seed) people(ctx context.Context, out *seeded) error {
	d := s.directory
	// Letters, digits, - and _: a double click takes the whole of it.
	out.UserPassword, out.OperatorPassword = secret.Token()[:16], secret.Token()[:20]
	_, err := d.CreateUser(ctx, out.Pool, directory.NewUser{
		Username: demoUser, Password: out.UserPassword, Permanent: true,
		Attributes: map[string]string{
			"email": demoEmail, "email_verified": "true", "name": "Alice Lindqvist", "given_name": "Alice", "family_name": "Lindqvist",
		},
	})
	if err != nil {
		return fmt.Errorf("user: %w", err)
	}
	operators, err := d.OperatorsPool(ctx)
	if err != nil {
		return fmt.Errorf("operators: %w", err)
	}
	_, err = d.CreateUser(ctx, operators.ID, directory.NewUser{Username: demoOperator, Password: out.OperatorPassword, Permanent: true})
	if err != nil {
		return fmt.Errorf("operator: %w", err)
	}
	if err := d.Grant(ctx, demoOperator, provider.RoleOwner, directory.Everywhere); err != nil {
		return fmt.Errorf("operator: %w", err)
	}
	key, value, err := d.CreateAccessKey(ctx, demoOperator)
	if err != nil {
		return fmt.Errorf("access key: %w", err)
	}
	out.AccessKey, out.AccessSecret = key.ID, value
	return nil
}

// The demo's roles. Each shows one idea: a guest may keep settings and nothing
// else, a user may keep whatever is theirs, an editor may also throw it away.
var demoRoles = []provider.Role{
	{Name: "guest", Description: "Guests keep their settings.", Policies: `permit (
    principal,
    action in [Sync::Action::"ReadDataset", Sync::Action::"WriteDataset"],
    resource == Sync::Dataset::"settings"
);
permit (principal, action == Sync::Action::"ListDatasets", resource)
when { resource == principal };
`},
	{Name: "user", Description: "Users keep any dataset of their own.", Policies: `permit (
    principal,
    action in [Sync::Action::"ListDatasets", Sync::Action::"ReadDataset", Sync::Action::"WriteDataset"],
    resource
)
when { resource in principal };
`},
	{Name: "editor", Description: "Editors may delete their datasets, too.", Policies: `permit (principal, action, resource)
when { resource in principal };
`},
}

// group gives the demo's user a role by way of a group.
func (s *seed) group(ctx context.Context, out *seeded) error {
	group := &provider.Group{Name: demoGroup, Description: "May delete datasets", RoleARN: identitypool.RoleARN(out.IdentityPool, "editor")}
	if err := s.directory.CreateGroup(ctx, out.Pool, group); err != nil {
		return fmt.Errorf("group: %w", err)
	}
	if err := s.directory.AddToGroup(ctx, out.Pool, demoUser, demoGroup); err != nil {
		return fmt.Errorf("group: %w", err)
	}
	return nil
}

// identityPool makes the identity pool under the id that the group's role names
// already. What is there stays, so a start that was cut off is made whole.
func (s *seed) identityPool(ctx context.Context, id string) error {
	pool := &provider.IdentityPool{ID: id, Name: "Demo", Settings: provider.IdentityPoolSettings{AllowGuests: true}}
	if _, err := s.identities.Pool(ctx, id); err == nil {
		return nil
	}
	if err := s.identities.CreatePool(ctx, pool); err != nil {
		return fmt.Errorf("identity pool: %w", err)
	}
	for _, r := range demoRoles {
		if err := s.identities.CreateRole(ctx, pool.ID, &r); err != nil {
			return fmt.Errorf("role %s: %w", r.Name, err)
		}
	}
	return nil
}

// address writes this start's base URL into the demo: the port may be another
// than last time.
func (s *seed) address(ctx context.Context, made seeded) (*devJSON, error) {
	pool, err := s.directory.Pool(ctx, made.Pool)
	if err != nil {
		return nil, fmt.Errorf("find the demo: %w", err)
	}
	issuer := web.Issuer(s.base, pool)
	for _, id := range []string{made.Public, made.Confidential} {
		c, err := s.directory.Client(ctx, made.Pool, id)
		if err == nil && !slices.Contains(c.Settings.RedirectURIs, s.redirects()[0]) {
			_, err = s.directory.ChangeClient(ctx, made.Pool, id, func(c *provider.Client) error {
				c.Settings.RedirectURIs, c.Settings.LogoutURIs = s.redirects(), s.redirects()
				return nil
			})
		}
		if err != nil {
			return nil, fmt.Errorf("address client: %w", err)
		}
	}
	if err := s.addressIdentityPool(ctx, made, issuer); err != nil {
		return nil, fmt.Errorf("address identity pool: %w", err)
	}

	out := &devJSON{
		BaseURL: s.base, UserPoolID: made.Pool, Issuer: issuer, RedirectURI: s.redirects()[0],
		Users:          []devUser{{Username: demoUser, Password: made.UserPassword, Email: demoEmail}},
		IdentityPoolID: made.IdentityPool, MailboxURL: s.base + "/mailbox", DemoAppURL: s.base + "/demo/",
	}
	out.Clients.Public.ClientID = made.Public
	out.Clients.Confidential.ClientID, out.Clients.Confidential.ClientSecret = made.Confidential, made.ConfidentialSecret
	out.Clients.Machine.ClientID, out.Clients.Machine.ClientSecret, out.Clients.Machine.Scope = made.Machine, made.MachineSecret, demoScope
	out.Operator.Username, out.Operator.Password = demoOperator, made.OperatorPassword
	out.Operator.AccessKeyID, out.Operator.SecretAccessKey = made.AccessKey, made.AccessSecret
	return out, nil
}

func (s *seed) addressIdentityPool(ctx context.Context, made seeded, issuer string) error {
	p, err := s.identities.Pool(ctx, made.IdentityPool)
	if err != nil {
		return err
	}
	if len(p.Settings.Providers) == 1 && p.Settings.Providers[0].Issuer == issuer {
		return nil
	}
	_, err = s.identities.UpdatePool(ctx, made.IdentityPool, func(p *provider.IdentityPool) error {
		p.Settings.RoleMappings = nil // the one for the last start's address
		p.Settings.Providers = []provider.IdentitySource{{
			Kind: "pool", Name: issuer, Issuer: issuer, PoolID: made.Pool, Audiences: []string{made.Public, made.Confidential},
		}}
		return nil
	})
	if err != nil {
		return err
	}
	return s.identities.SetRoles(ctx, made.IdentityPool,
		identitypool.RoleARN(made.IdentityPool, "user"), identitypool.RoleARN(made.IdentityPool, "guest"),
		map[string]provider.RoleMapping{issuer: {Type: "Token", Ambiguous: "AuthenticatedRole"}})
}
