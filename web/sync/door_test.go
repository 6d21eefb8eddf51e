package sync_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/dataset"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
	"github.com/cognate-idp/cognate/provider/token"
	"github.com/cognate-idp/cognate/web/sync"
)

// missing is an identity that nobody has.
const missing = "us-east-1:00000000-0000-4000-8000-00000000000f"

// guests lets an identity do everything with its datasets but change "locked" and
// see "secret".
const guests = `permit (principal, action, resource) when { resource in principal };
forbid (principal, action in [Sync::Action::"WriteDataset", Sync::Action::"DeleteDataset"], resource == Sync::Dataset::"locked");
forbid (principal, action, resource == Sync::Dataset::"secret");`

// rig is a real door over real services and a real store, with two guests and
// two operators.
type rig struct {
	testing.TB
	st         *store.Store
	identities *identitypool.Service
	feed       *dataset.Feed
	server     *httptest.Server
	stop       context.CancelFunc
	ahead      *atomic.Int64 // how far the door's clock is before the others

	pool, alice, bob string
	tokens           map[string]string // Bearer credentials by name
	temporary        aws.Credentials   // alice's
	admin, auditor   aws.Credentials
}

func newRig(t testing.TB, st *store.Store) *rig {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	g := &rig{TB: t, st: st, stop: stop, ahead: &atomic.Int64{}, tokens: map[string]string{"nobody": "nothing"}}
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: bytes.Repeat([]byte{7}, secret.KeySize)})
	g.must(err)
	hasher, err := secret.NewHasher(secret.Params{Memory: 64, Time: 1, Threads: 1}, 2, 64)
	g.must(err)
	trail := &audit.Log{Store: st}
	people := directory.New(directory.Config{Store: st, Audit: trail, Sealer: sealer, Hasher: hasher, Region: "us-east-1"})
	g.feed = &dataset.Feed{Store: st, Log: slog.New(slog.DiscardHandler)}
	datasets := &dataset.Service{Store: st, Sealer: sealer, Feed: g.feed, Now: time.Now}
	g.identities = &identitypool.Service{
		Store: st, Sealer: sealer, Audit: trail, Keys: &token.Keys{Store: st, Sealer: sealer, Audit: trail, Cache: token.NewCache(st)},
		Caches: identitypool.NewCaches(st), Policies: &policy.Cache{}, Now: time.Now, BaseURL: "https://id.example.com", Region: "us-east-1",
		MergeDatasets: datasets.Merge,
	}
	p := &provider.IdentityPool{Name: "app", Settings: provider.IdentityPoolSettings{AllowGuests: true}}
	g.must(g.identities.CreatePool(ctx, p))
	g.pool = p.ID
	g.must(g.identities.CreateRole(ctx, p.ID, &provider.Role{Name: "guests", Policies: guests}))
	role := identitypool.RoleARN(p.ID, "guests")
	g.must(g.identities.SetRoles(ctx, p.ID, role, role, nil))
	var handle string
	g.alice, handle = g.guest("alice")
	g.bob, _ = g.guest("bob")
	again, err := g.identities.Exchange(ctx, p.ID, identitypool.ExchangeRequest{
		SubjectToken: handle, SubjectTokenType: identitypool.TokenGuest, RequestedType: identitypool.TokenTemporaryKeys,
	})
	g.must(err)
	g.temporary = aws.Credentials{AccessKeyID: again.Keys.AccessKeyID, SecretAccessKey: again.Keys.SecretKey, SessionToken: again.Keys.SessionToken}
	g.admin = g.operator(people, "admin", provider.RoleAdmin)
	g.auditor = g.operator(people, "auditor", provider.RoleAuditor)

	door := &sync.Door{
		Datasets: datasets, Feed: g.feed, Identities: g.identities, Operators: people,
		Now: func() time.Time { return time.Now().Add(time.Duration(g.ahead.Load())) },
		Log: slog.New(slog.DiscardHandler), Heartbeat: 20 * time.Millisecond,
	}
	mux := http.NewServeMux()
	door.Mount(mux)
	g.server = httptest.NewServer(mux)
	done := make(chan struct{})
	go func() { defer close(done); g.feed.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done; g.server.Close() })
	return g
}

// as is the rig for a subtest.
func (g *rig) as(t testing.TB) *rig {
	sub := *g
	sub.TB = t
	return &sub
}

func (g *rig) must(err error) {
	g.Helper()
	if err != nil {
		g.Fatal(err)
	}
}

func (g *rig) guest(name string) (id, handle string) {
	g.Helper()
	out, err := g.identities.Exchange(context.Background(), g.pool, identitypool.ExchangeRequest{SubjectTokenType: identitypool.TokenGuest})
	g.must(err)
	g.tokens[name] = out.Token
	return out.IdentityID, out.GuestHandle
}

func (g *rig) operator(people *directory.Directory, name string, role provider.OperatorRole) aws.Credentials {
	g.Helper()
	ctx := context.Background()
	operators, err := people.OperatorsPool(ctx)
	g.must(err)
	_, err = people.CreateUser(ctx, operators.ID, directory.NewUser{Username: name, Password: "Correct-horse-7", Permanent: true})
	g.must(err)
	g.must(people.Grant(ctx, name, role, directory.Everywhere))
	key, value, err := people.CreateAccessKey(ctx, name)
	g.must(err)
	return aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: value}
}

