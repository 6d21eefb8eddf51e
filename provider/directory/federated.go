package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/federation"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
)

// identitiesAttribute tells which upstream a user comes from, as a JSON list of
// one; tokens carry it as a claim. Nobody can set it by name: it is in no schema.
const identitiesAttribute = "identities"

// maxUsername bounds the usernames made for upstreams' users, in bytes.
const maxUsername = 128

// errTied means that a sign-in going on beside this one made the user first.
var errTied = errors.New("the upstream's subject was tied meanwhile")

// Federated answers the user whom an identity provider vouches for. The user is
// found by provider, issuer and subject, or made at the first sign-in; an e-mail
// address never leads to anybody, because whoever runs the upstream could claim
// one. Mapped attributes are refreshed each time, except for a disabled user,
// whom the caller has to refuse.
//
// Do not call it inside a transaction: it needs to start over when two first
// sign-ins meet.
//
// What the pool requires and the upstream did not tell, sign-in asks for.
//
// Errors: provider.ErrUnavailable.
func (d *Directory) Federated(ctx context.Context, p *provider.Pool, idp *provider.IdentityProvider, id *federation.Identity) (*provider.User, error) {
	var u *provider.User
	var err error
	// The plain username may be somebody else's: a local user's, or that of a
	// subject which differs in case alone. Then a second one tells them apart.
	for _, username := range []string{federatedName(idp, id, false), federatedName(idp, id, true), federatedName(idp, id, true)} {
		err = d.Store.Tx(ctx, func(ctx context.Context) error {
			u, err = d.Store.Pool(p.ID).FederatedUser(ctx, idp.Name, id.Issuer, id.Subject)
			switch {
			case errors.Is(err, provider.ErrUserNotFound):
				u, err = d.addFederated(ctx, p, idp, id, username)
			case err == nil && u.Enabled:
				u, err = d.refreshFederated(ctx, p, idp, id, u)
			}
			return err
		})
		if !errors.Is(err, provider.ErrUserExists) && !errors.Is(err, errTied) {
			break
		}
	}
	return u, err
}

func (d *Directory) addFederated(ctx context.Context, p *provider.Pool, idp *provider.IdentityProvider, id *federation.Identity, username string) (*provider.User, error) {
	u := &provider.User{PoolID: p.ID, ID: uuid.NewString(), Username: username, Status: provider.UserExternalProvider, Enabled: true}
	values, skipped := mapped(p, idp, id)
	if err := setAttributes(p, u, values, true); err != nil {
		return nil, err
	}
	u.Attributes[identitiesAttribute] = identities(idp, id, d.Store.Now())
	st := d.Store.Pool(p.ID)
	if err := st.CreateUser(ctx, u, names(p, u)); err != nil {
		return nil, err
	}
	added, err := st.AddFederatedLogin(ctx, &provider.FederatedLogin{Provider: idp.Name, Issuer: id.Issuer, Subject: id.Subject, UserID: u.ID})
	if err != nil {
		return nil, err
	}
	if !added {
		return nil, errTied
	}
	return u, d.recordFederated(ctx, p, UserCreate, u, idp, map[string]string{"status": string(u.Status), "skipped": skipped})
}

func (d *Directory) refreshFederated(ctx context.Context, p *provider.Pool, idp *provider.IdentityProvider, id *federation.Identity, u *provider.User) (*provider.User, error) {
	st := d.Store.Pool(p.ID)
	if err := st.TouchFederatedLogin(ctx, idp.Name, id.Issuer, id.Subject); err != nil {
		return nil, err
	}
	told, skipped := mapped(p, idp, id)
	values := changed(p, u, told)
	// A local user who was linked keeps what they or an operator entered.
	if len(values) == 0 || u.Status != provider.UserExternalProvider {
		return u, nil
	}
	err := st.ChangeUser(ctx, u.ID, func(row *provider.User) ([]provider.UserName, error) {
		u = row
		return nil, setAttributes(p, row, values, false)
	})
	if err != nil {
		return nil, err
	}
	return u, d.recordFederated(ctx, p, UserUpdate, u, idp, map[string]string{
		"attributes": strings.Join(slices.Sorted(maps.Keys(values)), " "), "skipped": skipped})
}

