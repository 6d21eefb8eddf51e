package api_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// everySetting is a pool with nothing at its default.
func everySetting() m {
	return m{
		"PoolName": "whole",
		"Policies": m{
			"PasswordPolicy": m{"MinimumLength": 10, "RequireNumbers": true, "RequireUppercase": false, "RequireLowercase": true, "RequireSymbols": false,
				"TemporaryPasswordValidityDays": 3, "PasswordHistorySize": 5, "MaximumAgeDays": 90, "AllowCommonPasswords": true, "CheckBreachedPasswords": true},
			"SignInPolicy": m{"AllowedFirstAuthFactors": []string{"PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"}},
		},
		"MfaConfiguration": "OPTIONAL", "AutoVerifiedAttributes": []string{"email", "phone_number"}, "DeletionProtection": "INACTIVE",
		"AdminCreateUserConfig":       m{"AllowAdminCreateUserOnly": true, "InviteMessageTemplate": m{"SMSMessage": "{username} {####}", "EmailMessage": "{username} {####}", "EmailSubject": "Come in"}},
		"DeviceConfiguration":         m{"ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": true, "RememberDays": 60},
		"AccountRecoverySetting":      m{"RecoveryMechanisms": []m{{"Priority": 2, "Name": "verified_email"}, {"Priority": 1, "Name": "verified_phone_number"}}},
		"UserAttributeUpdateSettings": m{"AttributesRequireVerificationBeforeUpdate": []string{"email"}},
		"VerificationMessageTemplate": m{"DefaultEmailOption": "CONFIRM_WITH_LINK", "SmsMessage": "Code {####}", "EmailMessage": "<p>{####}</p>", "EmailSubject": "Code",
			"EmailMessageByLink": "<p>{##Here##}</p>", "EmailSubjectByLink": "Link"},
		"SmsVerificationMessage": "Old {####}", "EmailVerificationMessage": "Old {####}", "EmailVerificationSubject": "Old", "SmsAuthenticationMessage": "In: {####}",
		"SmsLimits":    m{"Countries": []string{"NO", "SE"}, "PerNumber": 3, "PerPrefix": 30, "PerAddress": 5, "DailyBudget": 200, "ProofOfWork": true},
		"TokenProfile": "standard", "DisplayName": "The Whole", "TermsURL": "https://example.com/terms", "PrivacyURL": "https://example.com/privacy",
		"SessionConfiguration": m{"IdleSeconds": 600, "AbsoluteSeconds": 3600}, "AllowSelfDeletion": false,
	}
}

// Every setting comes back as it was given, an update with what is described
// changes nothing, and one that says nothing puts back Cognito's settings and keeps
// our own.
func TestPoolSettings(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		given := everySetting()
		made := w.must(userPools+"CreateUserPool", given)["UserPool"].(m)
		id := m{"UserPoolId": made["Id"]}
		described := w.must(userPools+"DescribeUserPool", id)["UserPool"].(m)
		// Recovery mechanisms come back in their order.
		given["AccountRecoverySetting"] = m{"RecoveryMechanisms": []m{{"Priority": 1, "Name": "verified_phone_number"}, {"Priority": 2, "Name": "verified_email"}}}
		for name, want := range given {
			if name != "PoolName" && text(t, described[name]) != text(t, want) {
				t.Errorf("%s: %s, want %s", name, text(t, described[name]), text(t, want))
			}
		}

		again := m{"UserPoolId": made["Id"]}
		for name, v := range described {
			again[name] = v
		}
		w.must(userPools+"UpdateUserPool", again)
		after := w.must(userPools+"DescribeUserPool", id)["UserPool"].(m)
		delete(after, "LastModifiedDate")
		delete(described, "LastModifiedDate")
		if text(t, after) != text(t, described) {
			t.Errorf("an update with what was described changed something:\n%s\n%s", text(t, described), text(t, after))
		}

		w.must(userPools+"UpdateUserPool", id)
		after = w.must(userPools+"DescribeUserPool", id)["UserPool"].(m)
		for name, want := range map[string]string{
			"Policies": `{"PasswordPolicy":{"AllowCommonPasswords":true,"CheckBreachedPasswords":true,"MaximumAgeDays":90,"MinimumLength":8,"PasswordHistorySize":0,` +
				`"RequireLowercase":true,"RequireNumbers":true,"RequireSymbols":true,"RequireUppercase":true,"TemporaryPasswordValidityDays":7},` +
				`"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD"]}}`,
			"MfaConfiguration": `"OPTIONAL"`, "DeviceConfiguration": "null", "AccountRecoverySetting": "null",
			"VerificationMessageTemplate": `{"DefaultEmailOption":"CONFIRM_WITH_CODE"}`,
			"UserAttributeUpdateSettings": `{"AttributesRequireVerificationBeforeUpdate":["email","phone_number"]}`,
			"SmsVerificationMessage":      "null",
			"SmsLimits":                   `{"Countries":["NO","SE"],"DailyBudget":200,"PerAddress":5,"PerNumber":3,"PerPrefix":30,"ProofOfWork":true}`,
			"DisplayName":                 `"The Whole"`, "TermsURL": `"https://example.com/terms"`,
			"SessionConfiguration": `{"AbsoluteSeconds":3600,"IdleSeconds":600}`, "AllowSelfDeletion": "false",
		} {
			if text(t, after[name]) != want {
				t.Errorf("%s after an update that says nothing: %s, want %s", name, text(t, after[name]), want)
			}
		}
	})
}