// each runs a test of a door over every database.
func each(t *testing.T, test func(t *testing.T, g *rig)) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) { test(t, newRig(t, st)) })
}

// of is a path below one identity, with its colons escaped as the SDKs do.
func (g *rig) of(identity string, more ...string) string {
	path := "/identitypools/" + g.pool + "/identities/" + identity
	return strings.ReplaceAll(path, ":", "%3A") + strings.Join(more, "")
}

type reply struct {
	status int
	header http.Header
	body   map[string]any
}

func (g *rig) request(method, path, body string) *http.Request {
	g.Helper()
	r, err := http.NewRequestWithContext(g.Context(), method, g.server.URL+path, strings.NewReader(body))
	if err != nil {
		g.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

func (g *rig) send(r *http.Request) reply {
	g.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		g.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		g.Fatal(err)
	}
	out := reply{status: res.StatusCode, header: res.Header}
	if len(raw) > 0 && json.Unmarshal(raw, &out.body) != nil {
		out.body = map[string]any{"raw": string(raw)}
	}
	return out
}

// bearer calls with a Bearer credential.
func (g *rig) bearer(token, method, path, body string) reply {
	g.Helper()
	r := g.request(method, path, body)
	r.Header.Set("Authorization", "Bearer "+g.tokens[token])
	return g.send(r)
}

// signed calls with the AWS SDK's signature.
func (g *rig) signed(c aws.Credentials, method, path, body string) reply {
	g.Helper()
	r := g.request(method, path, body)
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(r.Context(), c, r, hex.EncodeToString(sum[:]), "cognito-sync", "us-east-1", time.Now()); err != nil {
		g.Fatal(err)
	}
	return g.send(r)
}

func (g *rig) session(token, identity, name string) string {
	g.Helper()
	out := g.bearer(token, "GET", g.of(identity, "/datasets/", name, "/records"), "")
	session, _ := out.body["SyncSessionToken"].(string)
	if session == "" {
		g.Fatalf("no session: %d %v", out.status, out.body)
	}
	return session
}

// update writes patches given as JSON objects.
func (g *rig) update(token, identity, name string, patches ...string) reply {
	g.Helper()
	return g.bearer(token, "POST", g.of(identity, "/datasets/", name),
		`{"SyncSessionToken":"`+g.session(token, identity, name)+`","RecordPatches":[`+strings.Join(patches, ",")+`]}`)
}

func (r reply) must(t *testing.T, status int, kind string) reply {
	t.Helper()
	if r.status != status || kind != "" && (r.body["__type"] != kind || r.header.Get("X-Amzn-Errortype") != kind || r.body["message"] == "") {
		t.Fatalf("want %d %s, got %d %v", status, kind, r.status, r.body)
	}
	return r
}

func TestEveryProof(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		path := g.of(g.alice, "/datasets")
		g.bearer("alice", "GET", path, "").must(t, 200, "")
		g.signed(g.temporary, "GET", path, "").must(t, 200, "")
		g.signed(g.admin, "GET", path, "").must(t, 200, "")
		g.bearer("nobody", "GET", path, "").must(t, 401, "NotAuthorizedException")
		g.bearer("", "GET", path, "").must(t, 401, "NotAuthorizedException")
		g.send(g.request("GET", path, "")).must(t, 403, "MissingAuthenticationTokenException")
		wrong := g.admin
		wrong.SecretAccessKey = "guess"
		g.signed(wrong, "GET", path, "").must(t, 403, "InvalidSignatureException")
		wrong.AccessKeyID = "AKIANOBODY"
		g.signed(wrong, "GET", path, "").must(t, 403, "UnrecognizedClientException")
		for _, change := range []func(*aws.Credentials){
			func(c *aws.Credentials) { c.SessionToken = "nothing" },
			func(c *aws.Credentials) { c.SessionToken = g.tokens["alice"] }, // a credential without keys
			func(c *aws.Credentials) { c.AccessKeyID = "ASIANOBODY" },
			func(c *aws.Credentials) { c.SessionToken = "" },
		} {
			wrong = g.temporary
			change(&wrong)
			g.signed(wrong, "GET", path, "").must(t, 403, "UnrecognizedClientException")
		}
		r := g.request("GET", path, "")
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 nonsense")
		g.send(r).must(t, 400, "IncompleteSignatureException")
		r = g.request("GET", path, "")
		r.Header["Authorization"] = []string{"Bearer " + g.tokens["alice"], "Bearer " + g.tokens["bob"]}
		g.send(r).must(t, 400, "IncompleteSignatureException")

		// Credentials end when their identity says so.
		g.must(g.st.IdentityPool(g.pool).EndCredentials(t.Context(), g.alice))
		g.bearer("alice", "GET", path, "").must(t, 401, "NotAuthorizedException")
		g.signed(g.temporary, "GET", path, "").must(t, 403, "NotAuthorizedException")
		g.signed(g.admin, "GET", path, "").must(t, 200, "")
	})
}

