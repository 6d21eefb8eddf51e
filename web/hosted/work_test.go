package hosted_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
)

// work does what the page's script does: it looks for a solution and sends it.
func (v *visitor) work() *visitor {
	v.w.t.Helper()
	found := regexp.MustCompile(`data-work="([\w-]+)" data-bits="16" data-to="([^"]+)" data-flow="([\w-]+)"`).FindStringSubmatch(v.body)
	if found == nil {
		v.w.t.Fatalf("no puzzle on %s", v.body)
	}
	if !strings.Contains(v.body, "js/work") || !strings.Contains(v.body, " data-texts") {
		v.w.t.Errorf("nothing would work on it: %s", v.body)
	}
	for n := 0; ; n++ {
		solution := found[1] + ":" + strconv.Itoa(n)
		if sum := sha256.Sum256([]byte(solution)); sum[0] == 0 && sum[1] == 0 {
			to := strings.TrimPrefix(strings.ReplaceAll(found[2], "&amp;", "&"), "/"+poolID)
			sent := v.w.visit()
			*sent = *v
			if sent.post(to, url.Values{"flow": {found[3]}, "solution": {solution}}); sent.status != 200 {
				v.w.t.Fatalf("the solution: %d %s", sent.status, sent.body)
			}
			return v
		}
	}
}

// A stranger's text is sent only after work: to sign up, to sign in and to reset a
// password. Without, codes go by e-mail alone, whoever the name leads to.
func TestProofOfWork(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.reach(func(s *provider.PoolSettings) {
			s.SMS.ProofOfWork, s.AutoVerified = true, []string{"phone_number"}
			s.FirstFactors = []provider.Factor{provider.FactorPassword, provider.FactorEmail, provider.FactorSMS}
			s.Recovery = []string{"verified_phone_number", "verified_email"}
		})
		must(t, d.UpdateUser(t.Context(), poolID, "mika", map[string]string{"email_verified": "true", "phone_number": "+12025550143", "phone_number_verified": "true"}))

		signUp := []string{"username", "ann", "password", "quiet harbour lantern 42", "attr.phone_number", "+12025550144"}
		v := w.visit().begin().follow("Create an account").want(200, "needs JavaScript")
		v.submit(signUp...).want(400, "Turn it on and try again")
		v.work().submit(signUp...).go303().want(200, "+12025550144")
		if m := w.mail(d); len(m) != 1 || m[0].To != "+12025550144" {
			t.Fatalf("sent %+v", m)
		}

		for _, name := range []string{"mika", "nobody"} {
			v = w.visit().begin().submit("username", name).go303()
			v.submit("choose", "SMS_MFA").want(400, "Turn it on and try again")
			v.work().submit("choose", "SMS_MFA").go303().want(200, "Enter the code")
		}
		if m := w.mail(d); len(m) != 2 || m[0].To != "+12025550143" {
			t.Fatalf("sent %+v", m)
		}

		v = w.visit().begin().submit("username", "mika").go303().follow("Forgot password?").want(200, "needs JavaScript")
		v.submit("username", "mika").go303().want(200, "Choose a new password")
		if m := w.mail(d); len(m) != 3 || m[0].To != "mika@example.com" {
			t.Errorf("without work, a reset goes to %+v", m[0])
		}
		must(t, w.st.Pool(poolID).ClearTries(t.Context(), "mail:reset_password:user:id-mika"))
		v = w.visit().begin().submit("username", "MIKA").go303().follow("Forgot password?")
		v.work().submit("username", "mika@example.com").go303()
		if m := w.mail(d); len(m) != 4 || m[0].To != "+12025550143" {
			t.Errorf("with work, a reset goes to %+v", m[0])
		}
		// Another attempt's solution is nobody else's.
		other := w.visit().begin().submit("username", "mika").go303()
		if other.submit("choose", "SMS_MFA").status != 400 {
			t.Error("one attempt's work lets another's text through")
		}
	})
}

// Whoever gave the password of an account of their own is no stranger to that account,
// and to no other: a text to somebody else costs them work all the same.
func TestWorkIsNotSparedForAnothersText(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.reach(func(s *provider.PoolSettings) {
			s.SMS.ProofOfWork, s.Recovery = true, []string{"verified_phone_number", "verified_email"}
		})
		must(t, d.UpdateUser(t.Context(), poolID, "mika", map[string]string{"email_verified": "true", "phone_number": "+12025550143", "phone_number_verified": "true"}))
		w.addUser("eve", provider.UserUnconfirmed, rightPassword)
		v := w.visit().begin().submit("username", "eve", "password", rightPassword).go303().want(200, "Check your email")
		v.post("/confirm/correct", url.Values{"flow": {v.flow()}}).go303().follow("Sign in").follow("Forgot password?")
		v.submit("username", "mika").go303().want(200, "Choose a new password")
		v.post("/forgotPassword", url.Values{"flow": {v.flow()}})
		must(t, w.st.Pool(poolID).ClearTries(t.Context(), "mail:reset_password:name:"+nameHash("mika")))
		v.post("/forgotPassword", url.Values{"flow": {v.flow()}}).want(303, "sent=1")
		for _, m := range w.mail(d) {
			if m.Channel == provider.BySMS {
				t.Errorf("texted %s without work", m.To)
			}
		}
	})
}

func nameHash(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])
}
