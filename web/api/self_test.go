package api_test

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
	"github.com/cognate-idp/cognate/provider/token"
	"github.com/cognate-idp/cognate/web/api"
)

// bearing is how users are known by their tokens, as the server is wired.
func bearing(w *world, keys *token.Keys, sealer *secret.Sealer, issuer func(*provider.Pool) string) func(context.Context, string) (*api.Self, error) {
	server := oauth.New(oauth.Server{Store: w.store, Keys: keys, Sealer: sealer, Audit: w.directory.Audit, Now: time.Now})
	return func(ctx context.Context, access string) (*api.Self, error) {
		pool, err := w.directory.Pool(ctx, token.IssuerName(access))
		if err != nil {
			return nil, &provider.Error{Code: provider.CodeUnauthorized, Kind: "access token", Message: "Invalid Access Token", Cause: err}
		}
		b, err := server.Bearing(provider.WithTenant(ctx, &provider.Tenant{Pool: pool, Issuer: issuer(pool)}), access, oauth.ScopeSelf)
		if err != nil {
			return nil, err
		}
		return &api.Self{Pool: pool, User: b.User, Client: b.Client, Grant: b.Grant}, nil
	}
}

// person is a user of a pool who holds an access token.
type person struct {
	*world
	pool, client, id, access string
}

const goodPassword = "correct-Horse-battery-1"

// person makes a user with a confirmed password, and their token.
func (w *world) person(pool, name string, settings m) *person {
	w.t.Helper()
	in := m{"UserPoolId": pool, "ClientName": "app"}
	for k, v := range settings {
		in[k] = v
	}
	client := w.must(userPools+"CreateUserPoolClient", in)["UserPoolClient"].(m)["ClientId"].(string)
	w.must(userPools+"AdminCreateUser", m{"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS",
		"UserAttributes": []m{{"Name": "email", "Value": strings.ToLower(name) + "@example.com"}, {"Name": "email_verified", "Value": "true"}, {"Name": "name", "Value": "A Person"}}})
	w.must(userPools+"AdminSetUserPassword", m{"UserPoolId": pool, "Username": name, "Password": goodPassword, "Permanent": true})
	u, err := w.directory.FindUser(w.t.Context(), pool, name)
	if err != nil {
		w.t.Fatal(err)
	}
	p := &person{world: w, pool: pool, client: client, id: u.ID}
	p.access = p.token(oauth.ScopeSelf, time.Hour)
	return p
}

// token is an access token of a new grant, signed by the pool.
func (p *person) token(scope string, life time.Duration) string {
	p.t.Helper()
	ctx, now := p.t.Context(), time.Now()
	grant := &provider.Grant{ID: uuid.NewString(), UserID: p.id, ClientID: p.client, Scopes: []string{scope}, Request: []byte("{}"), CodeHash: secret.Bytes(32),
		AuthTime: provider.At(now), CreatedAt: provider.At(now), ExpiresAt: provider.At(now.Add(time.Hour))}
	if err := p.store.Pool(p.pool).CreateGrant(ctx, grant); err != nil {
		p.t.Fatal(err)
	}
	keys, err := p.api.Keys.Signing(ctx, p.pool, token.RS256)
	if err != nil {
		p.t.Fatal(err)
	}
	claims, err := json.Marshal(m{"iss": "https://id.example.com/" + p.pool, "sub": p.id, "client_id": p.client, "jti": uuid.NewString(), "origin_jti": grant.ID,
		"token_use": "access", "scope": scope, "iat": now.Add(-time.Minute).Unix(), "exp": now.Add(life).Unix()})
	if err != nil {
		p.t.Fatal(err)
	}
	access, err := keys.Sign(token.RS256, token.TypeNone, claims)
	if err != nil {
		p.t.Fatal(err)
	}
	return access
}

