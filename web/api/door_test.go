package api_test

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
	"runtime"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/token"
	"github.com/cognate-idp/cognate/templates"
	"github.com/cognate-idp/cognate/web/api"
)

// A world is a running API over a fresh database, with an owner's access key.
type world struct {
	t         *testing.T
	api       *api.API
	directory *directory.Directory
	store     *store.Store
	server    *httptest.Server
	owner     aws.Credentials
	now       func() time.Time // the signer's clock
	deliver   map[string]func(context.Context, provider.Job) error
}

// mailed runs what was put off and answers the newest code in the mailbox.
func (w *world) mailed() string {
	w.t.Helper()
	for _, kind := range []string{directory.JobCode, message.JobKind} {
		jobs, err := w.store.All().LeaseJobs(w.t.Context(), "test", []string{kind}, 100, time.Minute)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, j := range jobs {
			if err := w.deliver[kind](w.t.Context(), j); err != nil {
				w.t.Fatal(err)
			}
			if err := w.store.All().FinishJob(w.t.Context(), "test", j.ID); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	kept, err := w.store.All().KeptMessages(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, m := range kept {
		if m.Code != "" {
			return m.Code
		}
	}
	w.t.Fatal("no code was mailed")
	return ""
}

const bearerOwner = "a-valid-access-token"

func start(t *testing.T, st *store.Store) *world {
	t.Helper()
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	hasher, err := secret.NewHasher(secret.Params{Memory: 64, Time: 1, Threads: 1}, runtime.GOMAXPROCS(0), 100)
	if err != nil {
		t.Fatal(err)
	}
	letters, err := message.OpenLetters(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	outbox := &message.Outbox{Store: st, Sealer: sealer, Senders: map[provider.Channel]message.Sender{provider.ByEmail: &message.Mailbox{Store: st}}}
	d := directory.New(directory.Config{
		Guard: &risk.Guard{Store: st}, Post: &message.Post{Outbox: outbox, Letters: letters},
		Store: st, Audit: &audit.Log{Store: st}, Sealer: sealer, Hasher: hasher, Region: "us-east-1",
	})
	w := &world{t: t, directory: d, store: st, now: time.Now, deliver: map[string]func(context.Context, provider.Job) error{
		message.JobKind: outbox.Deliver, directory.JobCode: d.SendCode,
	}}
	keys := &token.Keys{Store: st, Sealer: sealer, Audit: d.Audit, Cache: token.NewCache(st)}
	issuer := func(p *provider.Pool) string { return "https://id.example.com/" + p.ID }
	w.api = &api.API{
		Directory: d, Keys: keys, Messages: &message.Templates{Post: d.Post},
		Factors: &factor.Factors{Store: st, Sealer: sealer, Audit: d.Audit, Post: d.Post, BaseURL: "https://id.example.com"},
		Identities: &identitypool.Service{
			Store: st, Sealer: sealer, Keys: keys, Audit: d.Audit, Caches: identitypool.NewCaches(st), Policies: &policy.Cache{},
			Now: time.Now, BaseURL: "https://id.example.com", Region: "us-east-1", UserPoolIssuer: issuer,
			MergeDatasets: func(context.Context, string, string, string) error { return nil },
		},
		Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Issuer: issuer,
		Bearer: func(ctx context.Context, token string) (*directory.Operator, error) {
			if token != bearerOwner {
				return nil, &provider.Error{Code: provider.CodeUnauthorized, Message: "The access token is not valid."}
			}
			return d.OperatorByID(ctx, w.operatorID("owner"))
		},
	}
	w.api.Self = bearing(w, keys, sealer, issuer)
	mux := http.NewServeMux()
	w.api.Mount(mux)
	w.server = httptest.NewServer(mux)
	t.Cleanup(w.server.Close)
	w.owner = w.operator("owner", provider.RoleOwner, directory.Everywhere)
	return w
}

// operator makes an operator and answers their access key.
func (w *world) operator(name string, role provider.OperatorRole, scope string) aws.Credentials {
	w.t.Helper()
	ctx := w.t.Context()
	p, err := w.directory.OperatorsPool(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.directory.CreateUser(ctx, p.ID, directory.NewUser{Username: name, NoPassword: true}); err != nil {
		w.t.Fatal(err)
	}
	if err := w.directory.Grant(ctx, name, role, scope); err != nil {
		w.t.Fatal(err)
	}
	k, value, err := w.directory.CreateAccessKey(ctx, name)
	if err != nil {
		w.t.Fatal(err)
	}
	return aws.Credentials{AccessKeyID: k.ID, SecretAccessKey: value}
}

func (w *world) operatorID(name string) string {
	w.t.Helper()
	p, err := w.directory.OperatorsPool(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	u, err := w.directory.FindUser(w.t.Context(), p.ID, name)
	if err != nil {
		w.t.Fatal(err)
	}
	return u.ID
}

// request is an unsigned call.
func (w *world) request(target string, body []byte) *http.Request {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.server.URL+"/", bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", target)
	return r
}

// sign signs as the AWS SDK for Go does.
func (w *world) sign(r *http.Request, body []byte, c aws.Credentials) {
	w.t.Helper()
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(w.t.Context(), c, r, hex.EncodeToString(sum[:]), "cognito-idp", "us-east-1", w.now()); err != nil {
		w.t.Fatal(err)
	}
}

type answer struct {
	Status int
	Header http.Header
	Body   map[string]any
	raw    string
}

// kind is the exception's name, empty after a success.
func (a answer) kind() string {
	s, _ := a.Body["__type"].(string)
	return s
}

func (w *world) send(r *http.Request) answer {
	w.t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	a := answer{Status: resp.StatusCode, Header: resp.Header, raw: string(raw)}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &a.Body); err != nil {
			w.t.Fatalf("%s: %v", raw, err)
		}
	}
	return a
}

// call is a signed call.
func (w *world) call(c aws.Credentials, target string, in any) answer {
	w.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		w.t.Fatal(err)
	}
	r := w.request(target, body)
	w.sign(r, body, c)
	return w.send(r)
}

// must is a call by the owner that has to succeed.
func (w *world) must(target string, in any) map[string]any {
	w.t.Helper()
	a := w.call(w.owner, target, in)
	if a.Status != http.StatusOK {
		w.t.Fatalf("%s: %d %s", target, a.Status, a.raw)
	}
	return a.Body
}

type m = map[string]any

const (
	userPools = "AWSCognitoIdentityProviderService."
	own       = "Cognate."
)

// pool makes a user pool that takes any password.
func (w *world) pool() string {
	w.t.Helper()
	out := w.must(userPools+"CreateUserPool", m{"PoolName": "demo", "Policies": m{"PasswordPolicy": m{"MinimumLength": 6}}})
	return out["UserPool"].(m)["Id"].(string)
}
