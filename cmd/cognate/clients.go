package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

func clientCommand() *cobra.Command {
	var create, update clientFlags
	var kind string
	return noun("client", "App clients of a user pool",
		verb("list", "List app clients", listClients, withPool),
		verb("create NAME", "Create an app client; a secret is shown only now", func(s *session, args []string) error {
			pool, err := s.needPool()
			if err != nil {
				return err
			}
			in := api.CreateUserPoolClientRequest{UserPoolID: pool, ClientName: args[0], GenerateSecret: kind != "public"}
			if err := create.apply(&in.UserPoolClientSettings); err != nil {
				return err
			}
			in.AllowedOAuthFlowsUserPoolClient = pointer(true)
			switch kind {
			case "machine":
				in.AllowedOAuthFlows = []string{"client_credentials"}
			case "public", "confidential":
				in.AllowedOAuthFlows = []string{"code"}
				if len(in.AllowedOAuthScopes) == 0 {
					in.AllowedOAuthScopes = []string{"openid", "email", "profile"}
				}
			default:
				return &exitError{fix(fmt.Errorf("unknown type %q", kind), "use --type public, confidential or machine"), exitUsage}
			}
			return show(s, api.UserPools, "CreateUserPoolClient", in, clientFields)
		}, withPool, func(c *cobra.Command) {
			create.bind(c)
			c.Flags().StringVar(&kind, "type", "public", "public (browser or device), confidential (server) or machine (no user)")
			_ = c.RegisterFlagCompletionFunc("type", cobra.FixedCompletions([]string{"public", "confidential", "machine"}, cobra.ShellCompDirectiveNoFileComp))
		}),
		verb("show CLIENT", "Show an app client", func(s *session, args []string) error {
			return s.withClient(args[0], func(in m) error { return show(s, api.UserPools, "DescribeUserPoolClient", in, clientFields) })
		}, withPool),
		verb("update CLIENT", "Change an app client; what is not named stays", func(s *session, args []string) error {
			return s.withClient(args[0], func(in m) error {
				now, _, err := get[api.UserPoolClientResponse](s, api.UserPools, "DescribeUserPoolClient", in)
				if err != nil {
					return err
				}
				change := api.UpdateUserPoolClientRequest{UserPoolID: s.pool, ClientID: args[0], ClientName: update.name, UserPoolClientSettings: now.UserPoolClient.UserPoolClientSettings}
				if err := update.apply(&change.UserPoolClientSettings); err != nil {
					return err
				}
				return show(s, api.UserPools, "UpdateUserPoolClient", change, clientFields)
			})
		}, withPool, func(c *cobra.Command) {
			update.bind(c)
			c.Flags().StringVar(&update.name, "name", "", "a new name")
		}),
		verb("delete CLIENT", "Delete an app client; its tokens die with it", func(s *session, args []string) error {
			return s.withClient(args[0], func(in m) error {
				now, _, err := get[api.UserPoolClientResponse](s, api.UserPools, "DescribeUserPoolClient", in)
				if err != nil {
					return err
				}
				if err := s.confirm("app client", now.UserPoolClient.ClientName, args[0]); err != nil {
					return err
				}
				return s.do(api.UserPools, "DeleteUserPoolClient", in, "Deleted app client %s.", args[0])
			})
		}, withPool, deleting),
		verb("add-secret CLIENT", "Give an app client a second secret; it is shown only now", func(s *session, args []string) error {
			return s.withClient(args[0], func(in m) error {
				return show(s, api.UserPools, "AddUserPoolClientSecret", in, func(r *api.AddUserPoolClientSecretResponse) []field {
					d := r.ClientSecretDescriptor
					return []field{{"id", d.ClientSecretID}, {"secret", d.ClientSecretValue}, {"created", day(d.ClientSecretCreateDate)}}
				})
			})
		}, withPool),
		verb("list-secrets CLIENT", "List an app client's secrets, without their values", func(s *session, args []string) error {
			return s.withClient(args[0], func(in m) error {
				l := listing{service: api.UserPools, operation: "ListUserPoolClientSecrets", items: "ClientSecrets"}
				return list(s, l, in, []string{"id", "created"}, func(d api.ClientSecretDescriptorType) []string {
					return []string{d.ClientSecretID, day(d.ClientSecretCreateDate)}
				})
			})
		}, withPool),
		verb("delete-secret CLIENT SECRET", "Delete one of an app client's two secrets", func(s *session, args []string) error {
			return s.withClient(args[0], func(in m) error {
				if err := s.confirm("secret", args[1]); err != nil {
					return err
				}
				in["ClientSecretId"] = args[1]
				return s.do(api.UserPools, "DeleteUserPoolClientSecret", in, "Deleted secret %s.", args[1])
			})
		}, withPool, deleting),
	)
}

