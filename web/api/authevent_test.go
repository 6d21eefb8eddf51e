package api_test

import (
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// Sign-ins are listed newest first, one page after the other, in Cognito's words and
// with how they went; nothing else that happened to the user is among them.
func TestAuthEvents(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		pool := w.pool()
		alice := w.person(pool, "alice", nil)
		bob := w.person(pool, "bob", nil)
		record := func(who *person, action, outcome string, detail map[string]string) {
			ctx := provider.WithActor(t.Context(), provider.Actor{Kind: "user", ID: who.id, Address: "203.0.113.7",
				UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
			if err := w.directory.Audit.Record(ctx, pool, action, outcome, "user/"+who.id, detail); err != nil {
				t.Fatal(err)
			}
		}
		record(alice, "user.sign_up", "success", nil)
		record(alice, "signin.failure", "failure", map[string]string{"reason": "wrong_password", "locked": "2s"})
		record(alice, "signin.failure", "failure", map[string]string{"reason": "wrong_second_factor", "amr": "pwd"})
		record(bob, "signin.success", "success", map[string]string{"amr": "pwd"})
		record(alice, "signin.success", "success", map[string]string{"amr": "pwd otp mfa", "client": "app"})
		record(alice, "signin.success", "success", map[string]string{"amr": "pwd", "spared_by": "us-east-1_1"})
		record(alice, "user.password_reset", "success", nil)

		var got []m
		in := m{"UserPoolId": pool, "Username": "alice", "MaxResults": 2}
		for {
			out := w.must(userPools+"AdminListUserAuthEvents", in)
			for _, e := range out["AuthEvents"].([]any) {
				e := e.(m)
				if e["EventId"] == "" || e["CreationDate"] == nil || text(t, e["EventContextData"]) != `{"DeviceName":"Firefox on Linux","IpAddress":"203.0.113.7"}` {
					t.Errorf("%s", text(t, e))
				}
				delete(e, "EventId")
				delete(e, "CreationDate")
				delete(e, "EventContextData")
				got = append(got, e)
			}
			if out["NextToken"] == nil {
				break
			}
			in["NextToken"] = out["NextToken"]
		}
		right := m{"ChallengeName": "Password", "ChallengeResponse": "Success"}
		want := []m{
			{"EventType": "ForgotPassword", "EventResponse": "Pass"},
			{"EventType": "SignIn", "EventResponse": "Pass", "ChallengeResponses": []m{right}, "AuthenticationMethods": []string{"pwd"}, "Device": "us-east-1_1"},
			{"EventType": "SignIn", "EventResponse": "Pass", "ChallengeResponses": []m{right, {"ChallengeName": "Mfa", "ChallengeResponse": "Success"}}, "AuthenticationMethods": []string{"pwd", "otp", "mfa"}, "ClientId": "app"},
			{"EventType": "SignIn", "EventResponse": "Fail", "ChallengeResponses": []m{right, {"ChallengeName": "Mfa", "ChallengeResponse": "Failure"}}, "AuthenticationMethods": []string{"pwd"}, "Reason": "wrong_second_factor"},
			{"EventType": "SignIn", "EventResponse": "Fail", "ChallengeResponses": []m{{"ChallengeName": "Password", "ChallengeResponse": "Failure"}}, "Reason": "wrong_password", "LockedFor": "2s"},
			{"EventType": "SignUp", "EventResponse": "Pass"},
		}
		if text(t, got) != text(t, want) {
			t.Errorf("%s\nwant %s", text(t, got), text(t, want))
		}
	})
}
