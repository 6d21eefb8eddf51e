package page

import (
	"slices"

	"github.com/cognate-idp/cognate/provider"
)

// profileFixtures are the pages of a person's own account.
func profileFixtures(app Chrome) []Fixture {
	const who = "mika.lindqvist@northwind.example"
	chrome := app
	chrome.ClientName = ""
	at := Moment{1764028800000000}
	base := AccountPage{Chrome: chrome, Base: "/us-east-1_Example01/account", Who: who}
	done := func(notice string) AccountPage { b := base; b.Notice = notice; return b }
	failed := func(p Problem) AccountPage { b := base; b.Problem, b.RetryAfter = p, 60; return b }
	firefox, unknown := provider.Agent{Browser: "Firefox", System: "Linux"}, provider.Agent{}

	full := Account{AccountPage: base, Email: who, CanPhone: true, HasPassword: true, CanPassword: true, TwoStep: true, TwoStepOn: true, Passkeys: 2, CanPasskeys: true, Sessions: 3, Identities: 1, CanLink: true, CanDelete: true}
	password := AccountPassword{AccountPage: base, Policy: PasswordPolicy{MinLength: 12, Classes: []string{"upper", "digit"}}}
	first := password
	first.First = true
	steps := AccountTwoStep{AccountPage: base, Left: 8, HasFactor: true, Factors: []AccountFactor{
		{Factor: provider.FactorTOTP, On: true, Preferred: true, CanPrefer: true},
		{Factor: provider.FactorPasskey, On: true, CanPrefer: true},
		{Factor: provider.FactorEmail, Sent: true, Destination: "m***@n***"},
		{Factor: provider.FactorSMS, Sent: true},
	}}
	bare, ending := steps, steps
	bare.Left, bare.HasPassword = 0, true
	ending.Reset = "m***@n***"
	ending.Factors = slices.Clone(steps.Factors)
	ending.Factors[2].EndsFirst = true
	ending.Factors[2].Ends, ending.Factors[3].Ends, ending.Factors[3].Destination = "alone", "other", "+*******0143"
	keys := AccountPasskeys{AccountPage: base, Signals: `{"rpId":"login.example.com","userId":"bWlrYQ","allAcceptedCredentialIds":["a"],"name":"mika","displayName":"mika"}`,
		Passkeys: []AccountPasskey{{ID: "a", Name: "Laptop", Added: at, Used: at}, {ID: "b", Name: "Key with a very long name that does not end for quite a while", Added: at, Suspect: true}}}
	devices := AccountDevices{AccountPage: base, Kept: true, Spares: true,
		Sessions: []AccountSession{{ID: "1", Agent: firefox, Address: "203.0.113.7", Since: at, Here: true}, {ID: "2", Agent: unknown, Since: at}},
		Devices:  []AccountDevice{{ID: "d", Agent: firefox, Address: "203.0.113.7", Used: at, Remembered: true, Until: at, Here: true}, {ID: "e", Agent: unknown, Used: at}}}
	activity := AccountActivity{AccountPage: base, NextURL: "?before=x", Events: []AccountEvent{
		{Action: "signin_success", At: at, Agent: firefox, Address: "203.0.113.7", Ways: []string{"pwd", "otp", "device"}},
		{Action: "signin_success", At: at, Agent: firefox, Address: "203.0.113.7", Ways: []string{"fed"}, Provider: "Acme Works"},
		{Action: "signin_failure", At: at, Failed: true, Agent: unknown, Address: "2001:db8::1"},
		{Action: "user_set_password", At: at, Operator: true},
		{Action: "something_new", At: at},
	}}

	apps := AccountApps{AccountPage: base, Apps: []AccountApp{
		{ID: "a", Name: "Route Planner", Since: at, Used: at, Scopes: []Scope{{Name: "openid"}, {Name: "email"}, {Name: "offline_access"}}},
		{ID: "b", Name: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", Since: at,
			Scopes: []Scope{{Name: "https://api.northwind.example/rides.read", Description: "Read your rides"}, {Name: "undescribed/scope"}}}}}

	linked := AccountIdentities{AccountPage: base, Providers: []string{"Acme", "Google"}, Identities: []AccountIdentity{
		{ID: "a", Provider: "Acme", Subject: "108234", Since: at, Used: at},
		{ID: "b", Provider: "Acme", Subject: "a-very-long-subject-that-does-not-end-for-quite-a-while-and-holds-no-space-at-all", Since: at}}}
	fixed := AccountIdentities{AccountPage: base, Fixed: true, Identities: linked.Identities[:1]}
	kept := linked
	kept.AccountPage = failed(AccountLastWay)
	belongs := fixed
	belongs.AccountPage = failed(AccountFixed)

	profile := AccountProfile{AccountPage: base, Have: []Field{{Attribute: "preferred_username", Value: "mika"}}, Fields: []Field{
		{Name: "attr.given_name", Attribute: "given_name", Type: "text", Fill: "given-name", Value: "Mika", Max: 100},
		{Name: "attr.birthdate", Attribute: "birthdate", Type: "date", Fill: "bday", Problem: FieldDate},
		{Name: "attr.custom:club", Attribute: "custom:club", Label: "Club", Type: "yesno", Fill: "off"},
	}}
	var more []Fixture
	email := AccountAddress{AccountPage: base, Path: "email", Attribute: "email", Value: who, Proved: true, CanSend: true, CanRemove: true,
		Field: Field{Name: "attr.email", Attribute: "email", Type: "email", Fill: "email", Max: 2048}}
	waiting := email
	waiting.Pending, waiting.Wait = "m.lindqvist@new.example", 60
	byLink := waiting
	byLink.ByLink, byLink.WaitingURL, byLink.NextURL, byLink.Mark = true, "/us-east-1_Example01/account/email/waiting", "/us-east-1_Example01/account/email?of=a", "a"
	early, unawaited := byLink, email
	early.Early = true
	unawaited.AccountPage = failed(AccountUnawaited)
	confirmed := email
	confirmed.AccountPage = done("address_verified")
	mailed := byLink
	mailed.AccountPage = done("link_sent")
	miscoded := waiting
	miscoded.Code.Problem = CodeWrong
	misspelt := email
	misspelt.Field.Problem, misspelt.Field.Value = FieldEmail, "mika"
	for _, p := range []Problem{AccountSeveral, AccountCountry, AccountUntexted} {
		v := waiting
		v.AccountPage = failed(p)
		more = append(more, Fixture{"account-email-" + slug(p), v})
	}
	used := email
	used.AccountPage = failed(AccountInUse)
	soon := waiting
	soon.AccountPage = failed(AccountWait)
	removing := email
	removing.Removing = true
	adding := AccountAddress{AccountPage: base, Path: "phone", Attribute: "phone_number", Pending: "+46701740605", Wait: 60, CanSend: true,
		Field: Field{Name: "attr.phone_number", Attribute: "phone_number", Type: "tel", Fill: "tel", Max: 2048, Hint: "phone", Problem: FieldCountry, Value: "+491711234567"}}
	phone := AccountAddress{AccountPage: done("address_removed"), Path: "phone", Attribute: "phone_number",
		Field: Field{Name: "attr.phone_number", Attribute: "phone_number", Type: "tel", Fill: "tel", Max: 2048, Hint: "phone"}}

	out := []Fixture{
		{"account-profile", profile},
		{"account-email", email},
		{"account-email-pending", waiting},
		{"account-email-link", byLink},
		{"account-email-link-sent", mailed},
		{"account-email-link-early", early},
		{"account-email-link-done", confirmed},
		{"account-email-unawaited", unawaited},
		{"account-email-wrong-code", miscoded},
		{"account-email-misspelt", misspelt},
		{"account-email-in-use", used},
		{"account-email-wait", soon},
		{"account-phone-none", phone},
		{"account-phone-adding", adding},
		{"account-email-removing", removing},
		{"sign-in-again", SignIn{Chrome: chrome, Action: "/us-east-1_Example01/login", Flow: "f", Identifier: who, BackURL: "/us-east-1_Example01/account", Again: true}},
		{"sign-in-again-wrong", SignIn{Chrome: chrome, Action: "/us-east-1_Example01/login", Flow: "f", Identifier: who, BackURL: "/us-east-1_Example01/account", Again: true, Problem: SignInWrong}},
		{"sign-in-again-name", Identify{SignIn: SignIn{Chrome: chrome, Action: "/us-east-1_Example01/login", Flow: "f", Identifier: who, BackURL: "/us-east-1_Example01/account", Again: true}}},
		{"account", full},
		{"account-bare", Account{AccountPage: base, Email: who, EmailBare: true, Username: "mika", TwoStep: true, TwoStepOn: true, NoCodes: true, Sessions: 1}},
		{"account-passkey-step", Account{AccountPage: base, CanPasskeys: true, PasskeyStep: true, Sessions: 1}},
		{"account-plain", Account{AccountPage: base, Sessions: 1}},
		{"account-password", password},
		{"account-password-first", first},
		{"account-two-step", steps},
		{"account-two-step-none", AccountTwoStep{AccountPage: done("factor_removed"), Factors: []AccountFactor{{Factor: provider.FactorTOTP}}}},
		{"account-two-step-bare", bare},
		{"account-two-step-ending", ending},
		{"account-two-step-codes-shown", AccountTwoStep{AccountPage: failed(AccountShown), Factors: steps.Factors, HasFactor: true, Left: 10}},
		{"account-two-step-enter-again", AccountTwoStep{AccountPage: done("enter_again"), Factors: steps.Factors, HasFactor: true, Left: 10}},
		{"account-two-step-unproven", AccountTwoStep{AccountPage: base, Factors: steps.Factors, HasFactor: true, HasPassword: true, Left: 8, Unproven: "/email"}},
		{"account-two-step-last", AccountTwoStep{AccountPage: failed(AccountLast), Factors: steps.Factors[:1], HasFactor: true}},
		{"account-passkeys", keys},
		{"account-passkeys-none", AccountPasskeys{AccountPage: done("passkey_removed"), Second: true, Signals: keys.Signals}},
		{"account-passkeys-step", AccountPasskeys{AccountPage: base, Step: true, Second: true, Signals: keys.Signals}},
		{"account-passkeys-full", AccountPasskeys{AccountPage: failed(AccountPasskeyName), Full: true, Passkeys: keys.Passkeys[:1]}},
		{"account-passkey-add", AccountPasskeyAdd{AccountPage: base, Second: true, Passkey: PasskeyForm{Action: "/x", Begin: "/y", Make: true, Label: "passkey.make"}}},
		{"account-passkey-add-wrong", AccountPasskeyAdd{AccountPage: base, Refusal: PasskeyWrong, Passkey: PasskeyForm{Action: "/x", Begin: "/y", Make: true, Label: "passkey.make"}}},
		{"account-devices", devices},
		{"account-devices-alone", AccountDevices{AccountPage: done("others_signed_out"), Sessions: devices.Sessions[:1]}},
		{"account-identities", linked},
		{"account-identities-none", AccountIdentities{AccountPage: done("identity_unlinked"), Providers: linked.Providers}},
		{"account-identities-linked", AccountIdentities{AccountPage: done("identity_linked"), Identities: linked.Identities[:1]}},
		{"account-identities-fixed", fixed},
		{"account-identities-belongs", belongs},
		{"account-identities-last-way", kept},
		{"account-unlink", AccountUnlink{base, linked.Identities[0]}},
		{"account-link", AccountLink{base, "Acme"}},
		{"account-apps", apps},
		{"account-apps-none", AccountApps{AccountPage: done("app_disconnected")}},
		{"account-apps-gone", AccountApps{AccountPage: failed(AccountGone), Apps: apps.Apps[:1]}},
		{"account-disconnect", AccountDisconnect{base, apps.Apps[0]}},
		{"account-disconnect-long", AccountDisconnect{base, apps.Apps[1]}},
		{"account-activity", activity},
		{"account-activity-none", AccountActivity{AccountPage: base}},
		{"account-export", AccountExport{base}},
		{"account-delete", AccountDelete{AccountPage: base, Username: "mika"}},
		{"account-delete-name", AccountDelete{AccountPage: failed(AccountName)}},
		{"account-goodbye", AccountGoodbye{chrome}},
	}
	out = append(out, more...)
	for _, n := range []string{"saved", "code_sent", "address_changed", "address_verified", "change_dropped", "password_changed", "app_added", "app_replaced", "factor_added", "preferred", "passkey_added", "passkey_renamed", "signed_out", "device_forgotten"} {
		v := full
		v.Notice = n
		out = append(out, Fixture{"account-notice-" + slug(Problem(n)), v})
	}
	for _, p := range []Problem{AccountMissing, AccountMismatch, AccountWrong, AccountPolicy, AccountThrottled, AccountUnavailable} {
		v := password
		v.AccountPage = failed(p)
		if p == AccountPolicy {
			v.Fault = provider.PasswordCommon
		}
		out = append(out, Fixture{"account-password-" + slug(p), v})
	}
	long := password
	long.AccountPage = failed(AccountThrottled)
	long.RetryAfter = 900
	out = append(out, Fixture{"account-password-throttled-long", long})
	for _, p := range []Problem{AccountGone, AccountRefused} {
		v := devices
		v.AccountPage = failed(p)
		out = append(out, Fixture{"account-devices-" + slug(p), v})
	}
	return out
}
