package e2e

import (
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
	"github.com/cognate-idp/cognate/e2e/postoffice"
)

// inNumbers is a number of the fictional ones, for each look another.
func inNumbers(name string, last string) string {
	return map[string]string{"scripts": "+4670174060", "plain": "+4670174061"}[name] + last
}

// TestSentSecondFactors sets up codes by text and by mail as second factors, and
// goes from one to the other.
func TestSentSecondFactors(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		k := w.tenant(t, map[string]any{"SmsLimits": map[string]any{"Countries": []string{"SE"}}})
		k.administer(t, "SetUserPoolMfaConfig", map[string]any{"MfaConfiguration": "ON",
			"SmsMfaConfiguration":   map[string]any{"SmsConfiguration": map[string]any{"SnsCallerArn": "arn:aws:iam::0:role/none"}},
			"EmailMfaConfiguration": map[string]any{}, "SoftwareTokenMfaConfiguration": map[string]any{"Enabled": false}})
		eachLook(t, func(t *testing.T, name string, look browser.Look) {
			who, email, phone := "rune-"+name, "rune-"+name+"@example.com", inNumbers(name, "5")
			k.user(t, who, "email", email, "email_verified", "true", "phone_number", phone, "phone_number_verified", "true")
			p := w.browser.Open(t, look)
			k.signIn(p, who, firstPassword)
			p.Click(".choice[data-method=SMS_MFA]")
			p.See("#code")
			p.AssertAccessible("set up texts")
			text := w.office.Next(t, phone)
			if lines := strings.Split(strings.TrimSpace(text.Text), "\n"); !strings.HasPrefix(lines[len(lines)-1], "@localhost #"+text.Code()) {
				t.Errorf("the text is not bound to the pages: %q", text.Text)
			}
			p.Fill("#code", text.Code())
			p.Click("#set-up")
			p.Click("#saved")
			in(p)

			k.signIn(p, who, firstPassword)
			p.See("#code")
			p.AssertAccessible("a texted code")
			code := w.office.NextCode(t, phone)
			p.Fill("#code", wrongCode(code))
			p.Click("#verify")
			p.See("[role=alert]")
			p.Fill("#code", code)
			p.Click("#verify")
			in(p)
			quiet(t, p)
		})
	})
}

// TestPasswordless signs in by a code alone, by mail and by text, and says the same
// to a name that nobody has.
func TestPasswordless(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		k := w.tenant(t, map[string]any{
			"Policies":        map[string]any{"SignInPolicy": map[string]any{"AllowedFirstAuthFactors": []string{"PASSWORD", "EMAIL_OTP", "SMS_OTP"}}},
			"AliasAttributes": []string{"email", "phone_number"}, "SmsLimits": map[string]any{"Countries": []string{"SE"}},
		})
		eachLook(t, func(t *testing.T, name string, look browser.Look) {
			who, email, phone := "saga-"+name, "saga-"+name+"@example.com", inNumbers(name, "6")
			k.user(t, who, "email", email, "email_verified", "true", "phone_number", phone, "phone_number_verified", "true")
			p := w.browser.Open(t, look)
			for _, way := range []struct{ typed, method, to string }{
				{email, "EMAIL_OTP", email},
				{phone[:3] + " " + phone[3:5] + "-" + phone[5:], "SMS_MFA", phone},
			} {
				p.Goto(k.authorize)
				p.Fill("#identifier", way.typed)
				p.AssertAccessible("who is it")
				p.Click("#next")
				p.See("[data-method=" + way.method + "]")
				p.AssertAccessible("which way in")
				p.Click("[data-method=" + way.method + "]")
				p.See("#code")
				p.AssertAccessible("a code in place of a password")
				code := w.office.NextCode(t, way.to)
				p.Fill("#code", wrongCode(code))
				p.Click("#sign-in")
				p.See("[role=alert]")
				p.Fill("#code", code)
				p.Click("#sign-in")
				in(p)
			}
			p.Goto(k.authorize)
			p.Fill("#identifier", "nobody-"+name+"@example.com")
			p.Click("#next")
			p.Click("[data-method=EMAIL_OTP]")
			p.Fill("#code", "123456")
			p.Click("#sign-in")
			p.See("[role=alert]")
			if sent := w.office.All("nobody-" + name + "@example.com"); len(sent) > 0 {
				t.Errorf("a stranger was written to: %+v", sent)
			}
			// The password is still a way in.
			p.Goto(k.authorize)
			p.Fill("#identifier", who)
			p.Click("#next")
			p.Fill("#password", firstPassword)
			p.Click("#sign-in")
			in(p)
			quiet(t, p)
		})
	})
}

