package e2e

import (
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/cognate-idp/cognate/e2e/server"
	"github.com/cognate-idp/cognate/e2e/visitor"
)

// TestKeyRotation changes the signing keys again and again while clients
// refresh, verify what they get with a library that caches the keys, and use it.
// No request may fail.
func TestKeyRotation(t *testing.T) {
	slow(t)
	each(t, func(t *testing.T, p *server.Process) {
		provider, err := oidc.NewProvider(t.Context(), p.Dev.Issuer)
		if err != nil {
			t.Fatal(err)
		}
		f := flow(t, p, p.Dev.Clients.Public)
		verifier := provider.Verifier(&oidc.Config{ClientID: f.Client.ID})
		userInfo := discover(t, p.Dev.Issuer).UserInfo
		const apps, rotations = 4, 4
		var rotated, used atomic.Int64
		var keys sync.Map
		var wg sync.WaitGroup
		for range apps {
			tokens, err := alice(p).SignIn(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				app := visitor.New(nil, "", "")
				for rotated.Load() < rotations && !t.Failed() {
					next, err := app.Redeem(t.Context(), f.Token, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.Refresh}}, f.Client)
					if err != nil {
						t.Errorf("refresh: %v", err)
						return
					}
					if _, err := verifier.Verify(t.Context(), next.ID); err != nil {
						t.Errorf("verify: %v", err)
					}
					if _, err := app.Redeem(t.Context(), f.Token, url.Values{"grant_type": {"client_credentials"}},
						visitor.Client{ID: p.Dev.Clients.Machine.ID, Secret: p.Dev.Clients.Machine.Secret}); err != nil {
						t.Errorf("client credentials: %v", err)
					}
					if status := bearer(t, userInfo, next.Access); status != 200 {
						t.Errorf("userinfo answers %d", status)
					}
					keys.Store(kid(t, next.ID), true)
					tokens = next
					used.Add(1)
				}
			})
		}
		for range rotations {
			// Each set of keys signs for a while.
			for seen := used.Load(); used.Load() < seen+2*apps && !t.Failed(); {
				time.Sleep(time.Millisecond)
			}
			administer(t, p, server.Own+"RotateKey", map[string]any{"PoolId": p.Dev.UserPoolID})
			rotated.Add(1)
		}
		wg.Wait()
		signed := 0
		keys.Range(func(any, any) bool { signed++; return true })
		if signed < rotations {
			t.Errorf("%d keys signed in %d rotations", signed, rotations)
		}
	})
}