// A pool made as Cognito makes them replaces an address at once, as there.
func TestCognitoPoolsReplaceAddressesAtOnce(t *testing.T) {
	t.Parallel()
	w := start(t, storetest.SQLite(t))
	made := w.must(userPools+"CreateUserPool", m{"PoolName": "plain"})["UserPool"].(m)
	if got := text(t, made["UserAttributeUpdateSettings"]); got != `{"AttributesRequireVerificationBeforeUpdate":[]}` {
		t.Errorf("%s", got)
	}
}

// What would lock people out is refused, with what to do.
func TestSettingsThatCannotWork(t *testing.T) {
	t.Parallel()
	st := storetest.SQLite(t)
	w := start(t, st)
	w.directory.Post.Outbox.Senders[provider.BySMS] = &message.Mailbox{Store: st}
	recovery := func(mechanisms ...m) m { return m{"AccountRecoverySetting": m{"RecoveryMechanisms": mechanisms}} }
	first := func(factors ...string) m {
		return m{"Policies": m{"SignInPolicy": m{"AllowedFirstAuthFactors": factors}}}
	}
	with := func(in, more m) m { maps.Copy(in, more); return in }
	for _, c := range []struct {
		in  m
		say string // empty: it is taken
	}{
		{recovery(m{"Priority": 1, "Name": "verified_phone_number"}), "Add phone_number to AutoVerifiedAttributes"},
		{recovery(m{"Priority": 1, "Name": "verified_phone_number"}, m{"Priority": 2, "Name": "verified_email"}), ""},
		{recovery(m{"Priority": 1, "Name": "admin_only"}), ""},
		{recovery(m{"Priority": 1, "Name": "admin_only"}, m{"Priority": 2, "Name": "verified_email"}), "admin_only stands alone"},
		{recovery(m{"Priority": 1, "Name": "verified_email"}, m{"Priority": 1, "Name": "verified_phone_number"}), "one priority"},
		{recovery(m{"Priority": 1, "Name": "verified_email"}, m{"Priority": 2, "Name": "verified_email"}), "twice"},
		{recovery(m{"Priority": 3, "Name": "verified_email"}), "priority"},
		{recovery([]m{}...), "recoveryMechanisms"},
		{first("WEB_AUTHN"), "Allow PASSWORD"},
		{first("EMAIL_OTP", "EMAIL_OTP"), "twice"},
		{first("SMS_OTP"), "AllowedFirstAuthFactors: Nobody could sign in for the first time: no text is sent while SmsLimits.Countries lists no country"},
		{first("SMS_OTP", "WEB_AUTHN"), "SmsLimits.Countries lists no country"},
		{first("SMS_OTP", "EMAIL_OTP"), ""},
		{with(first("SMS_OTP"), m{"SmsLimits": m{"Countries": []string{"SE"}}}), ""},
		{first([]string{}...), "allowedFirstAuthFactors"},
		{first("SOFTWARE_TOKEN"), "allowedFirstAuthFactors"},
		{m{"SessionConfiguration": m{"IdleSeconds": 1}}, "idleSeconds"},
		{m{"SmsLimits": m{"Countries": []string{"SE", "XX"}}}, `"XX" is no country`},
		{m{"TermsURL": "javascript:alert(1)"}, "termsURL"},
		{m{"DeviceConfiguration": m{"RememberDays": 0}}, "rememberDays"},
	} {
		c.in["PoolName"] = "x"
		a := w.call(w.owner, userPools+"CreateUserPool", c.in)
		said, _ := a.Body["message"].(string)
		if c.say == "" && a.kind() != "" || c.say != "" && (a.kind() != "InvalidParameterException" || !strings.Contains(said, c.say)) {
			t.Errorf("%s: %d %.300s, want %q", text(t, c.in), a.Status, a.raw, c.say)
		}
	}
}

