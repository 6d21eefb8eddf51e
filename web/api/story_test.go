package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// step is one call of the story: the target, its input, and the exception it
// answers, if any.
type step struct {
	target string
	in     m
	kind   string
}

// story calls every operation of the table once at least. $name stands for what
// an earlier answer named.
func story() []step {
	const id, ip = userPools, "AWSCognitoIdentityService."
	pool, client, user, group := m{"UserPoolId": "$pool"}, m{"UserPoolId": "$pool", "ClientId": "$client"},
		m{"UserPoolId": "$pool", "Username": "alice"}, m{"UserPoolId": "$pool", "GroupName": "editors"}
	plus := func(base m, more ...any) m {
		out := m{}
		for k, v := range base {
			out[k] = v
		}
		for i := 0; i < len(more); i += 2 {
			out[more[i].(string)] = more[i+1]
		}
		return out
	}
	attribute := m{"UserPoolId": "$pool", "AttributeName": "custom:team"}
	newcomer := m{"ClientId": "$page", "Username": "bob"}
	server := m{"UserPoolId": "$pool", "Identifier": "https://api.example.com"}
	idp := m{"UserPoolId": "$pool", "ProviderName": "corp"}
	ipool, role := m{"IdentityPoolId": "$ipool"}, m{"IdentityPoolId": "$ipool", "RoleName": "reader"}
	identity := m{"IdentityId": "$identity"}
	policies := "permit (principal, action, resource) when { resource in principal };"
	return []step{
		{id + "ListUserPools", m{"MaxResults": 1}, ""},
		{id + "CreateUserPool", m{"PoolName": "story", "AliasAttributes": []string{"email"}, "UserPoolTags": m{"env": "test"},
			"Policies": m{"PasswordPolicy": m{"MinimumLength": 10, "RequireNumbers": true, "TemporaryPasswordValidityDays": 3}},
			"Schema":   []m{{"Name": "team", "AttributeDataType": "String", "Mutable": true, "StringAttributeConstraints": m{"MaxLength": "8"}}}}, ""},
		{id + "DescribeUserPool", pool, ""},
		{id + "AddCustomAttributes", plus(pool, "CustomAttributes", []m{{"Name": "level", "AttributeDataType": "Number", "NumberAttributeConstraints": m{"MaxValue": "9"}}}), ""},
		{own + "UpdateAttribute", plus(attribute, "Required", true, "StringAttributeConstraints", m{"MaxLength": "12"}), ""},
		{own + "UpdateAttribute", plus(attribute, "AttributeDataType", "Number"), "InvalidParameterException"},
		{own + "UpdateAttribute", plus(attribute, "Required", false), ""},
		{own + "UpdateAttribute", plus(attribute, "AttributeName", "custom:none"), "ResourceNotFoundException"},
		{own + "RetireAttribute", plus(attribute, "AttributeName", "custom:level"), ""},
		{own + "RestoreAttribute", plus(attribute, "AttributeName", "custom:level"), ""},
		{own + "RetireAttribute", plus(attribute, "AttributeName", "nickname"), ""},
		{own + "RetireAttribute", plus(attribute, "AttributeName", "email"), "InvalidParameterException"},
		{id + "UpdateUserPool", plus(pool, "DeletionProtection", "ACTIVE", "DisplayName", "The Story", "DefaultRegion", "SE"), ""},
		{id + "DescribeUserPool", pool, ""},
		{id + "DeleteUserPool", pool, "InvalidParameterException"},

		{id + "CreateResourceServer", plus(server, "Name", "api", "Scopes", []m{{"ScopeName": "read", "ScopeDescription": "Read"}}), ""},
		{id + "CreateResourceServer", plus(server, "Name", "again"), "InvalidParameterException"},
		{id + "UpdateResourceServer", plus(server, "Name", "API", "Scopes", []m{{"ScopeName": "read", "ScopeDescription": "Read all"}}), ""},
		{id + "DescribeResourceServer", server, ""},
		{id + "ListResourceServers", plus(pool, "MaxResults", 10), ""},

		{id + "CreateUserPoolClient", plus(pool, "ClientName", "web", "GenerateSecret", true, "AllowedOAuthFlowsUserPoolClient", true,
			"AllowedOAuthFlows", []string{"code"}, "AllowedOAuthScopes", []string{"openid", "https://api.example.com/read"},
			"CallbackURLs", []string{"https://app.example.com/cb"}, "AccessTokenValidity", 30, "TokenValidityUnits", m{"AccessToken": "minutes"}), ""},
		{id + "DescribeUserPoolClient", client, ""},
		{id + "ListUserPoolClients", pool, ""},
		{id + "UpdateUserPoolClient", plus(client, "ClientName", "site", "RefreshTokenRotation", m{"Feature": "ENABLED", "RetryGracePeriodSeconds": 5}), ""},
		{id + "AddUserPoolClientSecret", client, ""},
		{id + "AddUserPoolClientSecret", client, "LimitExceededException"},
		{id + "ListUserPoolClientSecrets", client, ""},
		{id + "DeleteUserPoolClientSecret", plus(client, "ClientSecretId", "$secret"), ""},

		{id + "CreateGroup", plus(group, "Precedence", 1, "Description", "May edit"), ""},
		{id + "CreateGroup", group, "GroupExistsException"},
		{id + "UpdateGroup", plus(group, "Precedence", 2), ""},
		{id + "GetGroup", group, ""},
		{id + "ListGroups", pool, ""},

		{id + "AdminCreateUser", plus(user, "UserAttributes", []m{{"Name": "email", "Value": "alice@example.com"}, {"Name": "email_verified", "Value": "true"}, {"Name": "custom:team", "Value": "red"}}), ""},
		{id + "AdminCreateUser", plus(user, "Username", "ALICE"), "UsernameExistsException"},
		{id + "AdminCreateUser", plus(user, "Username", "eve", "UserAttributes", []m{{"Name": "email", "Value": "Alice@example.com"}, {"Name": "email_verified", "Value": "true"}}), "AliasExistsException"},
		{id + "AdminSetUserPassword", plus(user, "Password", "No-numbers-here", "Permanent", true), "InvalidPasswordException"},
		{id + "AdminSetUserPassword", plus(user, "Password", "12-Numbers-here", "Permanent", true), ""},
		{id + "AdminSetUserPassword", plus(user, "Password", "Sunshine-123", "Permanent", true), "InvalidPasswordException"},
		{own + "AdminSetUserPasswordHash", plus(user, "PasswordHash", "$argon2d$v=19$m=512,t=2,p=2$c2Vhc2FsdA$qJBau+chR6hwXY7EWtW1TsHMdWL6uRdEVa29sXTjpo4"), "InvalidParameterException"},
		{own + "AdminSetUserPasswordHash", plus(user, "PasswordHash", "$2b$05$5mVsUj2zZW1xpv1VwWBzEe6jX1lF0WA3UoaXBvekGKtlpD1UkuQty"), ""},
		{id + "AdminUpdateUserAttributes", plus(user, "UserAttributes", []m{{"Name": "custom:level", "Value": "9"}}), ""},
		{id + "AdminDeleteUserAttributes", plus(user, "UserAttributeNames", []string{"custom:team"}), ""},
		{id + "AdminGetUser", m{"UserPoolId": "$pool", "Username": "alice@example.com"}, ""},
		{id + "ListUsers", plus(pool, "Filter", `email ^= "alice"`, "AttributesToGet", []string{"sub", "email"}), ""},
		{own + "SearchUsers", plus(pool, "Text", "ALI"), ""},
		{own + "SearchUsers", plus(pool, "Text", " "), "InvalidParameterException"},
		{id + "AdminAddUserToGroup", plus(user, "GroupName", "editors"), ""},
		{id + "AdminAddUserToGroup", plus(user, "GroupName", "none"), "ResourceNotFoundException"},
		{id + "AdminListGroupsForUser", user, ""},
		{id + "ListUsersInGroup", group, ""},
		{id + "AdminRemoveUserFromGroup", plus(user, "GroupName", "editors"), ""},
		{id + "AdminDisableUser", user, ""},
		{id + "AdminEnableUser", user, ""},
		{id + "AdminUserGlobalSignOut", user, ""},
		{id + "AdminListDevices", user, ""},
		{id + "AdminListUserAuthEvents", user, ""},
		{id + "AdminGetDevice", plus(user, "DeviceKey", "$device"), ""},
		{id + "AdminGetDevice", plus(user, "DeviceKey", "us-east-1_0"), "ResourceNotFoundException"},
		{id + "AdminUpdateDeviceStatus", plus(user, "DeviceKey", "$device"), "InvalidParameterException"},
		{id + "AdminUpdateDeviceStatus", plus(user, "DeviceKey", "$device", "DeviceRememberedStatus", "not_remembered"), ""},
		{id + "AdminForgetDevice", plus(user, "DeviceKey", "$device"), ""},
		{id + "AdminForgetDevice", plus(user, "DeviceKey", "$device"), "ResourceNotFoundException"},
		{own + "AdminListUserPasskeys", user, ""},
		{own + "AdminDeleteUserPasskey", plus(user, "CredentialId", "BBBB"), "ResourceNotFoundException"},
		{own + "AdminDeleteUserPasskey", plus(user, "CredentialId", "AAAA"), ""},
		{id + "AdminConfirmSignUp", user, "NotAuthorizedException"},

		{own + "PutMessageTemplate", plus(pool, "Kind", "sign_in", "Locale", "sv-se", "Subject", "Din kod", "Text", "Hej {username}: {####}"), ""},
		{own + "PutMessageTemplate", plus(pool, "Kind", "sign_in", "Text", "Hello {username}"), "InvalidParameterException"},
		{own + "GetMessageTemplate", plus(pool, "Kind", "sign_in", "Locale", "sv-SE"), ""},
		{own + "GetMessageTemplate", plus(pool, "Kind", "sign_in"), "ResourceNotFoundException"},
		{own + "ListMessageTemplates", pool, ""},
		{own + "PreviewMessage", plus(pool, "Kind", "sign_in", "Locale", "sv"), ""},
		{own + "PreviewMessage", plus(pool, "Kind", "sign_in", "Channel", "SMS"), ""},
		{own + "SendTestMessage", plus(pool, "To", "ann@example.com"), ""},
		{own + "SendTestMessage", plus(pool, "To", "+46701740605", "Channel", "SMS"), "InvalidParameterException"},
		{own + "DeleteMessageTemplate", plus(pool, "Kind", "sign_in", "Locale", "sv-SE"), ""},

		{own + "GetWork", m{"ClientId": "none"}, "ResourceNotFoundException"},
		{own + "GetWork", m{"ClientId": "$client"}, ""},

		{id + "GetUserPoolMfaConfig", pool, ""},
		{id + "SetUserPoolMfaConfig", plus(pool, "MfaConfiguration", "ON", "WebAuthnConfiguration", m{"SecondFactor": false}), "InvalidParameterException"},
		{id + "SetUserPoolMfaConfig", plus(pool, "MfaConfiguration", "OPTIONAL", "SoftwareTokenMfaConfiguration", m{"Enabled": true},
			"EmailMfaConfiguration", m{"Subject": "Your code", "Message": "It is {####}."},
			"WebAuthnConfiguration", m{"UserVerification": "required", "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION",
				"AllowedAuthenticators": []string{"ee882879-721c-4913-9775-3dfcce97072a"}, "Nudge": true}), ""},
		{id + "UpdateUserPool", plus(pool, "DisplayName", "The Story"), ""},
		{id + "GetUserPoolMfaConfig", pool, ""},
		{id + "AdminSetUserMFAPreference", plus(user, "SoftwareTokenMfaSettings", m{"Enabled": true}), "InvalidParameterException"},
		{id + "AdminSetUserMFAPreference", plus(user, "SMSMfaSettings", m{"PreferredMfa": true}), "InvalidParameterException"},
		{id + "AdminSetUserMFAPreference", plus(user, "EmailMfaSettings", m{"Enabled": true, "PreferredMfa": true}), ""},
		{id + "AdminGetUserAuthFactors", user, ""},
		{id + "AdminGetUser", user, ""},
		{own + "AdminResetUserFactors", plus(user, "Username", "nobody"), "UserNotFoundException"},
		{own + "AdminResetUserFactors", user, ""},
		{id + "AdminGetUserAuthFactors", user, ""},

		{id + "UpdateUserPool", plus(pool, "AutoVerifiedAttributes", []string{"email"}), ""},
		{id + "CreateUserPoolClient", plus(pool, "ClientName", "page"), ""},
		{id + "SignUp", plus(newcomer, "Password", "short"), "InvalidPasswordException"},
		{id + "SignUp", plus(newcomer, "Password", "12-Numbers-here", "UserAttributes", []m{{"Name": "email_verified", "Value": "true"}}), "InvalidParameterException"},
		{id + "SignUp", plus(newcomer, "Password", "12-Numbers-here", "SecretHash", "AAAA"), "NotAuthorizedException"},
		{id + "SignUp", plus(newcomer, "Password", "12-Numbers-here", "UserAttributes", []m{{"Name": "email", "Value": "bob@example.com"}}), ""},
		{id + "SignUp", plus(newcomer, "Username", "BOB", "Password", "12-Numbers-here", "UserAttributes", []m{{"Name": "email", "Value": "eve@example.com"}}), "UsernameExistsException"},
		{id + "ResendConfirmationCode", newcomer, ""},
		{id + "ResendConfirmationCode", newcomer, "LimitExceededException"},
		{own + "AdminResendConfirmationCode", plus(pool, "Username", newcomer["Username"]), ""},
		{id + "ConfirmSignUp", plus(newcomer, "ConfirmationCode", "none"), "CodeMismatchException"},
		{id + "ConfirmSignUp", plus(newcomer, "ConfirmationCode", "$code"), ""},
		{id + "ConfirmSignUp", plus(newcomer, "ConfirmationCode", "$code"), "CodeMismatchException"},
		{id + "AdminGetUser", plus(pool, "Username", "bob@example.com"), ""},
		{id + "ForgotPassword", newcomer, ""},
		{id + "ForgotPassword", plus(newcomer, "Username", "nobody"), ""},
		{id + "ConfirmForgotPassword", plus(newcomer, "ConfirmationCode", "$code", "Password", "34-Numbers-here"), ""},
		{id + "ConfirmForgotPassword", plus(newcomer, "Username", "nobody", "ConfirmationCode", "123456", "Password", "34-Numbers-here"), "CodeMismatchException"},
		{id + "AdminResetUserPassword", plus(pool, "Username", "nobody"), "UserNotFoundException"},
		{id + "AdminResetUserPassword", plus(pool, "Username", "bob"), ""},
		{id + "AdminGetUser", plus(pool, "Username", "bob"), ""},

		{id + "CreateIdentityProvider", plus(idp, "ProviderType", "OIDC", "ProviderDetails", m{"client_id": "x", "client_secret": "s3cret", "oidc_issuer": "https://idp.example.com", "authorize_scopes": "openid"},
			"AttributeMapping", m{"email": "email"}, "IdpIdentifiers", []string{"example.com"}), ""},
		{id + "CreateIdentityProvider", plus(idp, "ProviderType", "OIDC", "ProviderDetails", m{"client_id": "x"}), "DuplicateProviderException"},
		{id + "DescribeIdentityProvider", idp, ""},
		{id + "GetIdentityProviderByIdentifier", plus(pool, "IdpIdentifier", "example.com"), ""},
		{id + "UpdateIdentityProvider", plus(idp, "AttributeMapping", m{"email": "mail"}), ""},
		{id + "ListIdentityProviders", pool, ""},

		{ip + "CreateIdentityPool", m{"IdentityPoolName": "story", "AllowUnauthenticatedIdentities": true,
			"CognitoIdentityProviders": []m{{"ProviderName": "cognito-idp.us-east-1.amazonaws.com/$pool", "ClientId": "$client", "ServerSideTokenCheck": true}},
			"OpenIdConnectProviders":   []m{{"Issuer": "https://idp.example.com", "ClientIds": []string{"x"}}}}, ""},
		{ip + "DescribeIdentityPool", ipool, ""},
		{ip + "ListIdentityPools", m{"MaxResults": 10}, ""},
		{own + "CreateRole", plus(role, "Policies", "permit (nobody"), "InvalidParameterException"},
		{own + "CreateRole", plus(role, "Policies", policies, "Description", "Reads"), ""},
		{own + "CreateRole", plus(role, "Policies", policies), "ResourceConflictException"},
		{own + "UpdateRole", plus(role, "MaxSessionDuration", 600), ""},
		{own + "GetRole", role, ""},
		{own + "ListRoles", ipool, ""},
		{ip + "SetIdentityPoolRoles", plus(ipool, "Roles", m{"authenticated": "$role", "unauthenticated": "$role"},
			"RoleMappings", m{"idp.example.com": m{"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": m{"Rules": []m{{"Claim": "group", "MatchType": "Equals", "Value": "a", "RoleARN": "$role"}}}}}), ""},
		{ip + "SetIdentityPoolRoles", plus(ipool, "Roles", m{"guest": "$role"}), "InvalidParameterException"},
		{ip + "GetIdentityPoolRoles", ipool, ""},
		{ip + "GetId", ipool, ""},
		{ip + "GetCredentialsForIdentity", identity, ""},
		{ip + "GetOpenIdToken", identity, ""},
		{ip + "UpdateIdentityPool", plus(ipool, "IdentityPoolName", "closed", "AllowUnauthenticatedIdentities", false), ""},
		{ip + "GetId", ipool, "NotAuthorizedException"},

		{own + "ListKeys", m{"PoolId": "$pool"}, ""},
		{own + "RotateKey", m{"PoolId": "$pool", "Alg": "ES256"}, ""},
		{own + "ListKeys", m{"PoolId": "us-east-1_nothing00"}, "ResourceNotFoundException"},

		{own + "GetCaller", m{}, ""},
		{own + "ListAccessKeys", m{}, ""},
		{own + "CreateAccessKey", m{}, ""},
		{own + "CreateAccessKey", m{}, "LimitExceededException"},
		{own + "DeleteAccessKey", m{"AccessKeyId": "$key"}, ""},
		{own + "GrantOperatorRole", m{"Username": "owner", "Role": "auditor", "Scope": "$pool"}, ""},
		{own + "ListOperators", m{}, ""},
		{own + "RevokeOperatorRole", m{"Username": "owner", "Scope": "$pool"}, ""},
		{own + "RevokeOperatorRole", m{"Username": "owner"}, "NotAuthorizedException"},
		{own + "ListAuditEvents", m{"PoolId": "$pool", "Target": "client/$client", "Limit": 2}, ""},

		{id + "DeleteIdentityProvider", idp, ""},
		{id + "DeleteGroup", group, ""},
		{id + "AdminDeleteUser", user, ""},
		{id + "AdminDeleteUser", user, "UserNotFoundException"},
		{id + "DeleteUserPoolClient", client, ""},
		{id + "DeleteResourceServer", server, ""},
		{own + "DeleteRole", role, "ResourceConflictException"},
		{ip + "SetIdentityPoolRoles", plus(ipool, "Roles", m{}), ""},
		{own + "DeleteRole", role, ""},
		{ip + "DeleteIdentityPool", ipool, ""},
		{ip + "DescribeIdentityPool", ipool, "ResourceNotFoundException"},
		{id + "UpdateUserPool", pool, ""},
		{id + "DeleteUserPool", pool, ""},
		{id + "DescribeUserPool", pool, "ResourceNotFoundException"},
	}
}

