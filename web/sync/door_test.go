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
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/dataset"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
	"github.com/cognate-idp/cognate/web/sigv4"
	"github.com/cognate-idp/cognate/web/sync"
)

const (
	pool    = "us-east-1:00000000-0000-4000-8000-000000000001"
	alice   = "us-east-1:00000000-0000-4000-8000-00000000000a"
	bob     = "us-east-1:00000000-0000-4000-8000-00000000000b"
	missing = "us-east-1:00000000-0000-4000-8000-00000000000f"
)

// own lets an identity do everything with its datasets but "locked", which it may
// only read.
const own = `permit (principal, action, resource) when { resource in principal };
forbid (principal, action in [Sync::Action::"WriteDataset", Sync::Action::"DeleteDataset"], resource == Sync::Dataset::"locked");
forbid (principal, action, resource == Sync::Dataset::"secret");`

// rig is a real door over a real store, and callers with every kind of proof.
type rig struct {
	t      testing.TB
	st     *store.Store
	server *httptest.Server
	stop   context.CancelFunc
	feed   *dataset.Feed
}

func newRig(t testing.TB, st *store.Store) *rig {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	if err := st.All().CreateIdentityPool(ctx, &provider.IdentityPool{ID: pool, Name: "p", SealedHMAC: []byte{1}}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{alice, bob} {
		if err := st.IdentityPool(pool).CreateIdentity(ctx, &provider.Identity{ID: id, State: provider.IdentityGuest}); err != nil {
			t.Fatal(err)
		}
	}
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: bytes.Repeat([]byte{7}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	roles, err := policy.Parse(own)
	if err != nil {
		t.Fatal(err)
	}
	identity := func(id string) *sync.Identity {
		doc, err := roles.Seal(policy.Principal{ID: id}).Open()
		if err != nil {
			t.Error(err)
		}
		return &sync.Identity{PoolID: pool, IdentityID: id, Issued: time.Now(), Expires: time.Now().Add(time.Minute), Policy: doc}
	}
	feed := &dataset.Feed{Store: st, Log: slog.New(slog.DiscardHandler)}
	door := &sync.Door{
		Datasets: &dataset.Service{Store: st, Sealer: sealer, Feed: feed, Now: time.Now},
		Feed:     feed,
		Credential: func(_ context.Context, token string) (*sync.Identity, error) {
			switch token {
			case "alice":
				return identity(alice), nil
			case "bob":
				return identity(bob), nil
			case "brief":
				who := identity(alice)
				who.Expires = time.Now().Add(100 * time.Millisecond)
				return who, nil
			case "old":
				who := identity(alice)
				who.Issued = time.Unix(1, 0)
				return who, nil
			case "away":
				return nil, provider.ErrUnavailable
			}
			return nil, &provider.Error{Code: provider.CodeUnauthorized, Kind: "credential"}
		},
		TemporaryKey: func(_ context.Context, id, token string) (string, *sync.Identity, error) {
			if id != "ASIAALICE" || token != "alices-session" {
				return "", nil, sigv4.ErrUnknownKey
			}
			return "alices-secret", identity(alice), nil
		},
		OperatorKey: func(_ context.Context, id string) (string, any, error) {
			if id != "AKIAADMIN" && id != "AKIAAUDIT" {
				return "", nil, sigv4.ErrUnknownKey
			}
			return "operators-secret", id, nil
		},
		OperatorMay: func(_ context.Context, operator any, operation, _ string) error {
			if operator == "AKIAAUDIT" && (strings.HasPrefix(operation, "Update") || strings.HasPrefix(operation, "Delete")) {
				return &provider.Error{Code: provider.CodeForbidden, Message: "An auditor reads."}
			}
			return nil
		},
		Now:       time.Now,
		Log:       slog.New(slog.DiscardHandler),
		Heartbeat: 20 * time.Millisecond,
	}
	mux := http.NewServeMux()
	door.Mount(mux)
	server := httptest.NewServer(mux)
	done := make(chan struct{})
	go func() { defer close(done); feed.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done; server.Close() })
	return &rig{t: t, st: st, server: server, stop: stop, feed: feed}
}

// each runs a test of a door over every database.
func each(t *testing.T, test func(t *testing.T, g *rig)) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) { test(t, newRig(t, st)) })
}