func TestWhoMayWhat(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.bearer("alice", "GET", g.of(g.bob, "/datasets"), "").must(t, 403, "NotAuthorizedException")
		g.signed(g.temporary, "GET", g.of(g.bob, "/datasets"), "").must(t, 403, "NotAuthorizedException")
		g.bearer("alice", "GET", strings.Replace(g.of(g.alice, "/datasets"), g.pool[12:], missing[12:], 1), "").must(t, 403, "NotAuthorizedException")
		g.signed(g.admin, "GET", g.of(missing, "/datasets"), "").must(t, 404, "ResourceNotFoundException")
		g.signed(g.admin, "GET", g.of("nonsense", "/datasets"), "").must(t, 400, "InvalidParameterException")

		g.bearer("alice", "GET", g.of(g.alice, "/datasets/locked/records"), "").must(t, 200, "")
		g.update("alice", g.alice, "locked", put("k", "v", 0)).must(t, 403, "NotAuthorizedException")
		g.bearer("alice", "DELETE", g.of(g.alice, "/datasets/locked"), "").must(t, 403, "NotAuthorizedException")
		g.bearer("alice", "GET", g.of(g.alice, "/datasets/secret/records"), "").must(t, 403, "NotAuthorizedException")

		// An operator reaches any identity, as far as their permissions go.
		out := g.signed(g.auditor, "GET", g.of(g.alice, "/datasets/locked/records"), "").must(t, 200, "")
		body := `{"SyncSessionToken":"` + out.body["SyncSessionToken"].(string) + `","RecordPatches":[` + put("k", "v", 0) + `]}`
		g.signed(g.auditor, "POST", g.of(g.alice, "/datasets/locked"), body).must(t, 403, "NotAuthorizedException")
		out = g.signed(g.admin, "POST", g.of(g.alice, "/datasets/locked"), body).must(t, 200, "")
		if by := out.body["Records"].([]any)[0].(map[string]any)["LastModifiedBy"]; by != "operator/admin" {
			t.Errorf("modified by %v", by)
		}

		g.signed(g.admin, "POST", "/identitypools/"+g.pool+"/bulkpublish", "{}").must(t, 404, "UnknownOperationException")
		g.signed(g.admin, "PUT", g.of(g.alice, "/datasets/d"), "{}").must(t, 404, "UnknownOperationException")
		g.bearer("alice", "GET", "/identitypools", "").must(t, 403, "NotAuthorizedException")
		g.bearer("alice", "GET", "/identitypools/"+g.pool, "").must(t, 403, "NotAuthorizedException")
		out = g.signed(g.admin, "GET", "/identitypools/"+g.pool, "").must(t, 200, "")
		if u := out.body["IdentityPoolUsage"].(map[string]any); u["DataStorage"] != 2.0 || u["IdentityPoolId"] != g.pool {
			t.Errorf("usage %v", u)
		}
		out = g.signed(g.admin, "GET", "/identitypools?maxResults=5", "").must(t, 200, "")
		if out.body["Count"] != 1.0 || out.body["NextToken"] != nil {
			t.Errorf("usages %v", out.body)
		}
		g.signed(g.admin, "GET", "/identitypools/"+missing, "").must(t, 404, "ResourceNotFoundException")
		out = g.bearer("alice", "GET", g.of(g.alice), "").must(t, 200, "")
		if u := out.body["IdentityUsage"].(map[string]any); u["DatasetCount"] != 1.0 || u["DataStorage"] != 2.0 || u["IdentityId"] != g.alice {
			t.Errorf("usage %v", u)
		}
	})
}

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	g := newRig(t, storetest.SQLite(t))
	for _, path := range []string{"/identitypools", g.of(g.alice, "/datasets/prefs/records")} {
		r := g.request("OPTIONS", path, "")
		r.Header.Set("Origin", "https://app.example")
		r.Header.Set("Access-Control-Request-Method", "POST")
		out := g.send(r)
		if out.status != 204 || out.header.Get("Access-Control-Allow-Origin") != "*" ||
			!strings.Contains(out.header.Get("Access-Control-Allow-Headers"), "authorization") {
			t.Errorf("%s: %d %v", path, out.status, out.header)
		}
	}
	out := g.bearer("nobody", "GET", g.of(g.alice, "/datasets"), "").must(t, 401, "NotAuthorizedException")
	if out.header.Get("Access-Control-Allow-Origin") != "*" || out.header.Get("Access-Control-Allow-Credentials") != "" ||
		!strings.HasPrefix(out.header.Get("Www-Authenticate"), "Bearer") {
		t.Errorf("a page cannot read the failure: %v", out.header)
	}
}

func put(key, value string, base int) string {
	b, err := json.Marshal(map[string]any{"Op": "replace", "Key": key, "Value": value, "SyncCount": base})
	if err != nil {
		panic(err)
	}
	return string(b)
}

func remove(key string, base int) string {
	b, err := json.Marshal(map[string]any{"Op": "remove", "Key": key, "SyncCount": base})
	if err != nil {
		panic(err)
	}
	return string(b)
}
