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

// seed makes the demo of a development server and, at each later start, whatever
// of it is gone: the demo is there to be broken. What only its user may know is
// kept sealed in the database, so that dev.json can be written again.
type seed struct {
	store      *store.Store
	sealer     *secret.Sealer
	hasher     *secret.Hasher
	directory  *directory.Directory
	identities *identitypool.Service
	base       string
	region     string
	keeps      []string // the channels of what stays in the mailbox
}

// plan is what the demo is made of: ids and secrets, chosen before anything is
// made under them.
type plan struct {
	Pool, Public, Confidential, ConfidentialSecret, Machine, MachineSecret string
	UserPassword, OperatorPassword, AccessKey, AccessSecret                string
	IdentityPool                                                           string

	// The hashes under which the passwords were last seen to work: comparing them
	// is cheap, and hashing again would be half of a start.
	UserHash, OperatorHash string
}

const (
	seedSetting  = "dev_seed"
	demoUser     = "alice"
	demoEmail    = "alice@example.com"
	demoOperator = "operator"
)

func seedRow() secret.Row { return secret.Row{Table: "settings", ID: seedSetting, Column: "value"} }

// run makes the demo whole, and puts this start's addresses into it.
func (s *seed) run(ctx context.Context) (*devJSON, error) {
	var made *plan
	var err error
	for range 2 { // another server may be making the same demo in the same database
		if made, err = s.load(ctx); err != nil {
			return nil, err
		}
		if err = s.ensure(ctx, made); provider.CodeOf(err) != provider.CodeExists {
			break
		}
	}
	if provider.CodeOf(err) == provider.CodeExists {
		// Somebody deleted a pool of the demo, and its id is still being cleared away.
		*made = s.choose()
		err = s.ensure(ctx, made)
	}
	if err != nil {
		return nil, fix(fmt.Errorf("make the demo: %w", err), "delete the data folder to begin anew")
	}
	out, err := s.address(ctx, made)
	if err != nil {
		return nil, err
	}
	return out, s.save(ctx, made)
}

func (s *seed) choose() plan {
	return plan{
		Pool: secret.UserPoolID(s.region), IdentityPool: s.region + ":" + uuid.NewString(),
		Public: secret.ClientID(), Confidential: secret.ClientID(), ConfidentialSecret: secret.ClientSecret(),
		Machine: secret.ClientID(), MachineSecret: secret.ClientSecret(),
		// Letters, digits, - and _: a double click takes the whole of it.
		UserPassword: secret.Token()[:16], OperatorPassword: secret.Token()[:20],
	}
}

func (s *seed) load(ctx context.Context) (*plan, error) {
	sealed, err := s.store.All().Setting(ctx, seedSetting, func() ([]byte, error) { return s.seal(s.choose()) })
	if err != nil {
		return nil, fmt.Errorf("find the demo: %w", err)
	}
	plain, err := s.sealer.Open(seedRow(), sealed)
	if err != nil {
		return nil, fix(fmt.Errorf("open the demo: %w", err), "the database was made with another master.key: put that back, or delete the data folder")
	}
	made := &plan{}
	if err := json.Unmarshal(plain, made); err != nil {
		return nil, fmt.Errorf("read the demo: %w", err)
	}
	return made, nil
}

func (s *seed) seal(p plan) ([]byte, error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("keep the demo: %w", err)
	}
	return s.sealer.Seal(seedRow(), plain), nil
}

func (s *seed) save(ctx context.Context, p *plan) error {
	sealed, err := s.seal(*p)
	if err != nil {
		return err
	}
	return s.store.All().SetSetting(ctx, seedSetting, sealed)
}

// missing reports whether a look-up found nothing; any other failure is returned.
func missing(err error) (bool, error) {
	if provider.CodeOf(err) == provider.CodeNotFound {
		return true, nil
	}
	return false, err
}