// tries is an unsigned call with the person's token.
func (p *person) tries(operation string, in m) answer {
	p.t.Helper()
	all := m{"AccessToken": p.access}
	for k, v := range in {
		all[k] = v
	}
	body, err := json.Marshal(all)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.send(p.request(userPools+operation, body))
}

// does is tries for what has to succeed.
func (p *person) does(operation string, in m) m {
	p.t.Helper()
	a := p.tries(operation, in)
	if a.Status != http.StatusOK {
		p.t.Fatalf("%s: %d %s", operation, a.Status, a.raw)
	}
	return a.Body
}

// left wants the trail to say that the person did it themselves, from where.
func (p *person) left(action string) {
	p.t.Helper()
	events, err := p.store.Events(p.t.Context(), p.pool, "user/"+p.id, "", 100)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, e := range events {
		if e.Action == action && e.Outcome == "success" && e.ActorKind == "user" && e.ActorID == p.id && e.Address != "" {
			return
		}
	}
	p.t.Errorf("no %s by the user in the trail", action)
}

func (a answer) says() string {
	said, _ := a.Body["message"].(string)
	return a.kind() + ": " + said
}

// A user looks at their account, changes the password, and everything but the token
// at hand ends; then they sign out everywhere.
func TestOwnAccount(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		alice := w.person(w.pool(), "alice", nil)
		me := alice.does("GetUser", nil)
		if me["Username"] != "alice" || !strings.Contains(text(t, me["UserAttributes"]), `{"Name":"email","Value":"alice@example.com"}`) {
			t.Errorf("%s", text(t, me))
		}
		mallory := w.person(alice.pool, "mallory", m{"ReadAttributes": []string{"name"}})
		if got := text(t, mallory.does("GetUser", nil)["UserAttributes"]); strings.Contains(got, "email") || !strings.Contains(got, "A Person") {
			t.Errorf("a client that reads names alone is told %s", got)
		}
		elsewhere := *alice
		elsewhere.access = alice.token(oauth.ScopeSelf, time.Hour)

		if got := alice.tries("ChangePassword", m{"PreviousPassword": "wrong-Horse-battery-1", "ProposedPassword": "another-Horse-battery-2"}).says(); got != "NotAuthorizedException: Incorrect username or password." {
			t.Errorf("wrong password: %s", got)
		}
		if got := alice.tries("ChangePassword", m{"PreviousPassword": goodPassword, "ProposedPassword": "x"}).kind(); got != "InvalidPasswordException" {
			t.Errorf("short password: %s", got)
		}
		alice.does("ChangePassword", m{"PreviousPassword": goodPassword, "ProposedPassword": "another-Horse-battery-2"})
		alice.does("GetUser", nil)
		if got := elsewhere.tries("GetUser", nil).says(); got != "NotAuthorizedException: Access Token has been revoked" {
			t.Errorf("another token after the change: %s", got)
		}
		alice.left("user.password_changed")
		alice.does("GlobalSignOut", nil)
		alice.left("user.sign_out")
		if got := alice.tries("GetUser", nil).says(); got != "NotAuthorizedException: Access Token has been revoked" {
			t.Errorf("after signing out everywhere: %s", got)
		}
	})
}