func of(identity string, more ...string) string {
	return "/identitypools/" + strings.ReplaceAll(pool, ":", "%3A") + "/identities/" + strings.ReplaceAll(identity, ":", "%3A") + strings.Join(more, "")
}

type reply struct {
	status int
	header http.Header
	body   map[string]any
}

func (g *rig) request(method, path, body string) *http.Request {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), method, g.server.URL+path, strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

func (g *rig) send(r *http.Request) reply {
	g.t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	out := reply{status: res.StatusCode, header: res.Header}
	if len(raw) > 0 && json.Unmarshal(raw, &out.body) != nil {
		out.body = map[string]any{"raw": string(raw)}
	}
	return out
}

// bearer calls with a Bearer credential.
func (g *rig) bearer(token, method, path, body string) reply {
	g.t.Helper()
	r := g.request(method, path, body)
	r.Header.Set("Authorization", "Bearer "+token)
	return g.send(r)
}

// signed calls with the AWS SDK's signature.
func (g *rig) signed(c aws.Credentials, method, path, body string) reply {
	g.t.Helper()
	r := g.request(method, path, body)
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(r.Context(), c, r, hex.EncodeToString(sum[:]), "cognito-sync", "us-east-1", time.Now()); err != nil {
		g.t.Fatal(err)
	}
	return g.send(r)
}

var (
	temporary = aws.Credentials{AccessKeyID: "ASIAALICE", SecretAccessKey: "alices-secret", SessionToken: "alices-session"}
	admin     = aws.Credentials{AccessKeyID: "AKIAADMIN", SecretAccessKey: "operators-secret"}
	auditor   = aws.Credentials{AccessKeyID: "AKIAAUDIT", SecretAccessKey: "operators-secret"}
)

func (g *rig) session(token, identity, name string) string {
	g.t.Helper()
	out := g.bearer(token, "GET", of(identity, "/datasets/", name, "/records"), "")
	session, _ := out.body["SyncSessionToken"].(string)
	if session == "" {
		g.t.Fatalf("no session: %d %v", out.status, out.body)
	}
	return session
}

// update writes patches given as JSON objects.
func (g *rig) update(token, identity, name string, patches ...string) reply {
	g.t.Helper()
	return g.bearer(token, "POST", of(identity, "/datasets/", name),
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
		path := of(alice, "/datasets")
		g.bearer("alice", "GET", path, "").must(t, 200, "")
		g.signed(temporary, "GET", path, "").must(t, 200, "")
		g.signed(admin, "GET", path, "").must(t, 200, "")
		g.bearer("nobody", "GET", path, "").must(t, 401, "NotAuthorizedException")
		g.bearer("", "GET", path, "").must(t, 401, "NotAuthorizedException")
		g.bearer("away", "GET", path, "").must(t, 503, "ServiceUnavailableException")
		g.bearer("old", "GET", path, "").must(t, 200, "") // valid_after is not set
		g.send(g.request("GET", path, "")).must(t, 403, "MissingAuthenticationTokenException")
		wrong := admin
		wrong.SecretAccessKey = "guess"
		g.signed(wrong, "GET", path, "").must(t, 403, "InvalidSignatureException")
		wrong.AccessKeyID = "AKIANOBODY"
		g.signed(wrong, "GET", path, "").must(t, 403, "UnrecognizedClientException")
		r := g.request("GET", path, "")
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 nonsense")
		g.send(r).must(t, 400, "IncompleteSignatureException")
		r = g.request("GET", path, "")
		r.Header["Authorization"] = []string{"Bearer alice", "Bearer bob"}
		g.send(r).must(t, 400, "IncompleteSignatureException")

		// Credentials end with the identity's.
		if err := g.st.IdentityPool(pool).EndCredentials(t.Context(), alice); err != nil {
			t.Fatal(err)
		}
		g.bearer("old", "GET", path, "").must(t, 401, "NotAuthorizedException")
	})
}