// Whoever must bring a second factor can have one: a text is none where no country is
// listed, whichever of the two is set last.
func TestRequiredTextsNeedCountries(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		w.directory.Post.Outbox.Senders[provider.BySMS] = &message.Mailbox{Store: st}
		pool := w.must(userPools+"CreateUserPool", m{"PoolName": "x"})["UserPool"].(m)["Id"]
		config := func(more m) m {
			out := m{"UserPoolId": pool, "MfaConfiguration": "ON", "SmsMfaConfiguration": m{}, "WebAuthnConfiguration": m{"SecondFactor": false}}
			maps.Copy(out, more)
			return out
		}
		refused := func(operation string, in m, say string) {
			t.Helper()
			a := w.call(w.owner, userPools+operation, in)
			if said, _ := a.Body["message"].(string); a.kind() != "InvalidParameterException" || !strings.Contains(said, say) {
				t.Errorf("%s %s: %d %.300s, want %q", operation, text(t, in), a.Status, a.raw, say)
			}
		}
		const say = "MfaConfiguration: Who signs in by PASSWORD could never bring a second factor: no text is sent while SmsLimits.Countries lists no country"
		refused("SetUserPoolMfaConfig", config(nil), say)
		w.must(userPools+"SetUserPoolMfaConfig", config(m{"MfaConfiguration": "OPTIONAL"}))
		refused("UpdateUserPool", m{"UserPoolId": pool, "MfaConfiguration": "ON"}, say)
		w.must(userPools+"UpdateUserPool", m{"UserPoolId": pool, "MfaConfiguration": "ON", "SmsLimits": m{"Countries": []string{"SE"}}})
		refused("UpdateUserPool", m{"UserPoolId": pool, "SmsLimits": m{"Countries": []string{}}}, say)
		w.must(userPools+"SetUserPoolMfaConfig", config(m{"SoftwareTokenMfaConfiguration": m{"Enabled": true}}))
		w.must(userPools+"UpdateUserPool", m{"UserPoolId": pool, "SmsLimits": m{"Countries": []string{}}})

		// What an older version took stands in the way of no other change.
		err := st.Pool(pool.(string)).Change(t.Context(), func(p *provider.Pool) error {
			most, least := "1", "9"
			p.Settings.MFA, p.Settings.SecondFactors = "ON", []provider.Factor{provider.FactorSMS}
			p.Settings.Schema = append(p.Settings.Schema, provider.Attribute{Name: "odd", Type: "Number", Custom: true, MinValue: &least, MaxValue: &most})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		w.must(userPools+"UpdateUserPool", m{"UserPoolId": pool, "PoolName": "renamed"})
	})
}

