package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// Bad bodies get the service's own error, whatever the operation.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	w := start(t, storetest.SQLite(t))
	const serialization, invalid = "SerializationException", "InvalidParameterException"
	deep := strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000)
	for name, c := range map[string]struct {
		body string
		want string
	}{
		"empty":               {``, invalid}, // the same as {}
		"broken":              {`{"MaxResults":`, serialization},
		"two values":          {`{"MaxResults":1}{}`, serialization},
		"a list":              {`[]`, serialization},
		"null":                {`null`, serialization},
		"deep":                {`{"a":` + deep + `}`, serialization},
		"a member twice":      {`{"MaxResults":1,"MaxResults":2}`, serialization},
		"not UTF-8":           {"{\"MaxResults\":1,\"NextToken\":\"\xff\"}", serialization},
		"NUL":                 {`{"MaxResults":1,"NextToken":"a\u0000b"}`, serialization},
		"NUL in a name":       {`{"MaxResults":1,"a\u0000b":1}`, serialization},
		"text for a number":   {`{"MaxResults":"1"}`, serialization},
		"a fraction":          {`{"MaxResults":1.5}`, serialization},
		"a huge number":       {`{"MaxResults":1e400}`, serialization},
		"a long number":       {`{"MaxResults":99999999999999999999999}`, serialization},
		"a number for text":   {`{"MaxResults":1,"NextToken":1}`, serialization},
		"nothing required":    {`{}`, invalid},
		"null for required":   {`{"MaxResults":null}`, invalid},
		"too many":            {`{"MaxResults":61}`, invalid},
		"too few":             {`{"MaxResults":0}`, invalid},
		"a foreign token":     {`{"MaxResults":1,"NextToken":"!"}`, invalid},
		"a token with NUL":    {`{"MaxResults":1,"NextToken":"YQBi"}`, invalid},
		"unknown members":     {`{"MaxResults":1,"Other":{"x":[1,null,true]}}`, ""},
		"another case":        {`{"maxresults":1}`, invalid}, // names are exact
		"too long":            {`{"MaxResults":1,"Other":"` + strings.Repeat("x", 2<<20) + `"}`, serialization},
		"white space is fine": {" {\"MaxResults\" : 1}\n", ""},
	} {
		r := w.request(userPools+"ListUserPools", []byte(c.body))
		w.sign(r, []byte(c.body), w.owner)
		if a := w.send(r); a.kind() != c.want || a.Status >= 500 {
			t.Errorf("%s: %d %s, want %q", name, a.Status, a.raw, c.want)
		}
	}
	for _, contentType := range []string{"", "application/json", "text/plain", "application/x-www-form-urlencoded", ";"} {
		r := w.request(userPools+"ListUserPools", []byte(`{"MaxResults":1}`))
		r.Header.Set("Content-Type", contentType)
		w.sign(r, []byte(`{"MaxResults":1}`), w.owner)
		if a := w.send(r); a.kind() != serialization {
			t.Errorf("content type %q: %s", contentType, a.raw)
		}
	}
}

