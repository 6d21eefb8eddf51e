package e2e

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/e2e/server"
	"github.com/cognate-idp/cognate/e2e/visitor"
)

// TestTwoProcesses serves one issuer by two processes on one PostgreSQL, behind
// a proxy that gives every other request to the other one.
func TestTwoProcesses(t *testing.T) {
	slow(t)
	dsn := newDatabase(t)
	var nodes [2]*url.URL
	var turn atomic.Int64
	proxy := httptest.NewUnstartedServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(nodes[turn.Add(1)%2])
		r.Out.Host = r.In.Host
		r.SetXForwarded()
	}})
	base := "http://localhost:" + port(t, proxy.Listener.Addr())
	var processes [2]*server.Process
	folders := [2]string{t.TempDir(), t.TempDir()}
	for i := range processes {
		if i == 1 {
			// One installation has one master key.
			key, err := os.ReadFile(filepath.Join(folders[0], "master.key"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folders[1], "master.key"), key, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		processes[i] = start(t, onDatabase(dsn), func(o *server.Options) {
			o.Folder, o.Address = folders[i], freeAddress(t)
			o.Env = append(o.Env, "COGNATE_BASE_URL="+base)
		})
		node, err := url.Parse(processes[i].URL)
		if err != nil {
			t.Fatal(err)
		}
		nodes[i] = node
	}
	proxy.Start()
	t.Cleanup(proxy.Close)
	first, second := processes[0], processes[1]
	if !strings.HasPrefix(first.Dev.Issuer, base+"/") {
		t.Fatalf("issuer = %s, want it below %s", first.Dev.Issuer, base)
	}

	// on names the same endpoint at one process alone.
	on := func(p *server.Process, endpoint string) string { return p.URL + strings.TrimPrefix(endpoint, base) }
	meta := discover(t, first.Dev.Issuer)
	confidential := visitor.Client{ID: first.Dev.Clients.Confidential.ID, Secret: first.Dev.Clients.Confidential.Secret}
	signIn := func() visitor.Tokens {
		t.Helper()
		tokens, err := alice(first).SignIn(t.Context(), flow(t, first, first.Dev.Clients.Confidential))
		if err != nil {
			t.Fatal(err)
		}
		return tokens
	}
	active := func(p *server.Process, token string) bool {
		t.Helper()
		answer, err := visitor.New(nil, "", "").PostForm(t.Context(), on(p, meta.Introspection), url.Values{"token": {token}}, confidential)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Active *bool `json:"active"`
		}
		if err := json.Unmarshal(answer.Body, &got); err != nil || got.Active == nil {
			t.Fatalf("introspection: %d %s", answer.Status, answer.Body)
		}
		return *got.Active
	}

	t.Run("one flow over both", func(t *testing.T) {
		for range 3 { // an odd number of requests each time shifts who answers what
			tokens := signIn()
			if !active(first, tokens.Access) || !active(second, tokens.Access) {
				t.Fatal("a process does not know the token")
			}
		}
	})
	t.Run("revocation is at once", func(t *testing.T) {
		for range 5 {
			tokens := signIn()
			if !active(second, tokens.Access) {
				t.Fatal("not active to begin with")
			}
			answer, err := visitor.New(nil, "", "").PostForm(t.Context(), on(first, meta.Revocation), url.Values{"token": {tokens.Refresh}}, confidential)
			if err != nil || answer.Status != http.StatusOK {
				t.Fatalf("revoke: %v %+v", err, answer)
			}
			if active(second, tokens.Access) {
				t.Error("revoked at one process, active at the other")
			}
			if _, err := visitor.New(nil, "", "").Redeem(t.Context(), on(second, meta.Token),
				url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.Refresh}}, confidential); err == nil {
				t.Error("a revoked refresh token works at the other process")
			}
		}
	})
	t.Run("a new key is known before it signs", func(t *testing.T) {
		published := func(p *server.Process) string {
			var set struct {
				Keys []struct {
					ID string `json:"kid"`
				} `json:"keys"`
			}
			getJSON(t, on(p, meta.JWKS), "", &set)
			var ids []string
			for _, key := range set.Keys {
				ids = append(ids, key.ID)
			}
			slices.Sort(ids)
			return strings.Join(ids, " ")
		}
		// upcoming counts the keys that wait for their turn, one an algorithm.
		upcoming := func() (n int) {
			list, _ := administer(t, first, server.Own+"ListKeys", map[string]any{"PoolId": first.Dev.UserPoolID})["Keys"].([]any)
			for _, key := range list {
				if m, ok := key.(map[string]any); ok && m["State"] == "next" {
					n++
				}
			}
			return n
		}
		machine := visitor.Client{ID: first.Dev.Clients.Machine.ID, Secret: first.Dev.Clients.Machine.Secret}
		old := ""
		for range 3 {
			// A job makes the keys that come next, and the other process, which
			// asks for changes twice a second, must have heard of them.
			for deadline := time.Now().Add(time.Minute); upcoming() < 2 || published(first) != published(second); time.Sleep(20 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("%d keys come next; published are\n%s\n%s", upcoming(), published(first), published(second))
				}
			}
			administer(t, first, server.Own+"RotateKey", map[string]any{"PoolId": first.Dev.UserPoolID})
			tokens, err := visitor.New(nil, "", "").Redeem(t.Context(), on(first, meta.Token), url.Values{"grant_type": {"client_credentials"}}, machine)
			if err != nil {
				t.Fatal(err)
			}
			if !active(second, tokens.Access) {
				t.Error("signed by one process, unknown to the other")
			}
			if now := kid(t, tokens.Access); now == old {
				t.Error("the key is the same after its rotation")
			} else {
				old = now
			}
		}
	})
	t.Run("disabling a user is at once", func(t *testing.T) {
		tokens := signIn()
		user := map[string]any{"UserPoolId": first.Dev.UserPoolID, "Username": first.Dev.Users[0].Username}
		administer(t, first, server.UserPools+"AdminDisableUser", user)
		if active(second, tokens.Access) {
			t.Error("disabled at one process, active at the other")
		}
		if _, err := visitor.New(nil, "", "").Redeem(t.Context(), on(second, meta.Token),
			url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.Refresh}}, confidential); err == nil {
			t.Error("a disabled user's refresh token works at the other process")
		}
		administer(t, second, server.UserPools+"AdminEnableUser", user)
		signIn()
	})
}

// freeAddress returns a loopback address that nobody listens at now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "localhost:" + port(t, l.Addr())
}

func port(t *testing.T, a net.Addr) string {
	t.Helper()
	_, port, err := net.SplitHostPort(a.String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