// withClient names an app client in the pool at hand.
func (s *session) withClient(id string, f func(in m) error) error {
	pool, err := s.needPool()
	if err != nil {
		return err
	}
	return f(m{"UserPoolId": pool, "ClientId": id})
}

func listClients(s *session, _ []string) error {
	pool, err := s.needPool()
	if err != nil {
		return err
	}
	l := listing{api.UserPools, "ListUserPoolClients", "UserPoolClients", "MaxResults", "NextToken"}
	return list(s, l, m{"UserPoolId": pool}, []string{"id", "name", "kind"}, func(c api.UserPoolClientDescription) []string {
		return []string{c.ClientID, c.ClientName, c.ClientKind}
	})
}

// clientFlags are the settings of an app client that have a flag.
type clientFlags struct {
	changed                                  func(string) bool
	name, tokenProfile                       string
	callbacks, logouts, scopes, idps         []string
	reads, writes                            []string
	accessMinutes, idMinutes, refreshMinutes int64
	consent, reveal                          bool
	authFlows                                []string
	signInMinutes                            int64
}

func (f *clientFlags) bind(c *cobra.Command) {
	f.changed = func(name string) bool { return c.Flags().Changed(name) }
	p := c.Flags()
	p.StringSliceVar(&f.callbacks, "callback", nil, "an address to come back to after sign-in; may be given again")
	p.StringSliceVar(&f.logouts, "logout", nil, "an address to go to after sign-out; may be given again")
	p.StringSliceVar(&f.scopes, "scope", nil, "a scope the client may ask for; may be given again")
	p.StringSliceVar(&f.idps, "idp", nil, "an identity provider to offer, COGNITO for the pool itself; may be given again")
	p.StringSliceVar(&f.reads, "read-attributes", nil, "attributes the client is told; all standard ones unless set")
	p.StringSliceVar(&f.writes, "write-attributes", nil, "attributes people may set through the client; all standard ones unless set")
	p.Int64Var(&f.accessMinutes, "access-token-minutes", 60, "how long access tokens live")
	p.Int64Var(&f.idMinutes, "id-token-minutes", 60, "how long ID tokens live")
	p.Int64Var(&f.refreshMinutes, "refresh-token-minutes", 43200, "how long refresh tokens live")
	p.BoolVar(&f.consent, "consent", false, "ask users before the client gets anything: for other people's apps")
	p.StringSliceVar(&f.authFlows, "auth-flow", nil, "an authentication flow of Cognito's: "+flowWords().all()+"; refresh has an effect today, the others are kept; may be given again")
	p.BoolVar(&f.reveal, "reveal-unknown-users", false, "tell who signs in that there is no such user; others are answered alike")
	p.Int64Var(&f.signInMinutes, "sign-in-minutes", 15, "how long one sign-in may take, from 3 to 15")
	p.StringVar(&f.tokenProfile, "token-profile", "", "standard or cognito, where it differs from the pool's")
}

