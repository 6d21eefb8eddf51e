package page

import (
	"slices"

	"github.com/cognate-idp/cognate/provider"
)

// accountFixtures are the pages on which people make accounts and get back into
// them.
func accountFixtures(app Chrome) []Fixture {
	const who = "mika.lindqvist@northwind.example"
	policy := PasswordPolicy{MinLength: 12, Classes: []string{"upper", "digit"}}
	signUp := SignUp{Chrome: app, Action: "/us-east-1_Example01/signup", Flow: "f", Policy: policy, SignInURL: "/login", Fields: []Field{
		{Name: "username", Attribute: "username", Type: "text", Fill: "username", Max: 128},
		{Name: "attr.email", Attribute: "email", Type: "email", Fill: "email", Value: who, Max: 2048},
		{Name: "attr.given_name", Attribute: "given_name", Type: "text", Fill: "given-name", Max: 2048},
		{Name: "attr.birthdate", Attribute: "birthdate", Type: "date", Fill: "bday", Max: 10},
		{Name: "attr.phone_number", Attribute: "phone_number", Type: "tel", Fill: "tel", Max: 2048, Hint: "phone"},
		{Name: "attr.custom:newsletter", Attribute: "custom:newsletter", Label: "Newsletter", Type: "yesno", Fill: "off"},
		{Name: "attr.custom:club", Attribute: "custom:club", Label: "Club", Type: "text", Fill: "off", Shortest: 2, Max: 5, Hint: "length_between"},
	}}
	out := []Fixture{{"sign-up", signUp}}
	short := signUp
	short.Fields = []Field{{Name: "username", Attribute: "email", Type: "email", Fill: "username", Max: 128}}
	out = append(out, Fixture{"sign-up-email", short})
	short.Fields = []Field{{Name: "username", Attribute: "email_or_phone", Type: "text", Fill: "username", Max: 128}}
	short.Passwordless, short.TermsURL, short.PrivacyURL = true, "https://northwind.example/terms", "https://northwind.example/privacy"
	out = append(out, Fixture{"sign-up-terms", short})
	short.Problem, short.Invalid = SignUpMissing, "terms"
	out = append(out, Fixture{"sign-up-terms-missing", short})
	for _, c := range []struct {
		problem Problem
		field   string
	}{
		{SignUpMissing, "attr.given_name"}, {SignUpInvalid, "attr.birthdate"}, {SignUpPolicy, "password"}, {SignUpUsername, "username"},
		{SignUpThrottled, ""}, {SignUpUnavailable, ""},
	} {
		v := signUp
		v.Problem, v.Invalid, v.Fields = c.problem, c.field, slices.Clone(signUp.Fields)
		for i := range v.Fields {
			if v.Fields[i].Name == c.field {
				v.Fields[i].Problem = c.problem
			}
		}
		out = append(out, Fixture{"sign-up-" + slug(c.problem), v})
	}
	several := signUp
	several.Problem, several.Fields = SignUpInvalid, slices.Clone(signUp.Fields)
	several.Fields[2].Problem, several.Fields[3].Problem = FieldMissing, FieldFuture
	out = append(out, Fixture{"sign-up-several", several})
	mailed := signUp
	mailed.Problem, mailed.RetryAfter = SignUpMailed, 58
	out = append(out, Fixture{"sign-up-mailed", mailed})
	common := signUp
	common.Problem, common.Invalid, common.Fault = SignUpPolicy, "password", provider.PasswordCommon
	out = append(out, Fixture{"sign-up-common", common})

	confirm := Confirm{Chrome: app, Action: "/us-east-1_Example01/confirm", ResendAction: "/us-east-1_Example01/resendcode", CorrectAction: "/us-east-1_Example01/confirm/correct", Flow: "f", Destination: "m***@n***", SignInURL: "/login", Wait: 60}
	out = append(out, Fixture{"confirm", confirm})
	for _, p := range []Problem{CodeMissing, CodeWrong, CodeExpired, CodeTaken, CodeThrottled, CodeWait, CodeUnavailable} {
		v := confirm
		v.Problem = p
		out = append(out, Fixture{"confirm-" + slug(p), v})
	}
	byLink := confirm
	byLink.WaitingURL, byLink.OnURL = "/us-east-1_Example01/confirm/waiting", "/us-east-1_Example01/confirm"
	byLink.ByLinkURL = byLink.OnURL
	out = append(out, Fixture{"confirm-by-link", byLink})
	byLink.Early = true
	out = append(out, Fixture{"confirm-by-link-early", byLink})
	text := confirm
	text.Destination = "+*******0143"
	out = append(out, Fixture{"confirm-text", text})
	confirm.Sent = true
	out = append(out, Fixture{"confirm-sent", confirm})

	forgot := ForgotPassword{Chrome: app, Action: "/us-east-1_Example01/forgotPassword", Flow: "f", SignInURL: "/login"}
	out = append(out, Fixture{"forgot-password", forgot})
	forgot.IdentifierKind, forgot.Identifier = "email", who
	for _, p := range []Problem{ForgotMissing, ForgotUnavailable} {
		forgot.Problem = p
		out = append(out, Fixture{"forgot-password-" + slug(p), forgot})
	}

	reset := ResetPassword{Chrome: app, Action: "/us-east-1_Example01/confirmforgotPassword", ResendAction: "/us-east-1_Example01/forgotPassword", Flow: "f",
		Identifier: who, Policy: policy, SignInURL: "/login", Wait: 60}
	out = append(out, Fixture{"reset-password", reset})
	for _, p := range []Problem{CodeWrong, CodeExpired, CodeThrottled, CodeWait, CodeUnavailable, NewPasswordMissing, NewPasswordPolicy, NewPasswordMismatch} {
		v := reset
		v.Problem = p
		out = append(out, Fixture{"reset-password-" + slug(p), v})
	}
	known := reset
	known.Problem, known.Fault = NewPasswordPolicy, provider.PasswordBreached
	out = append(out, Fixture{"reset-password-breached", known})
	required := reset
	required.Required = true
	out = append(out, Fixture{"reset-password-required", required})
	reset.Sent = true
	return append(out, Fixture{"reset-password-sent", reset})
}
