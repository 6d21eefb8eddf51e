package page_test

import (
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/web/page"
)

func TestSignInTellsTheRealWait(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[int]string{
		0: "Wait a minute,", 1: "Wait 1 second,", 45: "Wait 45 seconds,", 89: "Wait 89 seconds,", 90: "Wait 2 minutes,", 300: "Wait 5 minutes,",
	} {
		got, _ := render(t, open(t), "/login", page.SignIn{Problem: page.SignInThrottled, RetryAfter: seconds})
		if !strings.Contains(got.Body.String(), want) {
			t.Errorf("%d seconds: the page lacks %q", seconds, want)
		}
		own, _ := render(t, open(t), "/account/password", page.AccountPassword{AccountPage: page.AccountPage{Problem: page.AccountThrottled, RetryAfter: seconds}})
		if !strings.Contains(own.Body.String(), want) {
			t.Errorf("%d seconds: the account's page lacks %q", seconds, want)
		}
	}
}

// The field tells the problem, and the summary leads there: the same sentence
// twice helps nobody.
func TestProblemOfAFieldIsToldOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		view        page.View
		words, link string
	}{
		{page.NewPassword{Problem: page.NewPasswordPolicy, Fault: provider.PasswordReused}, "used this password before", `href="#new-password"`},
		{page.NewPassword{Problem: page.NewPasswordMismatch}, "two passwords differ", `href="#confirm-password"`},
		{page.SignIn{Problem: page.SignInMissingIdentifier}, "Enter your email or username.", `href="#identifier"`},
		{page.SignIn{Problem: page.SignInMissingPassword}, "Enter your password.", `href="#password"`},
		{page.SignIn{Problem: page.SignInWrong}, "do not belong together", `aria-describedby="problem"`},
		{page.ChooseWay{SignIn: page.SignIn{Problem: page.SignInWrong}, Ways: []provider.Factor{provider.FactorPassword}}, "do not belong together", `aria-describedby="problem"`},
		{page.Confirm{Problem: page.CodeWrong}, "That code is wrong", `href="#code"`},
		{page.SignInCode{SecondFactor: page.SecondFactor{Method: provider.FactorEmail, Problem: page.SecondMissing}}, "Enter the code.", `href="#code"`},
		{page.ResetPassword{Problem: page.CodeExpired}, "This code is too old.", `href="#code"`},
		{page.ResetPassword{Problem: page.NewPasswordMissing}, "Enter a new password.", `href="#new-password"`},
		{page.ForgotPassword{Problem: page.ForgotMissing}, "Enter your email or username.", `href="#identifier"`},
		{page.SignUp{Problem: page.SignUpPolicy, Invalid: "password", Fault: provider.PasswordCommon}, "guessers", `href="#password"`},
		{page.FactorSetUp{Method: provider.FactorSMS, Problem: page.SecondAddress}, "Nothing can be sent there.", `href="#address"`},
		{page.SignIn{Problem: page.SignInWrong, Again: true}, "This is not your password.", `href="#password"`},
		{page.AccountAddress{Attribute: "email", CanSend: true, Value: "mika@example.com", Field: page.Field{Attribute: "email"}, Code: page.AccountCode{Problem: page.CodeWrong}}, "That code is wrong", `href="#code"`},
	} {
		got, _ := render(t, open(t), "/login", c.view)
		if n := strings.Count(got.Body.String(), c.words); n != 1 || !strings.Contains(got.Body.String(), c.link) {
			t.Errorf("%q is said %d times, or %s is missing", c.words, n, c.link)
		}
	}
}
