package api_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// Every role meets every operation, once with a role for the whole installation
// and once with one for another pool. The golden file is the table of who may
// do what; a change in it has to be meant.
func TestPermissions(t *testing.T) {
	t.Parallel()
	w := start(t, storetest.SQLite(t))
	pool, other := w.pool(), w.pool()
	ipool := w.must("AWSCognitoIdentityService.CreateIdentityPool", m{"IdentityPoolName": "x", "AllowUnauthenticatedIdentities": true})["IdentityPoolId"].(string)
	roles := []provider.OperatorRole{provider.RoleOwner, provider.RoleAdmin, provider.RoleSupport, provider.RoleAuditor}
	callers := map[provider.OperatorRole]aws.Credentials{}
	for _, role := range roles {
		callers[role] = w.operator(string(role)+"-everywhere", role, directory.Everywhere)
	}
	elsewhere := w.operator("elsewhere", provider.RoleOwner, other)

	// The smallest input that every shape takes; what it names is not there, so
	// whoever is let in is answered another exception, and nothing is changed.
	in := m{
		"UserPoolId": pool, "IdentityPoolId": ipool, "PoolId": pool, "IdentityId": "us-east-1:0", "MaxResults": 1, "ClientId": "none", "ClientName": "<",
		"ClientSecretId": "none", "GroupName": "none", "Username": "none", "Password": "x", "PasswordHash": "x", "Identifier": "none", "Name": "<", "ProviderName": "none",
		"ProviderType": "none", "ProviderDetails": m{}, "IdpIdentifier": "none", "UserAttributes": []m{}, "UserAttributeNames": []string{},
		"CustomAttributes": []m{{"Name": "x", "DeveloperOnlyAttribute": true, "Required": true}}, "AttributeName": "none", "Text": " ", "RoleName": "none", "Roles": m{}, "CredentialId": "none", "ConfirmationCode": "0", "AccessKeyId": "NONENONENONENONE", "Role": "admin", "DeviceKey": "x_0", "Kind": "none",
	}
	var table bytes.Buffer
	for _, o := range w.api.Operations() {
		if o.Self { // whatever the signature, only the token in the body counts; see TestOnlyTheToken
			fmt.Fprintf(&table, "%-34s the user alone\n", o.Name)
			continue
		}
		if slices.Contains([]string{"CreateUserPool", "CreateIdentityPool", "UpdateIdentityPool"}, o.Name) {
			in["PoolName"], in["IdentityPoolName"], in["AllowUnauthenticatedIdentities"] = "x", "x", true
		}
		if o.Name == "CreateUserPoolClient" || o.Name == "UpdateUserPoolClient" {
			in["ClientName"], in["AllowedOAuthFlows"] = "x", []string{"implicit"} // refused by the directory
		} else {
			delete(in, "AllowedOAuthFlows")
		}
		if o.Name == "CreateResourceServer" || o.Name == "UpdateResourceServer" {
			in["Name"], in["Identifier"] = "x", "cognate"
		}
		if o.Name == "CreateIdentityProvider" {
			in["ProviderType"], in["ProviderName"] = "OIDC", "COGNITO"
		}
		if o.Name == "UpdateUserPool" {
			in["UserPoolId"] = "us-east-1_nothing00" // else it would be changed
		}
		if o.Name == "CreateGroup" {
			in["GroupName"] = "made"
		}
		fmt.Fprintf(&table, "%-34s", o.Name)
		for _, role := range roles {
			fmt.Fprintf(&table, " %-8s", allowed(t, w.call(callers[role], o.Target(), in), string(role)))
		}
		a := w.call(elsewhere, o.Target(), in)
		fmt.Fprintf(&table, " %s\n", allowed(t, a, "elsewhere"))
		in["GroupName"], in["ProviderName"], in["UserPoolId"] = "none", "none", pool
	}
	golden(t, filepath.Join("testdata", "permissions.golden"), table.Bytes())
}

func allowed(t *testing.T, a answer, who string) string {
	t.Helper()
	switch {
	case a.Status >= 500:
		t.Errorf("%s: %d %s", who, a.Status, a.raw)
		return "?"
	case a.kind() == "AccessDeniedException":
		return "-"
	case a.kind() == "SerializationException", a.kind() == "InvalidParameterException" && bytes.Contains([]byte(a.raw), []byte("validation error")):
		t.Errorf("%s: the input never came to the permission: %s", who, a.raw)
	}
	return who
}
