package account_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/token"
)

const (
	callback  = "https://app.example/callback"
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636 appendix B
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// addApp adds an app client; asks says whether it needs the user's consent.
func (w *world) addApp(id, name string, asks bool, scopes ...string) {
	w.t.Helper()
	must(w.t, w.st.Pool(poolID).CreateClient(w.t.Context(), &provider.Client{ID: id, Name: name, Enabled: true, Settings: provider.ClientSettings{
		OAuthEnabled: true, RedirectURIs: []string{callback}, GrantTypes: []string{"authorization_code"}, Scopes: scopes, RequireConsent: asks}}))
}

// authorize sends who is signed in to an app, and allows it what it asks for.
func (v *visitor) authorize(app string, more ...string) *visitor {
	v.w.t.Helper()
	q := url.Values{"client_id": {app}, "response_type": {"code"}, "redirect_uri": {callback}, "code_challenge": {challenge}, "code_challenge_method": {"S256"}}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	v.get("/oauth2/authorize?" + q.Encode())
	if strings.Contains(v.to, "/consent?") {
		v.get(v.to).submit("decision", "allow")
	}
	return v
}

// code is the code in the address that an app got its answer at.
func (v *visitor) code() string {
	v.w.t.Helper()
	at, err := url.Parse(v.want(303, callback+"?code=").to)
	must(v.w.t, err)
	return at.Query().Get("code")
}

type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

// token asks the token endpoint as an app, and answers the status too.
func (w *world) token(app string, fields ...string) (int, tokens) {
	w.t.Helper()
	v := w.visit().post("/oauth2/token", append(fields, "client_id", app)...)
	var out tokens
	must(w.t, json.Unmarshal([]byte(v.body), &out))
	return v.status, out
}

func (w *world) exchange(app, code string) (int, tokens) {
	w.t.Helper()
	return w.token(app, "grant_type", "authorization_code", "code", code, "redirect_uri", callback, "code_verifier", verifier)
}

func (w *world) userInfo(access string) int {
	w.t.Helper()
	r, err := http.NewRequest("GET", w.absolute("/oauth2/userInfo"), nil)
	must(w.t, err)
	r.Header.Set("Authorization", "Bearer "+access)
	return w.visit().do(r).status
}

// A person sees which apps they have let in, and shuts one out: nothing that it holds
// works from then on, and it has to ask again. Nobody else's access changes.
func TestConnectedApps(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		must(t, w.keys.Ensure(t.Context(), poolID, token.ES256, token.RS256))
		must(t, w.st.Pool(poolID).CreateResourceServer(t.Context(), &provider.ResourceServer{Identifier: "https://api.example", Name: "Rides",
			Scopes: []provider.Scope{{Name: "rides", Description: "Read your rides"}}}))
		w.addApp("planner", "Route Planner", true, "openid", "email", "https://api.example/rides")
		w.addApp("house", "House App", false, "openid")
		w.addUser("noa")
		var ended []string
		w.oauth.EndCredentials = func(_ context.Context, _, user string) error { ended = append(ended, user); return nil }

		v, noa := w.visit(), w.visit()
		v.signIn("mika")
		noa.signIn("noa")
		v.get("/account/apps").want(200, "No app is connected")
		_, planner := w.exchange("planner", v.authorize("planner").code())
		_, house := w.exchange("house", v.authorize("house").code())
		_, noas := w.exchange("planner", noa.authorize("planner").code())
		for _, access := range []string{planner.Access, house.Access, noas.Access} {
			if got := w.userInfo(access); got != 200 {
				t.Fatalf("userinfo answers %d", got)
			}
		}
		v.get("/account/apps").want(200, "Route Planner").want(200, "House App").want(200, "See your email address").want(200, "Read your rides").want(200, "Last used")
		w.advance(time.Hour) // it needs no new proof
		v.get("/account/apps/disconnect?app=planner").want(200, "Route Planner").want(200, "Read your rides")
		noa.get("/account/apps/disconnect?app=house").want(404, "not there any more")
		noa.post("/account/apps", "app", "house").want(404, "not there any more")
		waiting := v.authorize("planner", "scope", "openid").code() // a code that is not exchanged yet
		v.submitDisconnect("planner").want(303, "/account/apps").follow().want(200, "The app is disconnected").want(200, "House App")
		if strings.Contains(v.body, "Route Planner") {
			t.Error("the app is still on the page")
		}
		v.post("/account/apps", "app", "planner").want(404, "not there any more")

		if status, _ := w.token("planner", "grant_type", "refresh_token", "refresh_token", planner.Refresh); status != 400 {
			t.Errorf("its refresh token answers %d", status)
		}
		if status, _ := w.exchange("planner", waiting); status != 400 {
			t.Errorf("its code answers %d", status)
		}
		if !slices.Contains(ended, "id-mika") {
			t.Errorf("credentials ended for %q", ended)
		}
		for app, c := range map[string]tokens{"house": house, "planner": noas} {
			if status, _ := w.token(app, "grant_type", "refresh_token", "refresh_token", c.Refresh); status != 200 {
				t.Errorf("%s: a refresh token that nobody took answers %d", app, status)
			}
		}
		v.get("/oauth2/authorize?"+url.Values{"client_id": {"planner"}, "response_type": {"code"}, "redirect_uri": {callback},
			"code_challenge": {challenge}, "code_challenge_method": {"S256"}}.Encode()).want(303, "/consent?")
		v.get("/account/activity").want(200, "An app was disconnected")
	})
}

// What was allowed and is not used any more can be taken back too.
func TestAnAllowedAppWithoutTokensIsListed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addApp("planner", "Route Planner", true, "openid", "email")
		must(t, w.st.Pool(poolID).PutConsent(t.Context(), "id-mika", "planner", []string{"email"}))
		must(t, w.st.Pool(poolID).PutConsent(t.Context(), "id-mika", "deleted", []string{"email"}))
		v := w.visit()
		v.signIn("mika")
		v.get("/account/apps").want(200, "Route Planner").want(200, "It holds nothing now").want(200, "See your email address")
		if strings.Count(v.body, "data-app=") != 1 {
			t.Error("an app that was deleted is listed")
		}
		v.submitDisconnect("planner").want(303, "/account/apps").follow().want(200, "No app is connected")
	})
}

// submitDisconnect goes through the page that asks.
func (v *visitor) submitDisconnect(app string) *visitor {
	v.w.t.Helper()
	return v.get("/account/apps/disconnect?app="+app).want(200, "Disconnect").submit("app", app)
}