// Nor does a server that sends nothing let anybody in by a code; but a pool that was made
// before goes on.
func TestSettingsThatTheServerCannotServe(t *testing.T) {
	t.Parallel()
	st := storetest.SQLite(t)
	w := start(t, st)
	first := func(factors ...string) m { return m{"SignInPolicy": m{"AllowedFirstAuthFactors": factors}} }
	pool := w.must(userPools+"CreateUserPool", m{"PoolName": "x", "Policies": first("EMAIL_OTP")})["UserPool"].(m)["Id"]
	refused := func(in m, say string) {
		t.Helper()
		a := w.call(w.owner, userPools+"CreateUserPool", in)
		if said, _ := a.Body["message"].(string); a.kind() != "InvalidParameterException" || !strings.Contains(said, say) {
			t.Errorf("%s: %d %.300s, want %q", text(t, in), a.Status, a.raw, say)
		}
	}
	refused(m{"PoolName": "y", "Policies": first("SMS_OTP"), "SmsLimits": m{"Countries": []string{"SE"}}}, "this server sends no texts. Set sms_provider")
	delete(w.directory.Post.Outbox.Senders, provider.ByEmail)
	refused(m{"PoolName": "y", "Policies": first("EMAIL_OTP", "WEB_AUTHN")}, "this server sends no messages. Set smtp_host")
	w.must(userPools+"UpdateUserPool", m{"UserPoolId": pool, "PoolName": "z", "Policies": first("EMAIL_OTP")})
}

// A new attribute's bounds are its type's, and let something through.
func TestBoundsThatCannotHold(t *testing.T) {
	t.Parallel()
	w := start(t, storetest.SQLite(t))
	pool := w.must(userPools+"CreateUserPool", m{"PoolName": "x"})["UserPool"].(m)["Id"]
	length := func(least, greatest string) m { return m{"MinLength": least, "MaxLength": greatest} }
	value := func(least, greatest string) m { return m{"MinValue": least, "MaxValue": greatest} }
	for _, c := range []struct {
		attribute m
		say       string // empty: it is taken
	}{
		{m{"Name": "a", "AttributeDataType": "Number", "NumberAttributeConstraints": value("40", "4")}, "MinValue is above MaxValue"},
		{m{"Name": "b", "StringAttributeConstraints": length("40", "4")}, "MinLength is above MaxLength"},
		{m{"Name": "c", "AttributeDataType": "Boolean", "NumberAttributeConstraints": value("1", "")}, "Only a Number"},
		{m{"Name": "d", "AttributeDataType": "Number", "StringAttributeConstraints": length("", "2")}, "Only a String"},
		{m{"Name": "e", "StringAttributeConstraints": length("", "4096")}, "from 0 to 2048"},
		{m{"Name": "f", "AttributeDataType": "Number", "NumberAttributeConstraints": value("4", "4")}, ""},
		{m{"Name": "g", "AttributeDataType": "DateTime", "StringAttributeConstraints": m{}, "NumberAttributeConstraints": m{}}, ""},
	} {
		for operation, in := range map[string]m{
			"AddCustomAttributes": {"UserPoolId": pool, "CustomAttributes": []m{c.attribute}},
			"CreateUserPool":      {"PoolName": "y", "Schema": []m{c.attribute}},
		} {
			a := w.call(w.owner, userPools+operation, in)
			said, _ := a.Body["message"].(string)
			if c.say == "" && a.kind() != "" || c.say != "" && (a.kind() != "InvalidParameterException" || !strings.Contains(said, c.say)) {
				t.Errorf("%s %s: %d %.300s, want %q", operation, text(t, c.attribute), a.Status, a.raw, c.say)
			}
		}
	}
	// The standard attributes, as they are described, make a pool like it.
	schema := w.must(userPools+"DescribeUserPool", m{"UserPoolId": pool})["UserPool"].(m)["SchemaAttributes"].([]any)
	schema = slices.DeleteFunc(schema, func(a any) bool { // the longest name is too long for Cognito's own shape
		name := a.(m)["Name"].(string)
		return strings.HasPrefix(name, "custom:") || len(name) > 20
	})
	w.must(userPools+"CreateUserPool", m{"PoolName": "z", "Schema": schema})
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