// names is where an answer names something that later steps need.
var names = map[string]string{
	"CreateUserPool": "pool UserPool.Id", "CreateUserPoolClient": "client UserPoolClient.ClientId", "AddUserPoolClientSecret": "secret ClientSecretDescriptor.ClientSecretId",
	"CreateIdentityPool": "ipool IdentityPoolId", "CreateRole": "role Role.Arn", "GetId": "identity IdentityId", "CreateAccessKey": "key AccessKey.AccessKeyId",
}

// The bodies on the wire, on both databases, are those of the golden file.
func TestStory(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		known := map[string]string{}
		var transcript bytes.Buffer
		called := map[string]bool{}
		for _, s := range story() {
			body, err := json.Marshal(s.in)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(body, []byte("$code")) {
				known["code"] = w.mailed()
			}
			if strings.HasSuffix(s.target, ".AdminListDevices") {
				known["device"] = w.device(known["pool"], "alice")
			}
			if strings.HasSuffix(s.target, ".AdminListUserPasskeys") {
				w.passkey(known["pool"], "alice")
			}
			for name, v := range known {
				body = bytes.ReplaceAll(body, []byte("$"+name), []byte(v))
			}
			r := w.request(s.target, body)
			w.sign(r, body, w.owner)
			a := w.send(r)
			if a.kind() != s.kind || (s.kind == "") != (a.Status == http.StatusOK) {
				t.Fatalf("%s %s: %d %s, want %q", s.target, body, a.Status, a.raw, s.kind)
			}
			_, operation, _ := strings.Cut(s.target, ".")
			if n, path, ok := strings.Cut(names[operation], " "); ok && s.kind == "" {
				if n == "client" && known[n] != "" {
					n = "page"
				}
				known[n] = dig(t, a.Body, path)
			}
			called[s.target] = true
			fmt.Fprintf(&transcript, "%s %s\n%d %s\n\n", s.target, stable(string(body)), a.Status, stable(a.raw))
		}
		golden(t, filepath.Join("testdata", "story.golden"), transcript.Bytes())
		everyOperation(t, w, called, known)
	})
}

