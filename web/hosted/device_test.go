package hosted_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/cognate-idp/cognate/provider"
)

// A person says whether to remember their browser. One that is remembered asks for
// the password alone the next time; another person in it is asked for everything.
func TestRememberingABrowser(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.tenant.Pool.Settings.MFA = "OPTIONAL"
		w.tenant.Pool.Settings.Devices = provider.DeviceSettings{Remember: "ask", Days: 7, SkipSecond: true}
		secrets := map[string]string{"mika": w.enrolTOTP("mika")}
		w.addUser("noa", provider.UserConfirmed, rightPassword)
		secrets["noa"] = w.enrolTOTP("noa")
		v := w.visit()
		first := func(name string) *visitor {
			t.Helper()
			v.get("/login?authorization="+w.authorization("app", "prompt", "login")).submit("username", name, "password", rightPassword)
			return v
		}
		second := func(name string) {
			t.Helper()
			first(name).want(303, "/login?").get(v.to).want(303, "/mfa?").get(v.to)
			v.submit("code", w.totpCode(secrets[name])).want(303, "/device?").get(v.to).want(200, "7 days")
		}
		second("mika")
		v.submit().want(400, `role="alert"`)
		v.submit("decision", "remember").want(303, callback)
		set := strings.Join(v.answer.Header.Values("Set-Cookie"), "\n")
		if !strings.Contains(set, "__Host-"+poolID+"_device=") || !strings.Contains(set, "Max-Age=15552000; HttpOnly; Secure; SameSite=Lax") {
			t.Errorf("cookies: %s", set)
		}
		before := v.cookie("_device").Value
		first("mika").want(303, callback)
		if v.cookie("_device").Value == before {
			t.Error("the token was not changed by its use")
		}
		second("noa") // in the same browser
		v.submit("decision", "skip").want(303, callback)
		first("mika").want(303, callback)
	})
}

// enrolTOTP gives a user an authenticator app, as their account page does, and
// answers its secret.
func (w *world) enrolTOTP(name string) string {
	w.t.Helper()
	u, err := w.st.Pool(poolID).User(w.t.Context(), "id-"+name)
	must(w.t, err)
	offer, write, err := w.door.Flow.Factors.OfferTOTP(w.t.Context(), w.tenant.Pool, u)
	must(w.t, err)
	must(w.t, w.st.Tx(w.t.Context(), write))
	// The code of a step ago is in time, and leaves the present one for the sign-in.
	code, err := totp.GenerateCode(offer.Secret(), w.st.Now().Time().Add(-30*time.Second))
	must(w.t, err)
	write, err = w.door.Flow.Factors.EnrolTOTP(w.t.Context(), w.tenant.Pool, u, nil, code, "phone")
	must(w.t, err)
	must(w.t, w.st.Tx(w.t.Context(), write))
	return offer.Secret()
}

// totpCode is what an authenticator app shows now.
func (w *world) totpCode(secret string) string {
	w.t.Helper()
	code, err := totp.GenerateCode(secret, w.st.Now().Time())
	must(w.t, err)
	return code
}
