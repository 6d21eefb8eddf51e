package page

import (
	"slices"

	"github.com/cognate-idp/cognate/provider"
)

// Identify asks for the name alone, where there are several ways in. The form posts
// flow and username to Action.
type Identify struct{ SignIn }

func (Identify) file() string { return "identify" }

// ChooseWay asks which way in somebody takes. A password is given on the page: that
// form posts flow and password to Action. Every other way is a button that posts flow
// and choose. What is offered is the pool's, whoever the name leads to.
type ChooseWay struct {
	SignIn
	Ways     []provider.Factor
	StartURL string // to begin again with another name
}

func (ChooseWay) file() string { return "choose_way" }

// HasPassword reports whether a password is one of the ways.
func (v ChooseWay) HasPassword() bool { return slices.Contains(v.Ways, provider.FactorPassword) }

// Others are the ways beside a password.
func (v ChooseWay) Others() []provider.Factor {
	return slices.DeleteFunc(slices.Clone(v.Ways), func(f provider.Factor) bool { return f == provider.FactorPassword })
}

// What Identify and ChooseWay can say went wrong beside SignIn's.
const (
	SignInChoose Problem = "choose" // nothing that is offered was chosen
	SignInWait   Problem = "wait"   // a code was asked for too soon
	SignInWork   Problem = "work"   // a text needs a browser that works for it
)

// SignInCode asks for a code that was sent in place of a password, if there was
// somebody to send it to. It is posted as SecondFactor's.
type SignInCode struct {
	SecondFactor
	Identifier string // what was typed
}

// What pages with codes that are sent can say went wrong beside SecondFactor's.
const (
	SecondTaken    Problem = "taken"    // another account has proved the address since
	SecondCountry  Problem = "country"  // the pool texts nobody in that number's country
	SecondUntexted Problem = "untexted" // no text reaches that number
	SecondSeveral  Problem = "several"  // codes went to several addresses
	SecondAddress  Problem = "address"  // nothing can be sent to what was typed
)

func (SignInCode) file() string { return "signin_code" }
