package hosted_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/message"
)

// What an operator is shown is what goes out, but for who reads it and what is secret.
func TestPreviewIsWhatIsSent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.reach(func(s *provider.PoolSettings) { s.Verification.ByLink = true })
		shown := &message.Templates{Post: d.Post, PageURL: d.PageURL}
		same := func(kind message.Kind, wants ...string) {
			t.Helper()
			sent := w.mail(d)[0]
			m, err := shown.Preview(t.Context(), poolID, kind, provider.ByEmail, "")
			must(t, err)
			made := strings.ReplaceAll(m.Text, "Your username is sample.", "Your username is ann.")
			if made, text := secrets(made, m.Code), secrets(sent.Text, sent.Code); made != text {
				t.Errorf("%s: shown\n%s\nand sent\n%s", kind, made, text)
			}
			for _, want := range wants {
				if !strings.Contains(sent.Text, want) {
					t.Errorf("%s: no %q in\n%s", kind, want, sent.Text)
				}
			}
		}
		v := w.visit().begin().follow("Create an account")
		v.submit("username", "bea", "attr.email", "bea@example.com", "password", newPassword).go303()
		same(message.SignUp, "works once, for 24 hours.", w.tenant.URL+"/confirmUser?")

		_, err := d.CreateUser(t.Context(), poolID, directory.NewUser{Username: "ann", Attributes: map[string]string{"email": "ann@example.com"}, Invite: true})
		must(t, err)
		same(message.Invitation, "Your username is ann.", w.tenant.URL+"/account")

		must(t, d.UpdateUser(t.Context(), poolID, "mika", map[string]string{"email_verified": "true"}))
		u, err := d.FindUser(t.Context(), poolID, "mika")
		must(t, err)
		_, err = d.ChangeAddress(t.Context(), w.tenant.Pool, u, provider.ByEmail, "new@example.com")
		must(t, err)
		same(message.VerifyEmail, "works once, for 24 hours.")
		must(t, d.ForgotPassword(t.Context(), w.tenant.Pool, "mika"))
		same(message.ResetPassword, "works once, for 1 hour.")
	})
}

// secrets is a message without the code and the token.
func secrets(text, code string) string {
	return regexp.MustCompile(`\?\S*token=\S+`).ReplaceAllString(strings.ReplaceAll(text, code, "CODE"), "?TOKEN")
}
