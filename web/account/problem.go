package account

import (
	"errors"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
)

// errMismatch answers two new passwords that differ.
var errMismatch = &provider.Error{Code: provider.CodeInvalid, Kind: "mismatch", Field: "confirm_password", Message: "The two passwords differ."}

// problem says what went wrong, in the words that the account's pages have.
func problem(why error) page.Problem {
	switch {
	case errors.Is(why, errMismatch):
		return page.AccountMismatch
	case errors.Is(why, provider.ErrWrongPassword):
		return page.AccountWrong
	case errors.Is(why, signin.ErrPasswordMissing):
		return page.AccountMissing
	case errors.Is(why, factor.ErrLastFactor):
		return page.AccountLast
	case errors.Is(why, signin.ErrCodesRenewed):
		return page.AccountShown
	case errors.Is(why, signin.ErrLastWay):
		return page.AccountLastWay
	case errors.Is(why, directory.ErrNotLinkable):
		return page.AccountFixed
	}
	switch provider.CodeOf(why) {
	case provider.CodePasswordPolicy:
		return page.AccountPolicy
	case provider.CodeNotFound, provider.CodeConflict:
		return page.AccountGone
	case provider.CodeThrottled:
		return page.AccountThrottled
	case provider.CodeForbidden, provider.CodeInvalid:
		return page.AccountRefused
	}
	return page.AccountUnavailable
}

// codeProblem says what went wrong with the first code of an authenticator app.
func codeProblem(why error) page.Problem {
	switch {
	case why == nil:
		return ""
	case errors.Is(why, factor.ErrEnrolmentOver):
		return page.SecondOver
	case errors.Is(why, provider.ErrCodeMismatch):
		return page.SecondWrong
	}
	switch provider.CodeOf(why) {
	case provider.CodeInvalid:
		return page.SecondMissing
	case provider.CodeThrottled:
		return page.SecondThrottled
	}
	return page.SecondUnavailable
}

// fault is what is wrong with a new password.
func fault(why error) provider.PasswordFault {
	if why == nil {
		return ""
	}
	return provider.PasswordFaultOf(why)
}

// wrongName reports whether something lacks the name that it should have.
func wrongName(why error) bool {
	var e *provider.Error
	return errors.As(why, &e) && e.Code == provider.CodeInvalid && e.Field == "name"
}
