package page

import "github.com/cognate-idp/cognate/provider"

// workFixtures are the pages that may have a text sent to somebody unknown, where a
// browser must work first.
func workFixtures(app Chrome) []Fixture {
	app.Work = &Work{Challenge: "c", Bits: 1, Action: "/us-east-1_Example01/work", Flow: "f"}
	start := SignIn{Chrome: app, Action: "/us-east-1_Example01/login", Flow: "f"}
	refused := start
	refused.Problem = SignInWork
	signUp := SignUp{Chrome: app, Action: "/us-east-1_Example01/signup", Flow: "f", SignInURL: "/login", Policy: PasswordPolicy{MinLength: 8},
		Fields: []Field{{Name: "username", Attribute: "phone_number", Type: "tel", Fill: "username", Max: 128, Hint: "phone"}}}
	turned := signUp
	turned.Problem = SignUpWork
	forgot := ForgotPassword{Chrome: app, Action: "/us-east-1_Example01/forgotPassword", Flow: "f", SignInURL: "/login"}
	without := forgot
	without.Problem = ForgotWork
	ways := []provider.Factor{provider.FactorEmail, provider.FactorSMS}
	return []Fixture{
		{"work-identify", Identify{start}},
		{"work-choose-way", ChooseWay{start, ways, "/login"}},
		{"work-choose-way-refused", ChooseWay{refused, ways, "/login"}},
		{"work-sign-up", signUp},
		{"work-sign-up-refused", turned},
		{"work-forgot-password", forgot},
		{"work-forgot-password-refused", without},
	}
}
