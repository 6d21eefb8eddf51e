package identitypool_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/federation/catalog"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
	"github.com/cognate-idp/cognate/provider/token"
)

const (
	base       = "https://id.example.com"
	userPoolID = "us-east-1_Test00001"
	clientID   = "webclient"
)

// world is one user pool with people in it, and one identity pool that trusts it.
type world struct {
	testing.TB
	*identitypool.Service
	pool string

	mu     sync.Mutex
	clock  time.Time
	merged []string // "from>to", as MergeDatasets was asked
}

// each runs a test in a fresh world on every kind of database.
func each(t *testing.T, test func(w *world)) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) { test(newWorld(t, st)) })
}

func newWorld(t testing.TB, st *store.Store) *world {
	t.Helper()
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: bytes.Repeat([]byte{7}, secret.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, clock: time.Now()}
	log := &audit.Log{Store: st}
	upstreams := &catalog.Catalog{HTTP: http.DefaultClient}
	w.Service = &identitypool.Service{
		Store: st, Sealer: sealer, Audit: log,
		Keys:   &token.Keys{Store: st, Sealer: sealer, Audit: log, Cache: token.NewCache(st)},
		Caches: identitypool.NewCaches(st), Policies: &policy.Cache{}, Now: w.now,
		BaseURL: base, Region: "us-east-1",
		UserPoolIssuer: func(p *provider.Pool) string { return base + "/" + p.ID },
		OpenVerifier:   upstreams.TokenVerifier,
		MergeDatasets: func(_ context.Context, _, from, to string) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.merged = append(w.merged, from+">"+to)
			return nil
		},
	}
	ctx := t.Context()
	w.must(st.All().CreatePool(ctx, &provider.Pool{ID: userPoolID, Name: "people"}))
	w.must(w.Keys.Ensure(ctx, userPoolID, token.ES256))
	for _, id := range []string{clientID, "otherclient"} {
		w.must(st.Pool(userPoolID).CreateClient(ctx, &provider.Client{ID: id, Name: id, Enabled: true}))
	}
	p := &provider.IdentityPool{Name: "app", Settings: provider.IdentityPoolSettings{
		AllowGuests: true,
		Providers:   []provider.IdentitySource{identitypool.UserPoolSource("cognito-idp.us-east-1.amazonaws.com/"+userPoolID, clientID)},
	}}
	w.must(w.CreatePool(ctx, p))
	w.pool = p.ID
	w.role("member", `permit (principal, action, resource) when { resource in principal };`)
	w.role("visitor", `permit (principal, action == Sync::Action::"ReadDataset", resource);`)
	w.must(w.SetRoles(ctx, w.pool, w.arn("member"), w.arn("visitor"), nil))
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) arn(role string) string { return identitypool.RoleARN(w.pool, role) }

func (w *world) role(name, policies string) {
	w.Helper()
	w.must(w.CreateRole(w.Context(), w.pool, &provider.Role{Name: name, Policies: policies}))
}

// person is a user with a grant, as a sign-in leaves them.
type person struct{ id, grant string }

func (w *world) person() person {
	w.Helper()
	p := person{uuid.NewString(), uuid.NewString()}
	pool := w.Store.Pool(userPoolID)
	w.must(pool.CreateUser(w.Context(), &provider.User{ID: p.id, Username: p.id, Status: provider.UserConfirmed, Enabled: true},
		[]provider.UserName{{Key: p.id, Kind: "username"}}))
	w.must(pool.CreateGrant(w.Context(), &provider.Grant{ID: p.grant, UserID: p.id, ClientID: clientID,
		CreatedAt: w.Store.Now(), ExpiresAt: w.Store.Now().Add(time.Hour)}))
	return p
}

// idToken is the person's ID token, with claims changed as given; nil drops one.
func (w *world) idToken(p person, change map[string]any) string {
	w.Helper()
	return w.sign(p, token.TypeJWT, map[string]any{"aud": clientID, "token_use": "id"}, change)
}

func (w *world) accessToken(p person, change map[string]any) string {
	w.Helper()
	return w.sign(p, token.TypeAccess, map[string]any{"aud": "https://api.example.com", "client_id": clientID, "token_use": "access",
		"scope": "openid notes/read"}, change)
}

func (w *world) sign(p person, typ token.Type, claims, change map[string]any) string {
	w.Helper()
	all := map[string]any{"iss": base + "/" + userPoolID, "sub": p.id, "origin_jti": p.grant, "jti": uuid.NewString(),
		"iat": w.now().Unix(), "exp": w.now().Add(time.Hour).Unix()}
	for _, more := range []map[string]any{claims, change} {
		for k, v := range more {
			if all[k] = v; v == nil {
				delete(all, k)
			}
		}
	}
	payload, err := json.Marshal(all)
	w.must(err)
	set, err := w.Keys.Set(w.Context(), userPoolID)
	w.must(err)
	signed, err := set.Sign(token.ES256, typ, payload)
	w.must(err)
	return signed
}

// trade exchanges and expects success.
func (w *world) trade(r identitypool.ExchangeRequest) *identitypool.Exchanged {
	w.Helper()
	out, err := w.Exchange(w.Context(), w.pool, r)
	if err != nil {
		w.Fatalf("exchange: %v", err)
	}
	return out
}

func signedIn(idToken string) identitypool.ExchangeRequest {
	return identitypool.ExchangeRequest{SubjectToken: idToken, SubjectTokenType: identitypool.TokenID}
}

func guest(handle string) identitypool.ExchangeRequest {
	return identitypool.ExchangeRequest{SubjectToken: handle, SubjectTokenType: identitypool.TokenGuest}
}

// refused exchanges and expects a code.
func (w *world) refused(r identitypool.ExchangeRequest, want provider.Code) {
	w.Helper()
	out, err := w.Exchange(w.Context(), w.pool, r)
	if provider.CodeOf(err) != want {
		w.Errorf("got %+v, %v; want %s", out, err, want)
	}
}
