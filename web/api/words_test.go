package api_test

import (
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// The words that SetUserPoolMfaConfig sets are those that arrive, by mail and by text,
// until it leaves them out.
func TestWordsOfSecondFactorsArrive(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		w.directory.Post.Outbox.Senders[provider.BySMS] = &message.Mailbox{Store: st}
		pool := w.pool()
		w.must(userPools+"UpdateUserPool", m{"UserPoolId": pool, "SmsLimits": m{"Countries": []string{"US"}}, "MfaConfiguration": "OFF"})
		w.must(userPools+"AdminCreateUser", m{"UserPoolId": pool, "Username": "ann", "MessageAction": "SUPPRESS", "UserAttributes": []m{
			{"Name": "email", "Value": "ann@example.com"}, {"Name": "phone_number", "Value": "+12025550143"}}})
		arrives := func(by provider.Channel, to string) provider.Message {
			t.Helper()
			p, err := w.directory.Pool(t.Context(), pool)
			if err != nil {
				t.Fatal(err)
			}
			ann, err := w.directory.FindUser(t.Context(), pool, "ann")
			if err != nil {
				t.Fatal(err)
			}
			if err := w.directory.SendSecond(t.Context(), p, ann, "attempt", by, to); err != nil {
				t.Fatal(err)
			}
			w.mailed()
			kept, err := st.All().KeptMessages(t.Context())
			if err != nil || kept[0].To != to {
				t.Fatalf("%+v %v", kept, err)
			}
			return kept[0]
		}
		config := func(email, sms m) m {
			return m{"UserPoolId": pool, "MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": email, "SmsMfaConfiguration": sms}
		}
		w.must(userPools+"SetUserPoolMfaConfig", config(m{"Subject": "Din kod", "Message": "Koden: {####}!"}, m{"SmsAuthenticationMessage": "Kod {####} till dig."}))
		mail := arrives(provider.ByEmail, "ann@example.com")
		if mail.Subject != "Din kod" || !strings.Contains(mail.Text, "Koden: "+mail.Code+"!") {
			t.Errorf("mailed %q %q", mail.Subject, mail.Text)
		}
		if text := arrives(provider.BySMS, "+12025550143"); !strings.HasPrefix(text.Text, "Kod "+text.Code+" till dig.") {
			t.Errorf("texted %q", text.Text)
		}
		// Another operation of the pool's leaves the mail's words alone.
		w.must(userPools+"UpdateUserPool", m{"UserPoolId": pool, "DisplayName": "Shop", "SmsLimits": m{"Countries": []string{"US"}}})
		if mail := arrives(provider.ByEmail, "ann@example.com"); mail.Subject != "Din kod" {
			t.Errorf("after another change: %q", mail.Subject)
		}
		w.must(userPools+"SetUserPoolMfaConfig", config(m{}, m{}))
		if mail := arrives(provider.ByEmail, "ann@example.com"); mail.Subject == "Din kod" || strings.Contains(mail.Text, "Koden:") {
			t.Errorf("taken back, and still mailed %q %q", mail.Subject, mail.Text)
		}
	})
}