// everyOperation checks that the story called the whole table, and that each
// change left its action in a trail.
func everyOperation(t *testing.T, w *world, called map[string]bool, known map[string]string) {
	t.Helper()
	operators, err := w.directory.OperatorsPool(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	for _, tenant := range []string{known["pool"], known["ipool"], operators.ID} {
		events, err := w.store.Events(t.Context(), tenant, "", "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.ActorKind == "operator" && e.ActorID == w.operatorID("owner") && e.Address != "" {
				written[e.Action] = true
			}
		}
	}
	for _, o := range w.api.Operations() {
		if o.Self { // TestOwnAccount and its kin
			continue
		}
		if !called[o.Target()] {
			t.Errorf("the story does not call %s", o.Target())
		}
		if o.Audit != "" && !written[o.Audit] && !o.Public() && o.Audit != directory.UserConfirm { // who signs up acts as themselves
			t.Errorf("%s left no %s in the audit trail", o.Name, o.Audit)
		}
	}
}

func dig(t *testing.T, body m, path string) string {
	t.Helper()
	var v any = body
	for part := range strings.SplitSeq(path, ".") {
		v = v.(m)[part]
	}
	s, ok := v.(string)
	if !ok {
		t.Fatalf("%v has no %s", body, path)
	}
	return s
}

