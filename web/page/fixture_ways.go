package page

import "github.com/cognate-idp/cognate/provider"

// waysFixtures are the pages of the ways in beside a password, in every state.
func waysFixtures(app Chrome) []Fixture {
	const who = "mika.lindqvist@northwind.example"
	start := SignIn{Chrome: app, Action: "/us-east-1_Example01/login", Flow: "f", SignUpURL: "/signup",
		Providers: []ProviderButton{{ID: "Google", Name: "Google", Type: "google", URL: "/oauth2/authorize?identity_provider=Google"}}}
	out := []Fixture{{"identify", Identify{start}}}
	email := start
	email.IdentifierKind, email.Identifier, email.Providers = "email", who, nil
	out = append(out, Fixture{"identify-email", Identify{email}})
	for _, p := range []Problem{SignInMissingIdentifier, SignInThrottled, SignInWait, SignInUnavailable} {
		v := start
		v.Problem, v.RetryAfter = p, 45
		out = append(out, Fixture{"identify-" + slug(p), Identify{v}})
	}
	start.Identifier, start.ForgotURL, start.Providers = who, "/forgot", nil
	every := []provider.Factor{provider.FactorPassword, provider.FactorEmail, provider.FactorSMS}
	out = append(out,
		Fixture{"choose-way", ChooseWay{start, every, "/login"}},
		Fixture{"choose-way-codes", ChooseWay{start, every[1:], "/login"}})
	for _, p := range []Problem{SignInMissingPassword, SignInWrong, SignInThrottled, SignInWait, SignInChoose, SignInDisabled, SignInUnavailable} {
		v := start
		v.Problem, v.RetryAfter = p, 45
		out = append(out, Fixture{"choose-way-" + slug(p), ChooseWay{v, every, "/login"}})
	}
	code := SignInCode{Identifier: who, SecondFactor: SecondFactor{
		Chrome: app, Action: "/us-east-1_Example01/login/code", Flow: "f", Method: provider.FactorEmail, Wait: 60, StartURL: "/login",
		Others: []provider.Factor{provider.FactorPassword, provider.FactorSMS},
	}}
	out = append(out, Fixture{"sign-in-code", code})
	sms := code
	sms.Method, sms.Others = provider.FactorSMS, nil
	out = append(out, Fixture{"sign-in-code-sms", sms})
	for _, p := range []Problem{SecondMissing, SecondWrong, SecondExpired, SecondThrottled, SecondWait, SecondChoose, SecondTaken, SecondDisabled, SecondUnavailable} {
		v := code
		v.Problem, v.RetryAfter, v.Wait = p, 45, 0
		out = append(out, Fixture{"sign-in-code-" + slug(p), v})
	}
	setUp := FactorSetUp{Chrome: app, Action: "/us-east-1_Example01/mfa/setup", Flow: "f", Method: provider.FactorSMS,
		Choices: []provider.Factor{provider.FactorSMS, provider.FactorEmail}}
	out = append(out, Fixture{"set-up-sms-address", setUp})
	setUp.Address, setUp.Problem = "0171 1234567", SecondAddress
	out = append(out, Fixture{"set-up-sms-address-wrong", setUp})
	for _, p := range []Problem{SecondCountry, SecondUntexted, SecondSeveral} {
		v := setUp
		v.Problem = p
		out = append(out, Fixture{"set-up-sms-address-" + slug(p), v})
	}
	typed := setUp
	typed.Problem, typed.Destination, typed.Redirects, typed.Wait = "", "+491711234567", true, 60
	out = append(out, Fixture{"set-up-sms-typed", typed})
	typed.Unsent = true
	out = append(out, Fixture{"set-up-sms-unsent", typed})
	setUp.Method, setUp.Address = provider.FactorEmail, "mika.lindqvist"
	out = append(out, Fixture{"set-up-email-address-wrong", setUp})
	setUp.Destination, setUp.Problem, setUp.Wait = "m***@n***", SecondTaken, 45
	out = append(out, Fixture{"set-up-email-taken", setUp})
	link := Link{Chrome: app, Action: "/us-east-1_Example01/confirmUser", Flow: "f", Token: "t", Destination: "m***@n***"}
	for _, s := range []LinkState{LinkHere, LinkElsewhere, LinkCode, LinkMoved, LinkDone, LinkRefused} {
		v := link
		v.State = s
		switch s {
		case LinkCode:
			v.Code = "123456"
		case LinkMoved:
			v.OnURL = "/login"
		case LinkRefused:
			v.Problem = CodeTaken
		}
		out = append(out, Fixture{"link-" + string(s), v})
	}
	undo := Undo{Chrome: app, Action: "/us-east-1_Example01/undo", Token: "t", Destination: "m***@n***"}
	out = append(out, Fixture{"undo", undo})
	for _, p := range []Problem{UndoUnsure, UndoTaken} {
		undo.Problem = p
		out = append(out, Fixture{"undo-" + slug(p), undo})
	}
	return append(out, Fixture{"undo-done", Undo{Chrome: app, Action: "/us-east-1_Example01/forgotPassword", Done: true}})
}
