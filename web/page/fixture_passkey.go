package page

import "github.com/cognate-idp/cognate/provider"

// passkeyFixtures are the pages that ask for a passkey or offer one, in every state.
func passkeyFixtures(app Chrome) []Fixture {
	const (
		get  = `{"challenge":"AAAAAAAAAAAAAAAAAAAAAA","timeout":300000,"rpId":"id.example","userVerification":"preferred"}`
		make = `{"rp":{"name":"Northwind Cycling","id":"id.example"},"user":{"name":"mika","displayName":"mika","id":"AA"},"challenge":"AAAAAAAAAAAAAAAAAAAAAA","pubKeyCredParams":[{"type":"public-key","alg":-7}]}`
	)
	signIn := SignIn{Chrome: app, Action: "/us-east-1_Example01/login", Flow: "f", SignUpURL: "/signup", ForgotURL: "/forgot"}
	signIn.Passkey = &PasskeyForm{Action: signIn.Action, Flow: "f", Options: get, Conditional: true, Aside: true, Label: "passkey.use"}
	out := []Fixture{{"sign-in-passkey", signIn}}
	with := signIn
	with.Providers = []ProviderButton{{ID: "Google", Name: "Google", Type: "google", URL: "/login/provider"}}
	out = append(out, Fixture{"sign-in-passkey-providers", with})
	for _, p := range []Problem{SignInPasskey, SignInPasskeyCopied, SignInPasskeySecond, SignInPasskeyOver} {
		v := signIn
		v.Problem = p
		out = append(out, Fixture{"sign-in-refused-" + slug(p), v})
	}
	unknown := signIn
	form := *signIn.Passkey
	form.Unknown = "AAAA"
	unknown.Problem, unknown.Passkey = SignInPasskey, &form
	out = append(out, Fixture{"sign-in-passkey-unknown", unknown})

	second := SecondFactor{Chrome: app, Action: "/us-east-1_Example01/mfa", Flow: "f", Method: provider.FactorPasskey, Options: get,
		Others: []provider.Factor{provider.FactorTOTP, provider.FactorRecovery}}
	out = append(out, Fixture{"mfa-passkey", second})
	for _, p := range []Problem{SecondWrong, SecondPasskeyMissing, SecondPasskeyCopied, SecondExpired} {
		v := second
		v.Problem = p
		out = append(out, Fixture{"mfa-passkey-" + slug(p), v})
	}
	second.Options = ""
	out = append(out, Fixture{"mfa-passkey-none", second})

	setUp := FactorSetUp{Chrome: app, Action: "/us-east-1_Example01/mfa/setup", Flow: "f", Method: provider.FactorPasskey, Options: make,
		Choices: []provider.Factor{provider.FactorTOTP, provider.FactorPasskey}}
	out = append(out, Fixture{"mfa-setup-passkey", setUp})
	for _, p := range []Problem{SecondWrong, SecondPasskeyMissing, SecondPasskeyExists, SecondPasskeyMake} {
		v := setUp
		v.Problem = p
		out = append(out, Fixture{"mfa-setup-passkey-" + slug(p), v})
	}

	add := PasskeyAdd{Chrome: app, Action: "/us-east-1_Example01/passkeys/add", Flow: "f", Second: true}
	add.Passkey = PasskeyForm{Action: add.Action, Flow: "f", Options: make, Make: true, Label: "passkey.make"}
	out = append(out, Fixture{"passkey-add", add})
	step := add
	step.Step = true
	out = append(out, Fixture{"passkey-add-step", step})
	for _, p := range []Problem{PasskeyMissing, PasskeyWrong, PasskeyExists, PasskeyMake, PasskeyOver, PasskeyUnavailable} {
		v := add
		v.Problem = p
		out = append(out, Fixture{"passkey-add-" + slug(p), v})
	}
	return out
}