// Only a good token with the scope opens the account, and only that account.
func TestWhoseToken(t *testing.T) {
	t.Parallel()
	w := start(t, storetest.SQLite(t))
	alice := w.person(w.pool(), "alice", nil)
	for name, c := range map[string]struct {
		access, want string
	}{
		"expired":     {alice.token(oauth.ScopeSelf, -time.Second), "NotAuthorizedException: Access Token has expired"},
		"scope":       {alice.token("openid", time.Hour), "NotAuthorizedException: Access Token does not have required scopes"},
		"forged":      {alice.access[:len(alice.access)-8] + "AAAAAAAA", "NotAuthorizedException: Invalid Access Token"},
		"no token":    {"abc", "NotAuthorizedException: Invalid Access Token"},
		"not a token": {"a b", "InvalidParameterException: 1 validation error detected"},
		"missing":     {"", "InvalidParameterException: 2 validation errors detected"},
	} {
		alice.access = c.access
		if got := alice.tries("GetUser", nil).says(); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	alice.access = ""
	if got := alice.tries("AssociateSoftwareToken", m{"AccessToken": nil}).kind(); got != "InvalidParameterException" {
		t.Errorf("no token where it may be left out: %s", got)
	}

	alice.access = alice.token(oauth.ScopeSelf, time.Hour)
	w.must(userPools+"AdminDisableUser", m{"UserPoolId": alice.pool, "Username": "alice"})
	if got := alice.tries("GetUser", nil).kind(); got != "NotAuthorizedException" {
		t.Errorf("disabled: %s", got)
	}
}

// No signature, not the owner's either, stands in for a user's own token.
func TestOnlyTheToken(t *testing.T) {
	t.Parallel()
	w := start(t, storetest.SQLite(t))
	in := m{"AccessToken": "none", "UserAttributes": []m{}, "UserAttributeNames": []string{}, "AttributeName": "email", "Code": "0", "ProposedPassword": "x",
		"UserCode": "000000", "Credential": m{}, "CredentialId": "none", "DeviceKey": "us-east-1_0", "DeviceRememberedStatus": "remembered"}
	for _, o := range w.api.Operations() {
		if !o.Self {
			continue
		}
		if got := w.call(w.owner, o.Target(), in).says(); got != "NotAuthorizedException: Invalid Access Token" {
			t.Errorf("%s: %s", o.Name, got)
		}
	}
}

// An account goes by its own sub, and nobody may take that for a username.
func TestDeleteOwnAccount(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		alice := w.person(w.pool(), "alice", nil)
		if got := w.call(w.owner, userPools+"AdminCreateUser", m{"UserPoolId": alice.pool, "Username": alice.id, "MessageAction": "SUPPRESS"}).kind(); got != "UsernameExistsException" {
			t.Errorf("somebody else's sub as a username: %s", got)
		}
		alice.does("DeleteUser", nil)
		alice.left("user.delete")
		if a := w.call(w.owner, userPools+"AdminGetUser", m{"UserPoolId": alice.pool, "Username": "alice"}); a.kind() != "UserNotFoundException" {
			t.Errorf("alice is still there: %s", a.raw)
		}
		if got := alice.tries("GetUser", nil).kind(); got != "NotAuthorizedException" {
			t.Errorf("her token: %s", got)
		}
	})
}

// An authenticator app and a passkey are set up by the API alone.
func TestOwnFactors(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		pool := w.pool()
		w.must(userPools+"SetUserPoolMfaConfig", m{"UserPoolId": pool, "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": m{"Enabled": true},
			"EmailMfaConfiguration": m{}})
		alice := w.person(pool, "alice", nil)
		if got := alice.tries("VerifySoftwareToken", m{"UserCode": "123456"}).kind(); got != "NotAuthorizedException" {
			t.Errorf("a code of nothing: %s", got)
		}
		secretCode := alice.does("AssociateSoftwareToken", nil)["SecretCode"].(string)
		if _, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secretCode); err != nil {
			t.Errorf("%q: %v", secretCode, err)
		}
		code, err := totp.GenerateCode(secretCode, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		wrong := "000000"
		if code == wrong {
			wrong = "000001"
		}
		if got := alice.tries("VerifySoftwareToken", m{"UserCode": wrong}).says(); got != "EnableSoftwareTokenMFAException: Code mismatch" {
			t.Errorf("a wrong code: %s", got)
		}
		if out := alice.does("VerifySoftwareToken", m{"UserCode": code, "FriendlyDeviceName": "my phone"}); out["Status"] != "SUCCESS" {
			t.Errorf("%v", out)
		}
		alice.does("SetUserMFAPreference", m{"SoftwareTokenMfaSettings": m{"Enabled": true, "PreferredMfa": true}, "EmailMfaSettings": m{"Enabled": true}})
		alice.left("user.factor_added")
		alice.left("user.factor_preferred")
		me := alice.does("GetUser", nil)
		if me["PreferredMfaSetting"] != "SOFTWARE_TOKEN_MFA" || text(t, me["UserMFASettingList"]) != `["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]` {
			t.Errorf("%s", text(t, me))
		}
		if got := text(t, alice.does("GetUserAuthFactors", nil)["ConfiguredUserAuthFactors"]); got != `["PASSWORD","EMAIL_OTP","SOFTWARE_TOKEN"]` {
			t.Errorf("%s", got)
		}
		// Where the pool demands one, a token that was stolen takes no user's last away.
		w.must(userPools+"SetUserPoolMfaConfig", m{"UserPoolId": pool, "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": m{"Enabled": true}, "EmailMfaConfiguration": m{}})
		off := m{"Enabled": false}
		if a := alice.tries("SetUserMFAPreference", m{"SoftwareTokenMfaSettings": off, "EmailMfaSettings": off}); a.Status == http.StatusOK || !strings.Contains(a.says(), "only second factor") {
			t.Errorf("all are off: %d %s", a.Status, a.says())
		}
		alice.does("SetUserMFAPreference", m{"SoftwareTokenMfaSettings": off})
		if got := text(t, alice.does("GetUser", nil)["UserMFASettingList"]); got != `["EMAIL_OTP"]` {
			t.Errorf("left %s", got)
		}
	})
}

