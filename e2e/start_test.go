package e2e

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/cognate-idp/cognate/e2e/server"
	"github.com/cognate-idp/cognate/e2e/visitor"
	"github.com/cognate-idp/cognate/provider/store/storetest/pgcluster"
)

// slow marks a test that starts servers.
func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a server")
	}
	t.Parallel()
}

// start runs `serve --dev` with fresh data in the embedded database.
func start(t *testing.T, change ...func(*server.Options)) *server.Process {
	t.Helper()
	p := startKillable(t, change...)
	t.Cleanup(func() { stop(t, p) })
	return p
}

func stop(t *testing.T, p *server.Process) {
	t.Helper()
	if t.Failed() {
		t.Logf("the server's log ends with:\n%s", p.Log()[max(0, len(p.Log())-4000):])
	}
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
}

// startKillable is start for tests that end the process themselves.
func startKillable(t *testing.T, change ...func(*server.Options)) *server.Process {
	t.Helper()
	binary, err := shared.binary()
	if err != nil {
		t.Fatal(err)
	}
	opt := server.Options{Binary: binary, Folder: t.TempDir(), Args: []string{"--dev"}}
	for _, f := range change {
		f(&opt)
	}
	p, err := server.Start(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

func onDatabase(dsn string) func(*server.Options) {
	return func(o *server.Options) { o.Env = append(o.Env, "COGNATE_DATABASE="+dsn) }
}

// each runs a test on a server with each kind of database.
func each(t *testing.T, test func(t *testing.T, p *server.Process)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, start(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, start(t, onDatabase(newDatabase(t))))
	})
}

// newDatabase makes an empty PostgreSQL database and returns its address.
func newDatabase(t *testing.T) string {
	t.Helper()
	admin, err := shared.admin()
	if errors.Is(err, pgcluster.ErrNoServer) {
		lacking(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	name := "e2e_" + strings.ToLower(rand.Text())
	if err := execute(t.Context(), admin, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := execute(context.Background(), admin, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func execute(ctx context.Context, dsn, statement string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// metadata is what discovery tells of an issuer.
type metadata struct {
	Issuer        string `json:"issuer"`
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	UserInfo      string `json:"userinfo_endpoint"`
	JWKS          string `json:"jwks_uri"`
	Introspection string `json:"introspection_endpoint"`
	Revocation    string `json:"revocation_endpoint"`
	EndSession    string `json:"end_session_endpoint"`
}

func discover(t *testing.T, issuer string) metadata {
	t.Helper()
	var m metadata
	getJSON(t, issuer+"/.well-known/openid-configuration", "", &m)
	return m
}

// bearer fetches an address with a bearer token and returns the status.
func bearer(t *testing.T, address, token string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Error(err)
		return 0
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

// getJSON fetches a JSON document, with a bearer token if one is given.
func getJSON(t *testing.T, address, token string, into any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", address, answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}

// alice is the demo's user as a visitor of the demo's pool.
func alice(p *server.Process) *visitor.Visitor {
	u := p.Dev.Users[0]
	return visitor.New(nil, u.Username, u.Password)
}

// flow is an authorization code flow of one of the demo's clients.
func flow(t *testing.T, p *server.Process, client server.Client) visitor.Flow {
	t.Helper()
	m := discover(t, p.Dev.Issuer)
	return visitor.Flow{
		Authorize: m.Authorization, Token: m.Token, RedirectURI: p.Dev.RedirectURI, Scope: "openid profile email",
		Client: visitor.Client{ID: client.ID, Secret: client.Secret},
	}
}
