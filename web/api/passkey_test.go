package api_test

import (
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// An operator sees a user's passkeys and takes one away; the pool says which sites
// besides its own may ask for them.
func TestPasskeysOfAUser(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		pool := w.pool()
		sub := ""
		user := w.must("AWSCognitoIdentityProviderService.AdminCreateUser", m{"UserPoolId": pool, "Username": "mika", "MessageAction": "SUPPRESS"})["User"].(m)
		for _, a := range user["Attributes"].([]any) {
			if a.(m)["Name"] == "sub" {
				sub = a.(m)["Value"].(string)
			}
		}
		who := m{"UserPoolId": pool, "Username": "mika"}
		if list := w.must("Cognate.AdminListUserPasskeys", who)["Credentials"].([]any); len(list) != 0 {
			t.Errorf("at first: %v", list)
		}
		err := w.api.Factors.AddPasskey(t.Context(), &provider.Pool{ID: pool}, &provider.Passkey{ID: "AAAA", UserID: sub, Name: "Blue key", PublicKey: []byte{1}})
		if err != nil {
			t.Fatal(err)
		}
		list := w.must("Cognate.AdminListUserPasskeys", who)["Credentials"].([]any)
		if len(list) != 1 || list[0].(m)["CredentialId"] != "AAAA" || list[0].(m)["FriendlyCredentialName"] != "Blue key" {
			t.Errorf("listed: %v", list)
		}
		for id, want := range map[string]string{"BBBB": "ResourceNotFoundException", "AAAA": ""} {
			a := w.call(w.owner, "Cognate.AdminDeleteUserPasskey", m{"UserPoolId": pool, "Username": "mika", "CredentialId": id})
			if got, _ := a.Body["__type"].(string); got != want {
				t.Errorf("delete %s: %d %s", id, a.Status, a.raw)
			}
		}
		if list := w.must("Cognate.AdminListUserPasskeys", who)["Credentials"].([]any); len(list) != 0 {
			t.Errorf("at last: %v", list)
		}

		set := func(origins ...string) answer {
			return w.call(w.owner, "AWSCognitoIdentityProviderService.SetUserPoolMfaConfig", m{"UserPoolId": pool, "WebAuthnConfiguration": m{"Origins": origins}})
		}
		for _, bad := range []string{"http://app.example.com", "https://app.example.com/", "app.example.com", "javascript:alert(1)", "https://a@b.example"} {
			if a := set(bad); a.Status != 400 || !strings.Contains(string(a.raw), "is not an origin") {
				t.Errorf("%s: %d %s", bad, a.Status, a.raw)
			}
		}
		if a := set("https://app.example.com", "http://localhost:3000"); a.Status != 200 || !strings.Contains(string(a.raw), "http://localhost:3000") {
			t.Errorf("%d %s", a.Status, a.raw)
		}
	})
}

// passkey gives a user the passkey AAAA.
func (w *world) passkey(pool, name string) {
	w.t.Helper()
	u, err := w.directory.FindUser(w.t.Context(), pool, name)
	if err == nil {
		err = w.api.Factors.AddPasskey(w.t.Context(), &provider.Pool{ID: pool}, &provider.Passkey{ID: "AAAA", UserID: u.ID, Name: "Blue key", PublicKey: []byte{1}})
	}
	if err != nil {
		w.t.Fatal(err)
	}
}