// A passkey is added, listed and removed by the API alone.
func TestOwnPasskeys(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		pool := w.pool()
		w.must(userPools+"UpdateUserPool", m{"UserPoolId": pool, "Policies": m{"PasswordPolicy": m{"MinimumLength": 6}, "SignInPolicy": m{"AllowedFirstAuthFactors": []string{"PASSWORD", "WEB_AUTHN"}}}})
		alice := w.person(pool, "alice", nil)
		site := virtualwebauthn.RelyingParty{ID: "id.example.com", Name: "demo", Origin: "https://id.example.com"}
		late := alice.answers(site)
		alice.does("StartWebAuthnRegistration", nil)
		if got := alice.tries("CompleteWebAuthnRegistration", m{"Credential": late}).kind(); got != "WebAuthnChallengeNotFoundException" {
			t.Errorf("the answer to an earlier question: %s", got)
		}
		if got := alice.tries("CompleteWebAuthnRegistration", m{"Credential": alice.answers(virtualwebauthn.RelyingParty{ID: "id.example.com", Origin: "https://evil.example"})}).kind(); got != "WebAuthnOriginNotAllowedException" {
			t.Errorf("another origin: %s", got)
		}
		alice.does("CompleteWebAuthnRegistration", m{"Credential": alice.answers(site), "FriendlyCredentialName": "my key"})
		alice.does("CompleteWebAuthnRegistration", m{"Credential": alice.answers(site)})

		first := alice.does("ListWebAuthnCredentials", m{"MaxResults": 1})
		second := alice.does("ListWebAuthnCredentials", m{"MaxResults": 1, "NextToken": first["NextToken"]})
		key := first["Credentials"].([]any)[0].(m)
		if key["FriendlyCredentialName"] != "my key" || key["RelyingPartyId"] != "id.example.com" || len(second["Credentials"].([]any)) != 1 || second["NextToken"] != nil {
			t.Errorf("%s %s", text(t, first), text(t, second))
		}
		alice.does("DeleteWebAuthnCredential", m{"CredentialId": key["CredentialId"]})
		alice.left("user.passkey_added")
		alice.left("user.passkey_removed")
		if got := alice.tries("DeleteWebAuthnCredential", m{"CredentialId": key["CredentialId"]}).kind(); got != "ResourceNotFoundException" {
			t.Errorf("once more: %s", got)
		}
		if left := alice.does("ListWebAuthnCredentials", nil)["Credentials"].([]any); len(left) != 1 {
			t.Errorf("%v", left)
		}
	})
}