// TestRecovery gets back in by mail, by text where that comes first, and not at all
// where only an administrator resets passwords.
func TestRecovery(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		order := func(names ...string) map[string]any {
			var list []map[string]any
			for i, name := range names {
				list = append(list, map[string]any{"Name": name, "Priority": i + 1})
			}
			return map[string]any{"AccountRecoverySetting": map[string]any{"RecoveryMechanisms": list},
				"AutoVerifiedAttributes": []string{"email", "phone_number"}, "SmsLimits": map[string]any{"Countries": []string{"SE"}}}
		}
		mail, text, admin := w.tenant(t, order("verified_email", "verified_phone_number")), w.tenant(t, order("verified_phone_number", "verified_email")), w.tenant(t, order("admin_only"))
		eachLook(t, func(t *testing.T, name string, look browser.Look) {
			who, email, phone := "tove-"+name, "tove-"+name+"@example.com", inNumbers(name, "7")
			for _, k := range []*tenant{mail, text, admin} {
				k.user(t, who, "email", email, "email_verified", "true", "phone_number", phone, "phone_number_verified", "true")
			}
			p := w.browser.Open(t, look)
			for _, way := range []struct {
				k  *tenant
				to string
			}{{mail, email}, {text, phone}} {
				p.Goto(way.k.authorize)
				p.Click(".label-row a")
				p.Fill("#identifier", who)
				p.AssertAccessible("forgot password")
				p.Click("#send")
				p.AwaitText("h1", "Choose a new password")
				p.AssertAccessible("reset password")
				code := w.office.NextCode(t, way.to)
				for i, given := range []string{wrongCode(code), code} {
					p.Fill("#code", given)
					p.Fill("#new-password", "Velvet-anchor-58")
					p.Fill("#confirm-password", "Velvet-anchor-58")
					p.Click("#save")
					if i == 0 {
						p.See("[role=alert]")
						p.AssertAccessible("a wrong code")
					}
				}
				p.See("[role=status]")
				way.k.signIn(p, who, firstPassword)
				p.See("[role=alert]")
				way.k.signIn(p, who, "Velvet-anchor-58")
				in(p)
				w.office.NextThat(t, email, func(m postoffice.Message) bool { return m.Code() == "" })
			}
			p.Goto(admin.authorize)
			p.See("#password")
			if p.Has(".label-row a") {
				t.Error("the page offers what only an administrator may do")
			}
			// A reset that an operator asks for.
			mail.administer(t, "AdminResetUserPassword", map[string]any{"Username": who})
			code := w.office.NextCode(t, email)
			mail.signIn(p, who, "Velvet-anchor-58")
			p.AwaitText("h1", "Choose a new password")
			p.Fill("#code", code)
			p.Fill("#new-password", "Marble-compass-93")
			p.Fill("#confirm-password", "Marble-compass-93")
			p.Click("#save")
			p.See("[role=status], [role=alert]")
			quiet(t, p)
		})
	})
}

// wrongCode is a code of the same form that is not the one given.
func wrongCode(code string) string {
	if code[len(code)-1] == '0' {
		return code[:len(code)-1] + "1"
	}
	return code[:len(code)-1] + "0"
}
