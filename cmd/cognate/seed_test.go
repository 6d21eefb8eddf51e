package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// TestTheDemoHeals breaks the demo in every way that its front page invites to,
// and starts again.
func TestTheDemoHeals(t *testing.T) {
	t.Parallel()
	st := storetest.SQLite(t)
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	data := t.TempDir()
	start := func(base string) (devJSON, *house) {
		t.Helper()
		conf := &config{dev: true, Data: data, BaseURL: base}
		conf.fillIn()
		h, err := newHouse(t.Context(), conf, st, sealer, log)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.begin(t.Context(), io.Discard); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(devJSONPath(data))
		if err != nil {
			t.Fatal(err)
		}
		var d devJSON
		if err := json.Unmarshal(b, &d); err != nil {
			t.Fatal(err)
		}
		return d, h
	}
	first, h := start("http://localhost:1")
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "http://127.0.0.1:1/demo/?a=b", nil)
	r.Header.Set("Accept", "text/html")
	if h.handler.ServeHTTP(w, r); w.Code != http.StatusTemporaryRedirect || w.Header().Get("Location") != "http://localhost:1/demo/?a=b" {
		t.Errorf("by its address: %d %s", w.Code, w.Header().Get("Location"))
	}
	if again, _ := start("http://localhost:1"); again.UserPoolID != first.UserPoolID || again.Users[0] != first.Users[0] || again.Operator != first.Operator {
		t.Errorf("the demo changed by a restart:\n%+v\n%+v", first, again)
	}

	hasher, err := newHasher()
	if err != nil {
		t.Fatal(err)
	}
	d := directory.New(directory.Config{Store: st, Audit: &audit.Log{Store: st}, Sealer: sealer, Hasher: hasher, Region: "us-east-1"})
	pool := st.Pool(first.UserPoolID)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(d.DeleteClient(t.Context(), first.UserPoolID, first.Clients.Public.ClientID))
	must(d.DeleteUser(t.Context(), first.UserPoolID, "alice"))
	must(d.DeleteGroup(t.Context(), first.UserPoolID, demoGroup))
	must(st.IdentityPool(first.IdentityPoolID).DeleteRole(t.Context(), "guest"))
	second, _ := start("http://localhost:2")
	if second.UserPoolID != first.UserPoolID || second.Clients != first.Clients || second.Users[0] != first.Users[0] {
		t.Errorf("what was deleted came back otherwise:\n%+v\n%+v", first, second)
	}
	c, err := pool.Client(t.Context(), first.Clients.Public.ClientID)
	must(err)
	if c.Settings.RedirectURIs[0] != "http://localhost:2/demo/" {
		t.Errorf("redirects of the last start: %v", c.Settings.RedirectURIs)
	}
	if _, err := st.IdentityPool(first.IdentityPoolID).Role(t.Context(), "guest"); err != nil {
		t.Error(err)
	}

	must(d.SetPassword(t.Context(), first.UserPoolID, "alice", "a-password-of-my-own-1", true))
	if third, _ := start("http://localhost:2"); third.Users[0].Password != "" {
		t.Error("dev.json tells a password that no longer works")
	}

	must(d.DeletePool(t.Context(), first.UserPoolID))
	fourth, _ := start("http://localhost:2")
	if fourth.UserPoolID == first.UserPoolID {
		t.Error("a deleted pool is still the demo's")
	}
	if _, err := d.Pool(t.Context(), fourth.UserPoolID); err != nil {
		t.Error(err)
	}
	identities := &identitypool.Service{Store: st, Sealer: sealer, Caches: identitypool.NewCaches(st)}
	p, err := identities.Pool(t.Context(), fourth.IdentityPoolID)
	must(err)
	if len(p.Settings.Providers) != 1 || p.Settings.Providers[0].PoolID != fourth.UserPoolID {
		t.Errorf("the identity pool trusts %+v", p.Settings.Providers)
	}
}

func TestOneServerForEachFolder(t *testing.T) {
	t.Parallel()
	conf := &config{dev: true, Data: t.TempDir()}
	unlock, err := lockData(conf)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lockData(conf); err == nil {
		t.Fatal("two servers share a folder")
	}
	unlock()
	unlock, err = lockData(conf)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}
