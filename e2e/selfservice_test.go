package e2e

import (
	"testing"

	"github.com/cognate-idp/cognate/e2e/server"
)

// TestSelfService manages an account by boto3 with the access token of a sign-in,
// and finds that sign-in, and what was done, in the user's events.
func TestSelfService(t *testing.T) {
	slow(t)
	each(t, func(t *testing.T, p *server.Process) {
		const scopes = "openid aws.cognito.signin.user.admin"
		client := administer(t, p, server.UserPools+"DescribeUserPoolClient", map[string]any{
			"UserPoolId": p.Dev.UserPoolID, "ClientId": p.Dev.Clients.Public.ID})["UserPoolClient"].(map[string]any)
		client["AllowedOAuthScopes"] = []string{"openid", "aws.cognito.signin.user.admin"}
		administer(t, p, server.UserPools+"UpdateUserPoolClient", client)

		f := flow(t, p, p.Dev.Clients.Public)
		f.Scope = scopes
		tokens, err := alice(p).SignIn(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		user := p.Dev.Users[0]
		runPython(t, p, "selfservice.py", tokens.Access, user.Password)

		events := administer(t, p, server.UserPools+"AdminListUserAuthEvents", map[string]any{
			"UserPoolId": p.Dev.UserPoolID, "Username": user.Username})["AuthEvents"].([]any)
		var seen []string
		for _, e := range events {
			e := e.(map[string]any)
			seen = append(seen, e["EventType"].(string)+" "+e["EventResponse"].(string))
			if from := e["EventContextData"].(map[string]any); from["IpAddress"] == "" || from["IpAddress"] == nil {
				t.Errorf("from nowhere: %v", e)
			}
		}
		want := []string{"PasswordChange Pass", "PasswordChange Fail", "SignIn Pass"}
		if len(seen) < len(want) || seen[0] != want[0] || seen[1] != want[1] || seen[2] != want[2] {
			t.Errorf("newest first: %v, want %v", seen, want)
		}
	})
}