func TestWhoMayWhat(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		g.bearer("alice", "GET", of(bob, "/datasets"), "").must(t, 403, "NotAuthorizedException")
		g.signed(temporary, "GET", of(bob, "/datasets"), "").must(t, 403, "NotAuthorizedException")
		g.bearer("alice", "GET", strings.Replace(of(alice, "/datasets"), "0001/", "0002/", 1), "").must(t, 403, "NotAuthorizedException")
		g.signed(admin, "GET", of(missing, "/datasets"), "").must(t, 404, "ResourceNotFoundException")
		g.signed(admin, "GET", of("nonsense", "/datasets"), "").must(t, 400, "InvalidParameterException")

		g.bearer("alice", "GET", of(alice, "/datasets/locked/records"), "").must(t, 200, "")
		g.update("alice", alice, "locked", put("k", "v", 0)).must(t, 403, "NotAuthorizedException")
		g.bearer("alice", "DELETE", of(alice, "/datasets/locked"), "").must(t, 403, "NotAuthorizedException")
		g.bearer("alice", "GET", of(alice, "/datasets/secret/records"), "").must(t, 403, "NotAuthorizedException")

		// An operator reaches any identity, as far as their permissions go.
		out := g.signed(auditor, "GET", of(alice, "/datasets/locked/records"), "").must(t, 200, "")
		body := `{"SyncSessionToken":"` + out.body["SyncSessionToken"].(string) + `","RecordPatches":[` + put("k", "v", 0) + `]}`
		g.signed(auditor, "POST", of(alice, "/datasets/locked"), body).must(t, 403, "NotAuthorizedException")
		out = g.signed(admin, "POST", of(alice, "/datasets/locked"), body).must(t, 200, "")
		if by := out.body["Records"].([]any)[0].(map[string]any)["LastModifiedBy"]; by != "operator" {
			t.Errorf("modified by %v", by)
		}

		g.bearer("alice", "GET", "/identitypools", "").must(t, 403, "NotAuthorizedException")
		g.bearer("alice", "GET", "/identitypools/"+pool, "").must(t, 403, "NotAuthorizedException")
		out = g.signed(admin, "GET", "/identitypools/"+pool, "").must(t, 200, "")
		if u := out.body["IdentityPoolUsage"].(map[string]any); u["DataStorage"] != 2.0 || u["IdentityPoolId"] != pool {
			t.Errorf("usage %v", u)
		}
		out = g.signed(admin, "GET", "/identitypools?maxResults=5", "").must(t, 200, "")
		if out.body["Count"] != 1.0 || out.body["NextToken"] != nil {
			t.Errorf("usages %v", out.body)
		}
		g.signed(admin, "GET", "/identitypools/"+missing, "").must(t, 404, "ResourceNotFoundException")
		out = g.bearer("alice", "GET", of(alice), "").must(t, 200, "")
		if u := out.body["IdentityUsage"].(map[string]any); u["DatasetCount"] != 1.0 || u["DataStorage"] != 2.0 || u["IdentityId"] != alice {
			t.Errorf("usage %v", u)
		}
	})
}

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	g := newRig(t, storetest.SQLite(t))
	for _, path := range []string{"/identitypools", of(alice, "/datasets/prefs/records")} {
		r := g.request("OPTIONS", path, "")
		r.Header.Set("Origin", "https://app.example")
		r.Header.Set("Access-Control-Request-Method", "POST")
		out := g.send(r)
		if out.status != 204 || out.header.Get("Access-Control-Allow-Origin") != "*" ||
			!strings.Contains(out.header.Get("Access-Control-Allow-Headers"), "authorization") {
			t.Errorf("%s: %d %v", path, out.status, out.header)
		}
	}
	out := g.bearer("nobody", "GET", of(alice, "/datasets"), "").must(t, 401, "NotAuthorizedException")
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

// endCredentials kills what was issued until now and a little later, since the
// rig issues a credential at each call.
func (g *rig) endCredentials(ctx context.Context) error {
	return g.st.IdentityPool(pool).EndCredentials(ctx, alice)
}
