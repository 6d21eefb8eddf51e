package api_test

import (
	"crypto/sha256"
	"strconv"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// A text through the API costs the caller work: each puzzle lets one call through.
func TestWorkForTexts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		w.directory.Post.Outbox.Senders[provider.BySMS] = &message.Mailbox{Store: st}
		const idp = "AWSCognitoIdentityProviderService."
		pool := w.must(idp+"CreateUserPool", m{"PoolName": "texts", "AutoVerifiedAttributes": []string{"phone_number"},
			"SmsLimits": m{"Countries": []string{"SE"}, "ProofOfWork": true}, "Policies": m{"PasswordPolicy": m{"MinimumLength": 8}}})["UserPool"].(m)["Id"].(string)
		client := w.must(idp+"CreateUserPoolClient", m{"UserPoolId": pool, "ClientName": "app"})["UserPoolClient"].(m)["ClientId"].(string)
		solve := func() string {
			puzzle := w.must("Cognate.GetWork", m{"ClientId": client})
			if puzzle["Needed"] != true || puzzle["Bits"] != 16.0 {
				t.Fatalf("%v", puzzle)
			}
			for n := 0; ; n++ {
				solution := puzzle["Challenge"].(string) + ":" + strconv.Itoa(n)
				if sum := sha256.Sum256([]byte(solution)); sum[0] == 0 && sum[1] == 0 {
					return solution
				}
			}
		}
		signUp := func(name, phone, work string) answer {
			in := m{"ClientId": client, "Username": name, "Password": "quiet-Harbour-42", "UserAttributes": []m{{"Name": "phone_number", "Value": phone}}}
			if work != "" {
				in["ClientMetadata"] = m{"cognate:work": work}
			}
			return w.call(w.owner, idp+"SignUp", in)
		}
		if a := signUp("ann", "+46701740605", ""); a.Status != 400 || !strings.Contains(string(a.raw), "Cognate.GetWork") {
			t.Errorf("without work: %d %s", a.Status, a.raw)
		}
		if a := signUp("ann", "+46701740605", solve()+"x"); a.Status != 400 {
			t.Errorf("with a wrong solution: %d %s", a.Status, a.raw)
		}
		work := solve()
		if a := signUp("ann", "+46701740605", work); a.Status != 200 || !strings.Contains(string(a.raw), `"SMS"`) {
			t.Fatalf("with work: %d %s", a.Status, a.raw)
		}
		for name, phone := range map[string]string{"ben": "+46701740606", "cea": "+46701740607", "dan": "+46701740608"} {
			signUp(name, phone, work)
		}
		w.mailed()
		kept, err := st.All().KeptMessages(t.Context())
		if err != nil || len(kept) != 2 { // what a call may use of its ticket, and no more
			t.Errorf("%d texts for one puzzle, %v", len(kept), err)
		}
	})
}
