package e2e

import (
	"testing"

	"github.com/cognate-idp/cognate/e2e/server"
	"github.com/cognate-idp/cognate/e2e/visitor"
)

// TestUpstreamProvider hands sign-in to a real OpenID provider, the npm package
// oidc-provider, and finds the same user again the next time.
func TestUpstreamProvider(t *testing.T) {
	slow(t)
	each(t, func(t *testing.T, p *server.Process) {
		upstream := startNode(t, "upstream.mjs", "cognate", "upstream-secret-0123456789", p.Dev.Issuer+"/oauth2/idpresponse")
		issuer := upstream.line(t)
		administer(t, p, server.UserPools+"CreateIdentityProvider", map[string]any{
			"UserPoolId": p.Dev.UserPoolID, "ProviderName": "Upstream", "ProviderType": "OIDC",
			"ProviderDetails": map[string]string{
				"client_id": "cognate", "client_secret": "upstream-secret-0123456789", "oidc_issuer": issuer,
				"authorize_scopes": "openid profile email", "attributes_request_method": "GET",
			},
			"AttributeMapping": map[string]string{"email": "email", "name": "name"},
		})
		client := administer(t, p, server.UserPools+"DescribeUserPoolClient", map[string]any{
			"UserPoolId": p.Dev.UserPoolID, "ClientId": p.Dev.Clients.Public.ID,
		})["UserPoolClient"].(map[string]any)
		client["SupportedIdentityProviders"] = []string{"COGNITO", "Upstream"}
		for _, name := range []string{"CreationDate", "LastModifiedDate", "ClientSecret"} {
			delete(client, name)
		}
		administer(t, p, server.UserPools+"UpdateUserPoolClient", client)

		// The upstream's own page asks for any name and any password.
		comeIn := func(name string) map[string]any {
			v := visitor.New(nil, name, "any")
			v.Pick = func(d visitor.Document) (string, bool) { return d.Link("data-provider", "Upstream") }
			tokens, err := v.SignIn(t.Context(), flow(t, p, p.Dev.Clients.Public))
			if err != nil {
				t.Fatal(err)
			}
			return claimsOf(t, tokens.ID)
		}
		dora := comeIn("dora")
		if dora["email"] != "dora@upstream.example" || dora["name"] != "dora Upstream" {
			t.Errorf("mapped claims: %v", dora)
		}
		if again := comeIn("dora"); again["sub"] != dora["sub"] {
			t.Errorf("dora is %v the first time and %v the second", dora["sub"], again["sub"])
		}
		if emil := comeIn("emil"); emil["sub"] == dora["sub"] {
			t.Error("two people are one user")
		}

		// The upstream says that somebody has alice's address; that makes
		// them nobody but themselves.
		administer(t, p, server.UserPools+"AdminCreateUser", map[string]any{
			"UserPoolId": p.Dev.UserPoolID, "Username": "frida", "MessageAction": "SUPPRESS",
			"UserAttributes": []map[string]string{{"Name": "email", "Value": "frida@upstream.example"}, {"Name": "email_verified", "Value": "true"}},
		})
		local := administer(t, p, server.UserPools+"AdminGetUser", map[string]any{"UserPoolId": p.Dev.UserPoolID, "Username": "frida"})
		if frida := comeIn("frida"); frida["sub"] == attribute(local, "sub") {
			t.Error("a federated sign-in was linked by its e-mail address")
		}
	})
}

// attribute reads one of the attributes that AdminGetUser lists.
func attribute(user map[string]any, name string) string {
	list, _ := user["UserAttributes"].([]any)
	for _, a := range list {
		if m, ok := a.(map[string]any); ok && m["Name"] == name {
			v, _ := m["Value"].(string)
			return v
		}
	}
	return ""
}
