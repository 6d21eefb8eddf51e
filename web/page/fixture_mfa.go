package page

import (
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// mfaFixtures are the pages about second factors, in every state.
func mfaFixtures(app Chrome) []Fixture {
	const action = "/us-east-1_Example01/mfa"
	every := []provider.Factor{provider.FactorTOTP, provider.FactorPasskey, provider.FactorSMS, provider.FactorEmail, provider.FactorRecovery}
	var out []Fixture
	for _, method := range every {
		v := SecondFactor{Chrome: app, Action: action, Flow: "f", Method: method, StartURL: "/login"}
		out = append(out, Fixture{"mfa-" + word(method) + "-alone", v})
		for _, other := range every {
			if other != method {
				v.Others = append(v.Others, other)
			}
		}
		if v.Resendable() {
			v.Destination, v.Wait = map[provider.Factor]string{provider.FactorSMS: "+49 *** 67", provider.FactorEmail: "m***@n***"}[method], 60
		}
		out = append(out, Fixture{"mfa-" + word(method), v})
		v.Problem = SecondWrong
		out = append(out, Fixture{"mfa-" + word(method) + "-wrong", v})
	}
	second := SecondFactor{Chrome: app, Action: action, Flow: "f", Method: provider.FactorSMS, Destination: "+49 *** 67", Others: every[:1]}
	for _, p := range []Problem{SecondMissing, SecondExpired, SecondWait, SecondThrottled, SecondChoose, SecondDisabled, SecondUnavailable} {
		v := second
		v.Problem, v.RetryAfter = p, 300
		out = append(out, Fixture{"mfa-" + slug(p), v})
	}
	brief := second
	brief.Problem, brief.RetryAfter = SecondThrottled, 4
	out = append(out, Fixture{"mfa-throttled-briefly", brief})
	brief.RetryAfter = 0
	out = append(out, Fixture{"mfa-throttled-a-while", brief})
	unsent := second
	unsent.Unsent, unsent.Wait = true, 60
	out = append(out, Fixture{"mfa-unsent", unsent})
	second.Sent = true
	out = append(out, Fixture{"mfa-sent", second})
	out = append(out, challengeFixtures(app)...)
	return append(out, setUpFixtures(app)...)
}

// challengeFixtures are the pages that ask a pool's own question.
func challengeFixtures(app Chrome) []Fixture {
	v := Challenge{Chrome: app, Action: "/us-east-1_Example01/challenge", Flow: "f", Question: "What is the name of your first bicycle?", StartURL: "/login"}
	out := []Fixture{{"challenge", v}}
	v.RetryAfter = 20
	for _, p := range []Problem{SecondMissing, SecondWrong, SecondThrottled, SecondDisabled, SecondUnavailable} {
		v.Problem = p
		out = append(out, Fixture{"challenge-" + slug(p), v})
	}
	v.Flow, v.Problem = "", ChallengeFailed
	out = append(out, Fixture{"challenge-failed", v})
	return append(out, Fixture{"challenge-unworded", Challenge{Chrome: app, Action: "/challenge", Flow: "f", StartURL: "/login"}})
}

// setUpFixtures are the pages on which a second factor is set up.
func setUpFixtures(app Chrome) []Fixture {
	every := []provider.Factor{provider.FactorTOTP, provider.FactorPasskey, provider.FactorSMS, provider.FactorEmail}
	choose := FactorSetUp{Chrome: app, Action: "/us-east-1_Example01/mfa/setup", Flow: "f", Choices: every}
	out := []Fixture{{"mfa-setup", choose}}
	choose.Problem = SecondChoose
	out = append(out, Fixture{"mfa-setup-choose", choose})
	totp := choose
	totp.Problem, totp.Method = "", provider.FactorTOTP
	totp.URI = "otpauth://totp/Northwind%20Cycling:mika.lindqvist@northwind.example?algorithm=SHA1&digits=6&issuer=Northwind%20Cycling&period=30&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	totp.Secret = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"
	totp.QR = "iVBORw0KGgoAAAANSUhEUgAAABkAAAAZAQAAAADskrjOAAAAgElEQVR42mNg+NBQz1CzcH49g8vLifUMrgtBxCogURsYX8/AsPxAPYPN/j31DO+O+f9n6E2S/8/gtWdnPcPP/0X1DNucn9YzbP154j9DG3MkUHH7tnoGnrc//zNYqwrXMzAqbwea/J/5P4NLTy/QeH1WoMn7ngDFUoGGMv55UA8ADZg0ud5UAbcAAAAASUVORK5CYII="
	out = append(out, Fixture{"mfa-setup-totp", totp})
	for _, p := range []Problem{SecondMissing, SecondWrong, SecondThrottled, SecondOver, SecondUnavailable} {
		v := totp
		if v.Problem = p; p == SecondOver {
			v.QR = ""
		}
		out = append(out, Fixture{"mfa-setup-totp-" + slug(p), v})
	}
	only := totp
	only.Choices = every[:1]
	out = append(out, Fixture{"mfa-setup-totp-only", only})
	chosen := only
	chosen.BackURL = "/us-east-1_Example01/account/two-step"
	out = append(out, Fixture{"account-two-step-app", chosen})
	for _, method := range every[2:] { // passkeys have their own
		v := choose
		v.Problem, v.Method = "", method
		out = append(out, Fixture{"mfa-setup-" + word(method), v})
	}
	return append(out, Fixture{"recovery-codes", RecoveryCodes{
		Chrome: app, Action: "/us-east-1_Example01/mfa/recovery-codes", Flow: "f", Account: "mika.lindqvist@northwind.example",
		Codes: []string{"k7mq-3xw9-ph", "w4ze-8ntr-c2", "9hvd-b6jy-qa", "x2fg-m5ks-7u", "tq8c-4pdz-n3", "e6ya-w9hm-kb", "v3rn-7gxc-5f", "j8us-2qbt-yd", "c5kp-z4we-9m", "n9xt-6avh-r8"},
	}})
}

func word(method provider.Factor) string { return slug(strings.ToLower(string(method))) }