// answers begins to add a passkey, and is what a software authenticator says.
func (p *person) answers(site virtualwebauthn.RelyingParty) json.RawMessage {
	p.t.Helper()
	options, err := virtualwebauthn.ParseAttestationOptions(text(p.t, p.does("StartWebAuthnRegistration", nil)["CredentialCreationOptions"]))
	if err != nil {
		p.t.Fatal(err)
	}
	// The software authenticator drops leading zeroes of a coordinate, against RFC 9053
	// section 7.1.1; such a key is shorter.
	key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	for len(key.Key.AttestationData()) != 77 {
		key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return json.RawMessage(virtualwebauthn.CreateAttestationResponse(site, virtualwebauthn.NewAuthenticator(), key, *options))
}

// A user sees and forgets their own browsers, and nobody else's.
func TestOwnDevices(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		pool := w.pool()
		alice, bob := w.person(pool, "alice", nil), w.person(pool, "bob", nil)
		key := w.device(pool, "alice")
		if devices := alice.does("ListDevices", nil)["Devices"].([]any); len(devices) != 1 || devices[0].(m)["DeviceKey"] != key {
			t.Errorf("%v", devices)
		}
		for operation, in := range map[string]m{"GetDevice": {}, "ForgetDevice": {}, "UpdateDeviceStatus": {"DeviceRememberedStatus": "not_remembered"}} {
			in["DeviceKey"] = key
			if got := bob.tries(operation, in).kind(); got != "ResourceNotFoundException" {
				t.Errorf("%s on another's device: %s", operation, got)
			}
		}
		alice.does("UpdateDeviceStatus", m{"DeviceKey": key, "DeviceRememberedStatus": "not_remembered"})
		if got := text(t, alice.does("GetDevice", m{"DeviceKey": key})); !strings.Contains(got, `"not_remembered"`) {
			t.Errorf("%s", got)
		}
		alice.does("ForgetDevice", m{"DeviceKey": key})
		alice.left("user.device_changed")
		alice.left("user.device_forgotten")
		if got := alice.tries("GetDevice", m{"DeviceKey": key}).kind(); got != "ResourceNotFoundException" {
			t.Errorf("forgotten: %s", got)
		}
	})
}