// changed picks what differs from u's attributes and may change. A new address
// takes its mark along, since setting one without the other drops the mark.
func changed(p *provider.Pool, u *provider.User, told map[string]string) map[string]string {
	out := map[string]string{}
	for _, a := range Schema(p) {
		name := WireName(a)
		value, ok := told[name]
		if !ok || !a.Mutable || u.Attributes[name] == value {
			continue
		}
		out[name] = value
		if mark, ok := told[name+"_verified"]; ok {
			out[name+"_verified"] = mark
		}
	}
	return out
}

func (d *Directory) recordFederated(ctx context.Context, p *provider.Pool, action string, u *provider.User, idp *provider.IdentityProvider, detail map[string]string) error {
	actor := provider.ActorFrom(ctx)
	actor.Kind, actor.ID = "user", u.ID
	detail["provider"] = idp.Name
	maps.DeleteFunc(detail, func(_, v string) bool { return v == "" })
	return d.Audit.Record(provider.WithActor(ctx, actor), p.ID, action, audit.Success, userTarget(u.ID), detail)
}

// mapped reads the attributes that a provider's claims give. What does not fit
// the pool's schema is left out and named in skipped: one odd claim must not
// keep a person out.
func mapped(p *provider.Pool, idp *provider.IdentityProvider, id *federation.Identity) (values map[string]string, skipped string) {
	mapping := idp.Mapping
	if len(mapping) == 0 {
		mapping = standardMapping()
	}
	schema := Schema(p)
	values = map[string]string{}
	var odd []string
	for name, claim := range mapping {
		value, told := id.Attribute(claim)
		i := slices.IndexFunc(schema, func(a provider.Attribute) bool { return WireName(a) == name })
		if !told || value == "" || i < 0 || name == "sub" || schema[i].Retired {
			continue
		}
		value = canonical(p, schema[i], value)
		if schema[i].Type == "Boolean" {
			value = strconv.FormatBool(strings.EqualFold(value, "true"))
		}
		if strings.ContainsFunc(value, unicode.IsControl) || checkValue(schema[i], value) != nil {
			odd = append(odd, name)
			continue
		}
		values[name] = value
	}
	for _, name := range []string{"email", "phone_number"} {
		// A mark without its address would bless the one from before.
		if values[name] == "" {
			delete(values, name+"_verified")
		} else if _, says := values[name+"_verified"]; !says {
			values[name+"_verified"] = "false"
		}
	}
	slices.Sort(odd)
	return values, strings.Join(odd, " ")
}

// standardMapping holds where a provider has no mapping: the claims that
// OpenID Connect gives the same name and meaning (OpenID Connect Core 1.0
// section 5.1).
func standardMapping() map[string]string {
	m := map[string]string{}
	for _, name := range []string{"email", "email_verified", "name", "given_name", "family_name", "picture", "locale", "zoneinfo"} {
		m[name] = name
	}
	return m
}

// federatedName is the username of an upstream's user: provider_subject, as
// Cognito has it. It is shown and never looked up to sign in.
func federatedName(idp *provider.IdentityProvider, id *federation.Identity, apart bool) string {
	name := idp.Name + "_" + id.Subject
	sum := sha256.Sum256([]byte(id.Issuer + "\x00" + id.Subject))
	switch {
	case len(name) > maxUsername:
		return idp.Name + "_" + hex.EncodeToString(sum[:16])
	case apart:
		return name + "_" + hex.EncodeToString(sum[:4])
	}
	return name
}

// identities is the value of the identities attribute, every member a string.
func identities(idp *provider.IdentityProvider, id *federation.Identity, now provider.Time) string {
	b, _ := json.Marshal([]map[string]string{{
		"userId": id.Subject, "providerName": idp.Name, "providerType": idp.Type, "issuer": id.Issuer,
		"primary": "true", "dateCreated": strconv.FormatInt(int64(now)/int64(time.Millisecond/time.Microsecond), 10),
	}})
	return string(b)
}
