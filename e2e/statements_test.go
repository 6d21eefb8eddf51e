package e2e

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/cognate-idp/cognate/e2e/server"
	"github.com/cognate-idp/cognate/e2e/visitor"
)

// TestStatements counts what the busiest requests ask of the database. The
// server's own polling counts too, a few statements a second, so each request
// is made many times and the share of one is rounded.
func TestStatements(t *testing.T) {
	slow(t)
	each(t, func(t *testing.T, p *server.Process) {
		const times = 200
		v := alice(p)
		f := flow(t, p, p.Dev.Clients.Public)
		m := discover(t, p.Dev.Issuer)
		tokens, err := v.SignIn(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		type grant struct{ code, verifier string }
		grants := make([]grant, times+1)
		for i := range grants {
			if grants[i].code, grants[i].verifier, err = v.Code(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		c := exchange(t, p, tokens.ID)
		identityPool := discover(t, p.Dev.BaseURL+"/identity/"+p.Dev.IdentityPoolID)
		listing, err := c.list(http.DefaultClient, "counted")
		if err != nil {
			t.Fatal(err)
		}
		plain := visitor.New(nil, "", "")
		confidential := visitor.Client{ID: p.Dev.Clients.Confidential.ID, Secret: p.Dev.Clients.Confidential.Secret}
		machine := visitor.Client{ID: p.Dev.Clients.Machine.ID, Secret: p.Dev.Clients.Machine.Secret}

		// counts is at most so many; exact counts must be met.
		type counts struct{ reads, writes, commits float64 }
		tests := []struct {
			name string
			most counts
			do   func(i int) error
		}{
			{"client credentials", counts{0, 0, 0}, func(int) error {
				_, err := plain.Redeem(t.Context(), m.Token, url.Values{"grant_type": {"client_credentials"}}, machine)
				return err
			}},
			{"code exchange", counts{1, math.Inf(1), 1}, func(i int) error {
				_, err := plain.Redeem(t.Context(), m.Token, url.Values{"grant_type": {"authorization_code"}, "code": {grants[i].code},
					"code_verifier": {grants[i].verifier}, "redirect_uri": {f.RedirectURI}}, f.Client)
				return err
			}},
			{"refresh", counts{math.Inf(1), math.Inf(1), 1}, func(int) error {
				next, err := plain.Redeem(t.Context(), m.Token, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.Refresh}}, f.Client)
				if err == nil {
					tokens.Refresh = next.Refresh
				}
				return err
			}},
			{"introspection", counts{1, 0, 0}, func(int) error {
				_, err := plain.PostForm(t.Context(), m.Introspection, url.Values{"token": {tokens.Access}}, confidential)
				return err
			}},
			{"userinfo", counts{1, 0, 0}, func(int) error {
				var any struct{}
				getJSON(t, m.UserInfo, tokens.Access, &any)
				return nil
			}},
			{"token exchange", counts{2, 0, 0}, func(int) error {
				_, err := plain.Redeem(t.Context(), identityPool.Token, url.Values{"grant_type": {tokenExchange}, "subject_token": {tokens.ID},
					"subject_token_type": {"urn:ietf:params:oauth:token-type:id_token"}}, visitor.Client{})
				return err
			}},
			{"sync batch", counts{math.Inf(1), 2, 1}, func(i int) error {
				status, err := c.update(http.DefaultClient, "counted", listing.SyncSessionToken,
					patch{Op: "replace", Key: "a", Value: strconv.Itoa(i), SyncCount: int64(i)},
					patch{Op: "replace", Key: "b", Value: strconv.Itoa(i), SyncCount: int64(i)})
				if err == nil && status != http.StatusOK {
					err = statusError(status)
				}
				return err
			}},
		}
		for _, test := range tests {
			if err := test.do(0); err != nil { // fills the caches
				t.Fatalf("%s: %v", test.name, err)
			}
			before, err := p.Statements(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for i := range times {
				if err := test.do(i + 1); err != nil {
					t.Fatalf("%s: %v", test.name, err)
				}
			}
			after, err := p.Statements(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := after.Since(before, times)
			t.Logf("%s: %.2f reads, %.2f writes, %.2f commits", test.name, got.Reads, got.Writes, got.Commits)
			if math.Round(got.Reads) > test.most.reads || math.Round(got.Writes) > test.most.writes || math.Round(got.Commits) > test.most.commits {
				t.Errorf("%s: %+v, want at most %+v", test.name, got, test.most)
			}
		}
	})
}