// unstable is what differs from run to run: ids, moments, secrets, tokens.
var unstable = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`"Challenge":"[\w-]+"`), `"Challenge":"CHALLENGE"`},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "UUID"},
	{regexp.MustCompile(`us-east-1_[0-9A-Za-z]{9}`), "us-east-1_POOL"},
	{regexp.MustCompile(`\b1[0-9]{9}\.[0-9]{3}\b`), "TIME"},
	{regexp.MustCompile(`"(SecretAccessKey|SecretKey|SessionToken|Token|KeyId|NextToken|ClientSecretValue|ClientSecret|AccessKeyId)":"[^"]*"`), `"$1":"..."`},
	{regexp.MustCompile(`\b[0-9a-z]{26}\b`), "CLIENT"},
	{regexp.MustCompile(`"ConfirmationCode":"[0-9]{6}"`), `"ConfirmationCode":"..."`},
	{regexp.MustCompile(`"Destination":"[a-z]\*\*\*@[a-z]`), `"Destination":"x***@x`},
	{regexp.MustCompile(`"UserAgent":"[^"]*"`), `"UserAgent":"..."`},
}

func stable(s string) string {
	for _, u := range unstable {
		s = u.pattern.ReplaceAllString(s, u.with)
	}
	return s
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(gotLines), len(wantLines)) {
		if gotLines[i] != wantLines[i] {
			t.Fatalf("%s:%d (run with -update to accept)\n got %s\nwant %s", path, i+1, gotLines[i], wantLines[i])
		}
	}
	if len(gotLines) != len(wantLines) {
		t.Fatalf("%s has %d lines, got %d", path, len(wantLines), len(gotLines))
	}
}
