package hosted_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/cognate-idp/cognate/provider"
)

// mfa sets the pool's mode and the factors it takes.
func (w *world) mfa(mode string, factors ...provider.Factor) {
	w.tenant.Pool.Settings.MFA, w.tenant.Pool.Settings.SecondFactors = mode, factors
}

// onward goes where the last answer sent the browser, to the page at the end.
func (v *visitor) onward() *visitor {
	v.w.t.Helper()
	if v.to == "" {
		v.w.t.Fatalf("sent nowhere: %d %s", v.status, v.body)
	}
	for v.status == 303 {
		v.get(v.to)
	}
	return v
}

// secret is the key that the page shows to type.
func (v *visitor) secret() string {
	v.w.t.Helper()
	found := regexp.MustCompile(`id="secret"[^>]*>([A-Z2-7 ]+)<`).FindStringSubmatch(v.body)
	if found == nil {
		v.w.t.Fatalf("no secret on the page: %s", v.body)
	}
	return strings.ReplaceAll(found[1], " ", "")
}

// codeOf is what an app shows, so many steps from now.
func (w *world) codeOf(secret string, steps int) string {
	w.t.Helper()
	code, err := totp.GenerateCode(secret, time.Now().Add(time.Duration(steps)*30*time.Second))
	must(w.t, err)
	return code
}

// Where the pool demands a second factor, one is set up at the first sign-in; the
// recovery codes are shown once; the next sign-in asks for a code.
func TestASecondFactorFromFirstToLost(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.mfa("ON", provider.FactorTOTP)
		v := w.visit().signIn("app").onward().want(200, "Set up an authenticator app")
		secret := v.secret()
		for _, want := range []string{`src="data:image/png;base64,`, `href="otpauth://totp/Northwind:mika@example.com?`, "secret=" + secret} {
			if !strings.Contains(html.UnescapeString(v.body), want) {
				t.Errorf("the set-up page has no %s", want)
			}
		}
		page := v.answer.Request.URL.RequestURI()
		v.submit("code", "000000").want(422, "That code is wrong")
		v.get(page).want(200, secret[:4]) // looking changes nothing
		v.submit("code", w.codeOf(secret, -1)).want(303, "/mfa/recovery-codes?").onward().want(200, "Save your recovery codes")
		codes := regexp.MustCompile(`<code>([^<]+)</code>`).FindAllStringSubmatch(v.body, -1)
		if len(codes) != 10 {
			t.Fatalf("%d codes: %s", len(codes), v.body)
		}
		file, err := url.PathUnescape(html.UnescapeString(regexp.MustCompile(`href="data:text/plain;charset=utf-8,([^"]+)"`).FindStringSubmatch(v.body)[1]))
		if err != nil || !strings.Contains(file, codes[9][1]) || !strings.Contains(file, "Northwind") || strings.Count(file, "\n") != 13 {
			t.Errorf("the file: %q, %v", file, err)
		}
		v.submit().want(303, callback+"?code=")

		v = w.visit().signIn("app").onward().want(200, "Enter the code from your app").want(200, "Use a recovery code")
		if strings.Contains(v.body, "Lost it?") {
			t.Error("whom to ask, though there are recovery codes")
		}
		v.submit("code", "").want(400, "Enter the code.")
		v.submit("code", w.codeOf(secret, 0)).want(303, callback+"?code=")

		v = w.visit().signIn("app").onward().submit("choose", "RECOVERY_CODE").want(303, "/mfa?").onward().want(200, "Use a recovery code").want(200, "Lost your codes too?")
		v.submit("code", "2222-2222-22").want(422, "That recovery code is wrong")
		v.submit("code", strings.ToUpper(codes[0][1])).want(303, callback+"?code=")
		v = w.visit().signIn("app").onward().submit("choose", "RECOVERY_CODE").onward()
		v.submit("code", codes[0][1]).want(422, "That recovery code is wrong")
	})
}

func TestASetUpThatWasOvertakenBeginsAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.mfa("ON", provider.FactorTOTP)
		v := w.visit().signIn("app").onward()
		first := v.secret()
		v.submit("again", "1").want(303, "/mfa/setup?").onward()
		if v.secret() == first {
			t.Error("begun again with the same key")
		}
		// Another window of the same person takes the place of this one.
		w.visit().signIn("app").onward().want(200, "Set up an authenticator app")
		v.submit("code", w.codeOf(v.secret(), 0)).want(400, "Begin again with a new key")
		v.submit("again", "1").onward().submit("code", w.codeOf(v.secret(), 0)).want(303, "/mfa/recovery-codes?")
	})
}

// The pages follow the attempt and never lead it: going to an address proves nothing.
func TestNoAddressSkipsTheSecondFactor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.mfa("ON", provider.FactorTOTP)
		v := w.visit().signIn("app").onward()
		v.submit("code", w.codeOf(v.secret(), 0)).onward().submit().want(303, callback)

		v = w.visit().signIn("app").onward()
		flow, query := v.flow(), v.answer.Request.URL.RawQuery
		for _, path := range []string{"/login", "/mfa/setup", "/mfa/recovery-codes", "/profile", "/device", "/passkeys/add", "/challenge", "/login/code", "/confirm", "/confirmforgotPassword"} {
			v.get(path + "?" + query)
			if v.status == 200 || strings.Contains(v.to, callback) || v.status == 303 && !strings.Contains(v.to, "/mfa?") && !strings.Contains(v.to, "/login?") {
				t.Errorf("GET %s: %d, to %q", path, v.status, v.to)
			}
			v.post(path+"?"+query, url.Values{"flow": {flow}, "code": {"000000"}, "skip": {"1"}, "remember": {"1"}})
			if strings.Contains(v.to, callback) || strings.Contains(v.to, "recovery-codes") {
				t.Errorf("POST %s: %d, to %q", path, v.status, v.to)
			}
		}
		// Another browser does not see the page, and a form from elsewhere is refused.
		w.visit().get("/mfa?"+query).want(410, "no longer valid")
		w.visit().post("/mfa?"+query, url.Values{"flow": {flow}, "code": {"000000"}}).want(410, "no longer valid")
		v.header.Set("Sec-Fetch-Site", "cross-site")
		v.post("/mfa?"+query, url.Values{"flow": {flow}, "code": {"000000"}}).want(403, "")
	})
}

func TestGuessingIsSlowedDownAndSaysHowLong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.mfa("ON", provider.FactorTOTP)
		v := w.visit().signIn("app").onward()
		v.submit("code", w.codeOf(v.secret(), 0)).onward().submit()
		// Each wait is twice the last, so even a slow machine meets one.
		guess := func(begin func() *visitor) *visitor {
			for tries := 1; ; tries++ {
				if v := begin().submit("code", "000000"); v.status == http.StatusTooManyRequests || tries == 16 {
					return v
				}
			}
		}
		v = guess(func() *visitor { return w.visit().signIn("app").onward() }).want(429, "Too many tries. Wait ")
		if v.answer.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		guess(func() *visitor {
			return w.visit().signIn("app").onward().submit("choose", "SOFTWARE_TOKEN_MFA").onward()
		}).want(429, "Too many tries")
	})
}

func TestWhoHasNothingLeftIsToldWhomToAsk(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.mfa("OPTIONAL", provider.FactorTOTP)
		ctx, u := t.Context(), &provider.User{ID: "id-mika"}
		offer, write, err := w.door.Flow.Factors.OfferTOTP(ctx, w.tenant.Pool, u)
		must(t, err)
		must(t, w.st.Tx(ctx, write))
		write, err = w.door.Flow.Factors.EnrolTOTP(ctx, w.tenant.Pool, u, offer, w.codeOf(offer.Secret(), 0), "")
		must(t, err)
		must(t, w.st.Tx(ctx, write))
		w.visit().signIn("app").onward().want(200, "to have your second step reset")
	})
}