// ensure makes what is not there. Its error has provider.CodeExists when a pool's
// id cannot be used again.
func (s *seed) ensure(ctx context.Context, made *plan) error {
	for _, part := range []struct {
		name string
		make func(context.Context, *plan) error
	}{
		{"pool", s.pool}, {"resource server", s.resourceServer}, {"clients", s.clients}, {"identity pool", s.identityPool},
		{"roles", s.roles}, {"group", s.group}, {"user", s.user}, {"operator", s.operator},
	} {
		if err := part.make(ctx, made); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

func (s *seed) pool(ctx context.Context, made *plan) error {
	_, err := s.directory.Pool(ctx, made.Pool)
	if gone, err := missing(err); !gone {
		return err
	}
	return s.directory.CreatePool(ctx, &provider.Pool{
		ID: made.Pool, Name: "Demo", TokenProfile: provider.TokenProfileStandard,
		Settings: provider.PoolSettings{DisplayName: "Northwind Cycling", AliasAttrs: []string{"email"}, AutoVerified: []string{"email"}},
	})
}

func (s *seed) resourceServer(ctx context.Context, made *plan) error {
	_, err := s.directory.ResourceServer(ctx, made.Pool, demoAPI)
	if gone, err := missing(err); !gone {
		return err
	}
	return s.directory.CreateResourceServer(ctx, made.Pool, &provider.ResourceServer{Identifier: demoAPI, Name: "Demo API", Scopes: []provider.Scope{
		{Name: "read", Description: "Read your routes"}, {Name: "write", Description: "Change your routes"},
	}})
}

func (s *seed) clients(ctx context.Context, made *plan) error {
	for _, c := range []struct {
		name, id, secret string
		settings         provider.ClientSettings
	}{
		{"Route Planner", made.Public, "", s.app()},
		{"Route Planner server", made.Confidential, made.ConfidentialSecret, s.app()},
		{"Nightly report", made.Machine, made.MachineSecret, provider.ClientSettings{
			OAuthEnabled: true, GrantTypes: []string{"client_credentials"}, Scopes: []string{demoScope},
		}},
	} {
		_, err := s.directory.Client(ctx, made.Pool, c.id)
		gone, err := missing(err)
		if gone {
			_, err = s.directory.CreateClient(ctx, made.Pool, &provider.Client{ID: c.id, Name: c.name, Settings: c.settings}, false, c.secret)
		}
		if err != nil {
			return err
		}
	}
	return nil
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

func (s *seed) user(ctx context.Context, made *plan) error {
	_, err := s.directory.FindUser(ctx, made.Pool, demoUser)
	if gone, err := missing(err); !gone {
		return err
	}
	_, err = s.directory.CreateUser(ctx, made.Pool, directory.NewUser{
		Username: demoUser, Password: made.UserPassword, Permanent: true,
		Attributes: map[string]string{
			"email": demoEmail, "email_verified": "true", "name": "Alice Lindqvist", "given_name": "Alice", "family_name": "Lindqvist",
		},
	})
	if err != nil {
		return err
	}
	return s.directory.AddToGroup(ctx, made.Pool, demoUser, demoGroup)
}

func (s *seed) operator(ctx context.Context, made *plan) error {
	operators, err := s.directory.OperatorsPool(ctx)
	if err != nil {
		return err
	}
	_, err = s.directory.FindUser(ctx, operators.ID, demoOperator)
	gone, err := missing(err)
	if gone {
		_, err = s.directory.CreateUser(ctx, operators.ID, directory.NewUser{Username: demoOperator, Password: made.OperatorPassword, Permanent: true})
		if err == nil {
			err = s.directory.Grant(ctx, demoOperator, provider.RoleOwner, directory.Everywhere)
		}
	}
	if err != nil {
		return err
	}
	_, _, err = s.directory.AccessKey(ctx, made.AccessKey)
	gone, err = missing(err)
	if !gone {
		return err
	}
	key, value, err := s.directory.CreateAccessKey(ctx, demoOperator)
	if err != nil {
		return err
	}
	made.AccessKey, made.AccessSecret = key.ID, value
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

// group has a role, which its members get.
func (s *seed) group(ctx context.Context, made *plan) error {
	_, err := s.directory.Group(ctx, made.Pool, demoGroup)
	if gone, err := missing(err); !gone {
		return err
	}
	return s.directory.CreateGroup(ctx, made.Pool, &provider.Group{
		Name: demoGroup, Description: "May delete datasets", RoleARN: identitypool.RoleARN(made.IdentityPool, "editor"),
	})
}

func (s *seed) identityPool(ctx context.Context, made *plan) error {
	_, err := s.identities.Pool(ctx, made.IdentityPool)
	if gone, err := missing(err); !gone {
		return err
	}
	return s.identities.CreatePool(ctx, &provider.IdentityPool{
		ID: made.IdentityPool, Name: "Demo", Settings: provider.IdentityPoolSettings{AllowGuests: true},
	})
}

func (s *seed) roles(ctx context.Context, made *plan) error {
	for _, r := range demoRoles {
		_, err := s.identities.Role(ctx, made.IdentityPool, r.Name)
		gone, err := missing(err)
		if gone {
			err = s.identities.CreateRole(ctx, made.IdentityPool, &r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// address writes this start's base URL into the demo: the port may be another
// than last time.
func (s *seed) address(ctx context.Context, made *plan) (*devJSON, error) {
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

	password, err := s.stillIn(ctx, made.Pool, demoUser, made.UserPassword, &made.UserHash)
	if err != nil {
		return nil, err
	}
	operators, err := s.directory.OperatorsPool(ctx)
	if err != nil {
		return nil, err
	}
	operatorPassword, err := s.stillIn(ctx, operators.ID, demoOperator, made.OperatorPassword, &made.OperatorHash)
	if err != nil {
		return nil, err
	}

	out := &devJSON{
		BaseURL: s.base, UserPoolID: made.Pool, Issuer: issuer, RedirectURI: s.redirects()[0],
		Users:          []devUser{{Username: demoUser, Password: password, Email: demoEmail}},
		IdentityPoolID: made.IdentityPool, MailboxURL: s.base + "/mailbox", MailboxKeeps: s.keeps, DemoAppURL: s.base + "/demo/",
	}
	out.Clients.Public.ClientID = made.Public
	out.Clients.Confidential.ClientID, out.Clients.Confidential.ClientSecret = made.Confidential, made.ConfidentialSecret
	out.Clients.Machine.ClientID, out.Clients.Machine.ClientSecret, out.Clients.Machine.Scope = made.Machine, made.MachineSecret, demoScope
	out.Operator.Username, out.Operator.Password = demoOperator, operatorPassword
	out.Operator.AccessKeyID, out.Operator.SecretAccessKey = made.AccessKey, made.AccessSecret
	return out, nil
}

func (s *seed) addressIdentityPool(ctx context.Context, made *plan, issuer string) error {
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

// stillIn returns the password if it still opens the account, and "" once
// somebody has changed it: what is printed must work. hash is the one that the
// password was last seen to match.
func (s *seed) stillIn(ctx context.Context, pool, name, password string, hash *string) (string, error) {
	u, err := s.directory.FindUser(ctx, pool, name)
	if err != nil {
		return "", err
	}
	kept, err := s.store.Pool(pool).LoginByID(ctx, u.ID)
	if err != nil || kept.Password.Hash == "" {
		return "", err
	}
	if kept.Password.Hash != *hash {
		ok, _, err := s.hasher.Verify(ctx, kept.Password.Hash, password)
		if err != nil || !ok {
			return "", err
		}
		*hash = kept.Password.Hash
	}
	return password, nil
}
