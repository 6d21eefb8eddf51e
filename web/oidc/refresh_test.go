package oidc_test

import (
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
)

func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		who := d.signIn()
		first := d.tokens(t, web, password)
		d.pass(time.Minute)
		next := d.refresh(t, web, password, first.Refresh)
		if next.status != 200 || next.Refresh == "" || next.Refresh == first.Refresh || next.ID == "" || next.Scope != first.Scope {
			t.Fatalf("refreshed: %+v", next)
		}
		_, before := claims(t, first.ID)
		_, after := claims(t, next.ID)
		if after["nonce"] != nil || after["auth_time"] != float64(who.AuthTime.Unix()) || after["iat"] == before["iat"] || after["at_hash"] == before["at_hash"] || after["sub"] != before["sub"] {
			t.Errorf("ID tokens %v and %v", before, after)
		}
		if !d.active(t, next.Refresh) || d.active(t, first.Refresh) {
			t.Error("introspection does not follow the rotation")
		}
	})
}

func TestRefreshScopes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		first := d.tokens(t, web, password)
		narrow := d.refresh(t, web, password, first.Refresh, "scope", "notes/read")
		if narrow.status != 200 || narrow.Scope != "notes/read" || narrow.ID != "" {
			t.Errorf("narrowed: %+v", narrow)
		}
		// The new refresh token keeps what the old one had (RFC 6749 section 6).
		wide := d.refresh(t, web, password, narrow.Refresh)
		if wide.Scope != first.Scope || wide.ID == "" {
			t.Errorf("widened again: %+v", wide)
		}
		wantError(t, d.refresh(t, web, password, wide.Refresh, "scope", "openid phone"), 400, "invalid_scope")
		if got := d.refresh(t, web, password, wide.Refresh); got.status != 200 {
			t.Errorf("a refused scope used the token up: %+v", got)
		}
	})
}

func TestRefreshRefusals(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		got := d.tokens(t, web, password)
		wantError(t, d.refresh(t, third, password, got.Refresh), 400, "invalid_grant")
		wantError(t, d.refresh(t, web, password, "nonsense"), 400, "invalid_grant")
		wantError(t, d.refresh(t, web, password, got.Access), 400, "invalid_grant")
		wantError(t, d.refresh(t, web, "wrong", got.Refresh), 401, "invalid_client")
		wantError(t, d.refresh(t, web, password, ""), 400, "invalid_request")
		if !d.active(t, got.Refresh) {
			t.Error("a refusal used the token up")
		}
		if got = d.refresh(t, web, password, got.Refresh); got.status != 200 {
			t.Fatalf("a refusal ended the session: %+v", got)
		}
		must(t, d.st.Pool(poolID).ChangeUser(t.Context(), userID, func(u *provider.User) ([]provider.UserName, error) {
			u.Enabled = false
			return []provider.UserName{{Key: "alice", Kind: "username"}}, nil
		}))
		wantError(t, d.refresh(t, web, password, got.Refresh), 400, "invalid_grant")
		if d.active(t, got.Access) {
			t.Error("a disabled user's token is active")
		}
	})
}

func TestSigningOutEverywhereEndsRefreshing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		got := d.tokens(t, web, password)
		must(t, d.st.Pool(poolID).EndUserSessions(t.Context(), userID, "user"))
		wantError(t, d.refresh(t, web, password, got.Refresh), 400, "invalid_grant")
		if w := d.userInfo(got.Access); w.Code != 401 {
			t.Errorf("userinfo answered %d", w.Code)
		}
	})
}

// A grant that is written a moment after its user was signed out everywhere, by a
// browser whose session was read before, is as dead as the session.
func TestSigningOutEverywhereEndsAGrantUnderWay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		d.pass(time.Second) // the sign-in lies before, the grant behind what follows
		must(t, d.st.Pool(poolID).EndUserSessions(t.Context(), userID, "user"))
		d.pass(time.Second)
		code := d.code(t, web)
		wantError(t, read(t, d.post("/oauth2/token", web, password, exchange(code))), 400, "invalid_grant")
	})
}

func TestGraceWindowGivesTheSameSuccessor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		first := d.tokens(t, web, password)
		one, two := d.refresh(t, web, password, first.Refresh), d.refresh(t, web, password, first.Refresh)
		if one.status != 200 || two.status != 200 || one.Refresh != two.Refresh {
			t.Errorf("a retry got %+v after %+v", two, one)
		}
	})
}

func TestReuseOutsideTheGraceWindowEndsTheFamily(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		first := d.tokens(t, web, password)
		next := d.refresh(t, web, password, first.Refresh)
		d.pass(time.Minute)
		wantError(t, d.refresh(t, web, password, first.Refresh), 400, "invalid_grant")
		wantError(t, d.refresh(t, web, password, next.Refresh), 400, "invalid_grant")
		if d.active(t, next.Access) {
			t.Error("the family's access token is active")
		}
		events, err := d.st.Events(t.Context(), poolID, "user/"+userID, "", 10)
		must(t, err)
		found := false
		for _, e := range events {
			found = found || e.Action == "refresh_token.reuse" && e.Detail["client"] == web
		}
		if !found {
			t.Errorf("no event tells of the reuse: %+v", events)
		}
	})
}

func TestTwentyRefreshesAtOnceLeaveOneSession(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		first := d.tokens(t, web, password)
		form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first.Refresh}}
		answers := make([]*httptest.ResponseRecorder, 20)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i] = d.post("/oauth2/token", web, password, form) })
		}
		all.Wait()
		successors := map[string]bool{}
		for _, w := range answers {
			got := read(t, w)
			if got.status != 200 {
				t.Errorf("one was logged out: %+v", got)
			}
			successors[got.Refresh] = true
		}
		if len(successors) != 1 {
			t.Fatalf("%d successors", len(successors))
		}
		for successor := range successors {
			if got := d.refresh(t, web, password, successor); got.status != 200 {
				t.Errorf("the session is dead: %+v", got)
			}
		}
	})
}

func TestOneCodeRacedGivesTokensOnceAtMost(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		form := exchange(d.code(t, web))
		answers := make([]*httptest.ResponseRecorder, 8)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i] = d.post("/oauth2/token", web, password, form) })
		}
		all.Wait()
		won := 0
		for _, w := range answers {
			if got := read(t, w); got.status == 200 {
				won++
				if d.active(t, got.Access) {
					t.Error("the replayed code's token is active")
				}
			} else {
				wantError(t, got, 400, "invalid_grant")
			}
		}
		if won > 1 {
			t.Errorf("%d exchanges of one code succeeded", won)
		}
	})
}

func TestWithoutRotationTheTokenStays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		must(t, d.st.Pool(poolID).ChangeClient(t.Context(), web, func(c *provider.Client) error { c.Settings.RotationOff = true; return nil }))
		d.signIn()
		first := d.tokens(t, web, password)
		for range 2 {
			if got := d.refresh(t, web, password, first.Refresh); got.status != 200 || got.Refresh != "" {
				t.Errorf("refreshed: %+v", got)
			}
			d.pass(time.Minute)
		}
	})
}

func TestRefreshTokensExpireWithTheirFamily(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		got := d.tokens(t, web, password)
		d.pass(20 * 24 * time.Hour)
		got = d.refresh(t, web, password, got.Refresh)
		if got.status != 200 {
			t.Fatalf("after 20 days: %+v", got)
		}
		d.pass(11 * 24 * time.Hour)
		wantError(t, d.refresh(t, web, password, got.Refresh), 400, "invalid_grant")
	})
}