// A user changes what a client lets them. A new address takes the old one's place
// only once it is proved, in a pool that says so.
func TestOwnAttributes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		pool := w.must(userPools+"CreateUserPool", m{"PoolName": "demo", "TokenProfile": "standard", "AutoVerifiedAttributes": []string{"email"},
			"Policies": m{"PasswordPolicy": m{"MinimumLength": 6}}})["UserPool"].(m)["Id"].(string)
		alice := w.person(pool, "alice", m{"WriteAttributes": []string{"email", "name", "nickname"}})
		if got := alice.tries("UpdateUserAttributes", m{"UserAttributes": []m{{"Name": "email_verified", "Value": "true"}}}).kind(); got != "InvalidParameterException" {
			t.Errorf("vouching for oneself: %s", got)
		}
		if got := alice.tries("UpdateUserAttributes", m{"UserAttributes": []m{{"Name": "gender", "Value": "x"}}}).kind(); got != "InvalidParameterException" {
			t.Errorf("what the client may not write: %s", got)
		}
		out := alice.does("UpdateUserAttributes", m{"UserAttributes": []m{{"Name": "name", "Value": "Alice"}, {"Name": "email", "Value": "new@example.com"}}})
		if got := text(t, out["CodeDeliveryDetailsList"]); got != `[{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"n***@e***"}]` {
			t.Errorf("%s", got)
		}
		has := func(want ...string) {
			t.Helper()
			got := text(t, alice.does("GetUser", nil)["UserAttributes"])
			for _, value := range want {
				if !strings.Contains(got, `"Value":"`+value+`"`) {
					t.Errorf("no %s in %s", value, got)
				}
			}
		}
		has("alice@example.com", "Alice")
		if got := alice.tries("VerifyUserAttribute", m{"AttributeName": "email", "Code": "wrong"}).kind(); got != "CodeMismatchException" {
			t.Errorf("a wrong code: %s", got)
		}
		if got := alice.tries("VerifyUserAttribute", m{"AttributeName": "name", "Code": "1"}).kind(); got != "InvalidParameterException" {
			t.Errorf("a name has no code: %s", got)
		}
		code := w.mailed()
		alice.does("VerifyUserAttribute", m{"AttributeName": "email", "Code": code})
		has("new@example.com", "true")
		if got := alice.tries("VerifyUserAttribute", m{"AttributeName": "email", "Code": code}).kind(); got != "CodeMismatchException" {
			t.Errorf("the code once more: %s", got)
		}
		got := ""
		for range 8 {
			got = alice.tries("VerifyUserAttribute", m{"AttributeName": "email", "Code": "wrong"}).kind()
		}
		if got != "LimitExceededException" {
			t.Errorf("guessing on: %s", got)
		}
		alice.does("UpdateUserAttributes", m{"UserAttributes": []m{{"Name": "nickname", "Value": "Al"}}})
		alice.does("DeleteUserAttributes", m{"UserAttributeNames": []string{"nickname"}})
		if got := text(t, alice.does("GetUser", nil)); strings.Contains(got, "nickname") {
			t.Errorf("%s", got)
		}
		alice.left("user.update")

		bob := w.person(pool, "bob", nil)
		w.must(userPools+"AdminUpdateUserAttributes", m{"UserPoolId": pool, "Username": "bob", "UserAttributes": []m{{"Name": "email_verified", "Value": "false"}}})
		bob.does("GetUserAttributeVerificationCode", m{"AttributeName": "email"})
		if got := bob.tries("GetUserAttributeVerificationCode", m{"AttributeName": "email"}).kind(); got != "LimitExceededException" {
			t.Errorf("a second code at once: %s", got)
		}
		bob.does("VerifyUserAttribute", m{"AttributeName": "email", "Code": w.mailed()})
		if got := text(t, bob.does("GetUser", nil)["UserAttributes"]); !strings.Contains(got, `{"Name":"email_verified","Value":"true"}`) {
			t.Errorf("%s", got)
		}
	})
}

// Whoever is signed in is told where no text goes to a number, and waits for none.
func TestANumberThatNoTextGoesTo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		w.directory.Post.Outbox.Senders[provider.BySMS] = &message.Mailbox{Store: st}
		pool := w.must(userPools+"CreateUserPool", m{"PoolName": "demo", "TokenProfile": "standard", "SmsLimits": m{"Countries": []string{"SE"}},
			"Policies": m{"PasswordPolicy": m{"MinimumLength": 6}}})["UserPool"].(m)["Id"].(string)
		alice := w.person(pool, "alice", nil)
		for number, why := range map[string]string{"+491711234567": "numbers of this country", "+468123456": "cannot be sent to this number"} {
			got := alice.tries("UpdateUserAttributes", m{"UserAttributes": []m{{"Name": "phone_number", "Value": number}}})
			if got.kind() != "InvalidParameterException" || !strings.Contains(got.says(), why) {
				t.Errorf("%s: %s %q", number, got.kind(), got.says())
			}
		}
		alice.does("UpdateUserAttributes", m{"UserAttributes": []m{{"Name": "phone_number", "Value": "+46701740605"}}})
		bob := w.person(pool, "bob", nil)
		w.must(userPools+"AdminUpdateUserAttributes", m{"UserPoolId": pool, "Username": "bob", "UserAttributes": []m{{"Name": "phone_number", "Value": "+491711234567"}}})
		if got := bob.tries("GetUserAttributeVerificationCode", m{"AttributeName": "phone_number"}); !strings.Contains(got.says(), "numbers of this country") {
			t.Errorf("%s %q", got.kind(), got.says())
		}
	})
}