// Each row breaks one constraint and names where.
func TestConstraints(t *testing.T) {
	t.Parallel()
	w := start(t, storetest.SQLite(t))
	pool := w.pool()
	web := m{"UserPoolId": pool, "ClientName": "web", "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": []string{"code"},
		"AllowedOAuthScopes": []string{"openid"}, "CallbackURLs": []string{"https://app.example.com/cb"}}
	with := func(base m, name string, v any) m {
		out := m{}
		for k, old := range base {
			out[k] = old
		}
		out[name] = v
		return out
	}
	const invalid = "InvalidParameterException"
	for _, c := range []struct {
		target   string
		in       m
		kind, at string
	}{
		{"CreateUserPool", m{"PoolName": ""}, invalid, "poolName"},
		{"CreateUserPool", m{"PoolName": "a<b"}, invalid, "poolName"},
		{"CreateUserPool", m{"PoolName": strings.Repeat("x", 129)}, invalid, "poolName"},
		{"CreateUserPool", m{"PoolName": "a", "Policies": m{"PasswordPolicy": m{"MinimumLength": 5}}}, invalid, "policies.passwordPolicy.minimumLength"},
		{"CreateUserPool", m{"PoolName": "a", "MfaConfiguration": "SOMETIMES"}, invalid, "mfaConfiguration"},
		{"CreateUserPool", m{"PoolName": "a", "LambdaConfig": m{"PreSignUp": "arn:aws:lambda:us-east-1:1:function:x"}}, invalid, "lambdaConfig"},
		{"CreateUserPool", m{"PoolName": "a", "UserPoolAddOns": m{"AdvancedSecurityMode": "ENFORCED"}}, invalid, "userPoolAddOns"},
		{"CreateUserPool", m{"PoolName": "a", "AliasAttributes": []string{"email", "fax"}}, invalid, "aliasAttributes.2.member"},
		{"CreateUserPool", m{"PoolName": "a", "AliasAttributes": []string{"email"}, "UsernameAttributes": []string{"email"}}, invalid, "AliasAttributes"},
		{"CreateUserPool", m{"PoolName": "a", "Schema": []m{{"Name": "email", "AttributeDataType": "Number"}}}, invalid, "Schema"},
		{"CreateUserPool", m{"PoolName": "a", "Schema": []m{{"Name": "x", "StringAttributeConstraints": m{"MaxLength": "many"}}}}, invalid, "MaxLength"},
		{"CreateUserPool", m{"PoolName": "a", "UserPoolTags": m{"": "x"}}, invalid, "userPoolTags"},
		{"DescribeUserPool", m{"UserPoolId": "us-east-1"}, invalid, "userPoolId"},
		{"DescribeUserPool", m{"UserPoolId": "us-east-1_nothing00"}, "ResourceNotFoundException", ""},
		{"CreateUserPoolClient", with(web, "CallbackURLs", []string{"http://app.example.com"}), invalid, "CallbackURLs"},
		{"CreateUserPoolClient", with(web, "CallbackURLs", []string{"javascript:alert(1)"}), invalid, "CallbackURLs"},
		{"CreateUserPoolClient", with(web, "AllowedOAuthFlows", []string{"implicit"}), "InvalidOAuthFlowException", "AllowedOAuthFlows"},
		{"CreateUserPoolClient", with(web, "AllowedOAuthFlows", []string{"client_credentials"}), "InvalidOAuthFlowException", "AllowedOAuthFlows"},
		{"CreateUserPoolClient", with(web, "AllowedOAuthScopes", []string{"api/none"}), "ScopeDoesNotExistException", ""},
		{"CreateUserPoolClient", with(web, "AccessTokenValidity", 25), invalid, "AccessTokenValidity"},
		{"CreateUserPoolClient", with(with(web, "AccessTokenValidity", 60), "TokenValidityUnits", m{"AccessToken": "seconds"}), invalid, "AccessTokenValidity"},
		{"CreateUserPoolClient", with(with(web, "RefreshTokenValidity", 315360000), "TokenValidityUnits", m{"RefreshToken": "days"}), invalid, "RefreshTokenValidity"},
		{"CreateUserPoolClient", with(web, "RefreshTokenRotation", m{"Feature": "ENABLED", "RetryGracePeriodSeconds": 61}), invalid, "retryGracePeriodSeconds"},
		{"CreateUserPoolClient", with(web, "RefreshTokenRotation", m{}), invalid, "refreshTokenRotation.feature"},
		{"DescribeUserPoolClient", m{"UserPoolId": pool, "ClientId": "nothing"}, "ResourceNotFoundException", ""},
		{"AdminGetUser", m{"UserPoolId": pool, "Username": "nobody"}, "UserNotFoundException", ""},
		{"AdminGetUser", m{"UserPoolId": pool, "Username": "two words"}, invalid, "username"},
		{"AdminCreateUser", m{"UserPoolId": pool, "Username": "x", "TemporaryPassword": "short"}, "InvalidPasswordException", ""},
		{"AdminCreateUser", m{"UserPoolId": pool, "Username": "x", "UserAttributes": []m{{"Value": "x"}}}, invalid, "userAttributes.1.member.name"},
		{"AdminCreateUser", m{"UserPoolId": pool, "Username": "x", "UserAttributes": []m{{"Name": "email", "Value": "nobody"}}}, invalid, "email"},
		{"AdminCreateUser", m{"UserPoolId": pool, "Username": "x", "UserAttributes": []any{nil}}, invalid, "userAttributes.1.member"},
		{"ListUsers", m{"UserPoolId": pool, "Filter": "email > 1"}, invalid, "Filter"},
		{"ListUsers", m{"UserPoolId": pool, "PaginationToken": "YWJj"}, invalid, ""},
		{"CreateGroup", m{"UserPoolId": pool, "GroupName": "g", "RoleArn": "role"}, invalid, "roleArn"},
		{"CreateGroup", m{"UserPoolId": pool, "GroupName": "g", "Precedence": -1}, invalid, "precedence"},
		{"GetGroup", m{"UserPoolId": pool, "GroupName": "none"}, "ResourceNotFoundException", ""},
		{"CreateResourceServer", m{"UserPoolId": pool, "Identifier": "cognate", "Name": "x"}, invalid, "Identifier"},
		{"CreateResourceServer", m{"UserPoolId": pool, "Identifier": "api", "Name": "x", "Scopes": []m{{"ScopeName": "a/b", "ScopeDescription": "x"}}}, invalid, "scopes.1.member.scopeName"},
	} {
		a := w.call(w.owner, userPools+c.target, c.in)
		if message, _ := a.Body["message"].(string); a.kind() != c.kind || !strings.Contains(message, c.at) || a.Status != http.StatusBadRequest {
			t.Errorf("%s %v: %d %s, want %s at %q", c.target, c.in, a.Status, a.raw, c.kind, c.at)
		}
	}
}

// Defaults and switched-off settings, which tools send, are no reason to refuse.
func TestSettingsThatAskForNothing(t *testing.T) {
	t.Parallel()
	w := start(t, storetest.SQLite(t))
	out := w.must(userPools+"CreateUserPool", m{
		"PoolName": "a", "MfaConfiguration": "OFF", "LambdaConfig": m{}, "DeviceConfiguration": m{},
		"UserPoolAddOns": m{"AdvancedSecurityMode": "OFF"}, "EmailConfiguration": m{"EmailSendingAccount": "COGNITO_DEFAULT"},
		"AccountRecoverySetting": m{"RecoveryMechanisms": []m{{"Name": "verified_email", "Priority": 1}}},
	})
	pool := out["UserPool"].(m)
	recovery, err := json.Marshal(pool["AccountRecoverySetting"])
	if err != nil || !bytes.Contains(recovery, []byte(`"Priority":1`)) || pool["MfaConfiguration"] != "OFF" {
		t.Errorf("%v %s", pool, recovery)
	}
}