func (f *clientFlags) apply(s *api.UserPoolClientSettings) (err error) {
	for flag, v := range map[string]struct {
		to   *[]string
		from []string
	}{
		"callback": {&s.CallbackURLs, f.callbacks}, "logout": {&s.LogoutURLs, f.logouts},
		"scope": {&s.AllowedOAuthScopes, f.scopes}, "idp": {&s.SupportedIdentityProviders, f.idps},
		"read-attributes": {&s.ReadAttributes, f.reads}, "write-attributes": {&s.WriteAttributes, f.writes},
	} {
		if f.changed(flag) {
			*v.to = v.from
		}
	}
	if s.TokenValidityUnits == nil {
		s.TokenValidityUnits = &api.TokenValidityUnitsType{}
	}
	for flag, v := range map[string]struct {
		to   **int64
		unit *string
		from *int64
	}{
		"access-token-minutes":  {&s.AccessTokenValidity, &s.TokenValidityUnits.AccessToken, &f.accessMinutes},
		"id-token-minutes":      {&s.IDTokenValidity, &s.TokenValidityUnits.IDToken, &f.idMinutes},
		"refresh-token-minutes": {&s.RefreshTokenValidity, &s.TokenValidityUnits.RefreshToken, &f.refreshMinutes},
	} {
		if f.changed(flag) {
			*v.to, *v.unit = v.from, "minutes"
		}
	}
	if f.changed("consent") {
		s.RequireConsent = &f.consent
	}
	if f.changed("token-profile") {
		s.TokenProfile = f.tokenProfile
	}
	if f.changed("reveal-unknown-users") {
		s.PreventUserExistenceErrors = map[bool]string{true: "LEGACY", false: "ENABLED"}[f.reveal]
	}
	if f.changed("sign-in-minutes") {
		s.AuthSessionValidity = &f.signInMinutes
	}
	if f.changed("auth-flow") {
		s.ExplicitAuthFlows, err = flowWords().wire("auth-flow", f.authFlows)
	}
	return err
}

// flowWords are Cognito's authentication flows. Without refresh among them, a client
// that names any gets no refresh tokens, and custom asks nothing until something can be connected that decides.
// The others name ways to sign in by the API, which is not served: they are kept.
func flowWords() vocabulary {
	return vocabulary{
		{"user", "ALLOW_USER_AUTH"}, {"srp", "ALLOW_USER_SRP_AUTH"}, {"password", "ALLOW_USER_PASSWORD_AUTH"},
		{"admin-password", "ALLOW_ADMIN_USER_PASSWORD_AUTH"}, {"custom", "ALLOW_CUSTOM_AUTH"}, {"refresh", "ALLOW_REFRESH_TOKEN_AUTH"},
	}
}

func clientFields(r *api.UserPoolClientResponse) []field {
	c, units := r.UserPoolClient, r.UserPoolClient.TokenValidityUnits
	if units == nil {
		units = &api.TokenValidityUnitsType{}
	}
	return []field{
		{"id", c.ClientID}, {"name", c.ClientName}, {"kind", c.ClientKind}, {"secret", c.ClientSecret}, {"flows", words(c.AllowedOAuthFlows)}, {"scopes", words(c.AllowedOAuthScopes)},
		{"callbacks", words(c.CallbackURLs)}, {"logouts", words(c.LogoutURLs)}, {"identity providers", words(c.SupportedIdentityProviders)},
		{"reads", words(c.ReadAttributes)}, {"writes", words(c.WriteAttributes)},
		{"consent", yesNo(c.RequireConsent != nil && *c.RequireConsent)}, {"token profile", c.TokenProfile},
		{"auth flows", flowWords().plain(c.ExplicitAuthFlows...)}, {"unknown users", map[bool]string{true: "told", false: "not told"}[c.PreventUserExistenceErrors == "LEGACY"]},
		{"access tokens", validity(c.AccessTokenValidity, units.AccessToken, "hours")}, {"ID tokens", validity(c.IDTokenValidity, units.IDToken, "hours")},
		{"refresh tokens", validity(c.RefreshTokenValidity, units.RefreshToken, "days")}, {"sign-in minutes", number(c.AuthSessionValidity)},
		{"created", day(c.CreationDate)}, {"changed", day(c.LastModifiedDate)},
	}
}

// validity is how long a token lives, in its unit; empty for the default.
func validity(amount *int64, unit, otherwise string) string {
	if amount == nil {
		return ""
	}
	return fmt.Sprint(*amount, " ", first(unit, otherwise))
}
