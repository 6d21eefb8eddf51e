package account_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"mime"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
)

// A person takes along all that is kept of them, however much it is, and nothing that
// would let anybody in. It needs a new proof.
func TestExport(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.settings().MFA, w.settings().Devices.Remember = "OPTIONAL", "always"
		w.addApp("planner", "Route Planner", true, "openid", "email")
		rows := w.st.Pool(poolID)
		must(t, rows.PutConsent(t.Context(), "id-mika", "planner", []string{"email"}))
		must(t, rows.CreateGroup(t.Context(), &provider.Group{Name: "riders", Description: "Those who ride"}))
		must(t, rows.AddMember(t.Context(), "riders", "id-mika"))
		must(t, rows.PutPendingTOTP(t.Context(), "id-mika", []byte("sealed-secret")))
		_, err := rows.AddFederatedLogin(t.Context(), &provider.FederatedLogin{Provider: "Corp", Issuer: "https://idp.example", Subject: "s-1", UserID: "id-mika"})
		must(t, err)
		w.addUser("noa")
		v := w.visit()
		v.signIn("mika")
		// More events than are read at once, one of them an operator's.
		must(t, w.st.Tx(t.Context(), func(ctx context.Context) error {
			for range 1003 {
				if err := w.st.AddEvent(ctx, &provider.Event{PoolID: poolID, Action: "user.update", Outcome: "success", ActorKind: "user", Target: "user/id-mika"}); err != nil {
					return err
				}
			}
			if err := w.st.AddEvent(ctx, &provider.Event{PoolID: poolID, Action: "user.update", Outcome: "success", Target: "user/id-noa", Address: "192.0.2.99"}); err != nil {
				return err
			}
			return w.st.AddEvent(ctx, &provider.Event{PoolID: poolID, Action: "user.update", Outcome: "success", ActorKind: "operator", Address: "192.0.2.77", Target: "user/id-mika"})
		}))
		w.advance(6 * time.Minute)
		v.get("/account/export").want(303, "/login?again=1&return=%2Faccount%2Fexport")
		v.post("/account/export").want(303, "/login?again=1&return=%2Faccount%2Fexport").follow().
			submit("password", rightPassword).follow().want(200, "Download your data")
		must(t, w.flow.Factors.AddPasskey(t.Context(), w.tenant.Pool, &provider.Passkey{ID: "passkey-id", UserID: "id-mika", Name: "Laptop", PublicKey: []byte("public-key")}))
		v.submit().want(200, "")
		kind, params, err := mime.ParseMediaType(v.answer.Header.Get("Content-Disposition"))
		if err != nil || kind != "attachment" || !strings.HasPrefix(params["filename"], "account-") || v.answer.Header.Get("Content-Type") != "application/json" ||
			v.answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v, %v", v.answer.Header, err)
		}
		var out struct {
			Sub, Username string
			Attributes    map[string]string
			Verified      map[string]bool `json:"addresses_verified"`
			Groups        []struct{ Name, Description string }
			TwoStep       []struct {
				Kind      string
				Preferred bool
			} `json:"two_step"`
			Passkeys []struct{ Name string }
			Devices  []struct{ Address string }
			Sessions []struct {
				Current bool
				Amr     []string
			}
			Apps []struct {
				Name   string
				Scopes []string
			} `json:"connected_apps"`
			Identities []struct{ Provider, Subject string } `json:"linked_identities"`
			Activity   []struct {
				Action     string
				ByOperator bool `json:"by_operator"`
			}
		}
		if err := json.Unmarshal([]byte(v.body), &out); err != nil {
			t.Fatalf("%v in %s", err, v.body[:min(len(v.body), 2000)])
		}
		if out.Sub != "id-mika" || out.Username != "mika" || out.Attributes["email"] != "mika@example.com" || !out.Verified["email"] ||
			len(out.Groups) != 1 || out.Groups[0].Description != "Those who ride" || len(out.TwoStep) != 1 || out.TwoStep[0].Kind != "WEB_AUTHN" ||
			len(out.Passkeys) != 1 || out.Passkeys[0].Name != "Laptop" || len(out.Devices) != 1 || len(out.Sessions) != 1 || !out.Sessions[0].Current ||
			len(out.Apps) != 1 || len(out.Apps[0].Scopes) != 1 || len(out.Identities) != 1 || out.Identities[0].Subject != "s-1" {
			t.Errorf("%+v", out)
		}
		events, err := w.st.Events(t.Context(), poolID, "user/id-mika", "", 5000)
		must(t, err)
		if len(out.Activity) != len(events) || out.Activity[0].Action != "user.export" || len(events) < 1005 {
			t.Errorf("%d events of %d, the first %+v", len(out.Activity), len(events), out.Activity[0])
		}
		login, err := rows.LoginByID(t.Context(), "id-mika")
		must(t, err)
		sessions, err := rows.Sessions(t.Context(), "id-mika")
		must(t, err)
		for _, secret := range []string{login.Password.Hash, v.cookies(), hex.EncodeToString(sessions[0].IDHash), "sealed-secret", base64.StdEncoding.EncodeToString([]byte("sealed-secret")),
			base64.StdEncoding.EncodeToString([]byte("public-key")), "passkey-id", "192.0.2.77", "192.0.2.99", "noa"} {
			if strings.Contains(v.body, secret) {
				t.Errorf("the file holds %q", secret)
			}
		}
		v.get("/account/activity").want(200, "A copy of your data was downloaded")
	})
}
