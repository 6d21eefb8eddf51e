package message

import (
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// Kind is what a message is about. Its texts in the catalogues begin with mail. or
// sms. and the kind.
type Kind string

// The kinds that hold a code. Those that a one-time code is good for have the name
// of its purpose.
const (
	Invitation    Kind = "invitation"          // an operator made an account; the code is the temporary password
	SignUp        Kind = "sign_up"             // the code confirms a new account
	ResetPassword Kind = "reset_password"      // the code lets a new password be chosen
	VerifyEmail   Kind = "verify_email"        // the code proves a new e-mail address
	VerifyPhone   Kind = "verify_phone_number" // the code proves a new phone number
	SignIn        Kind = "sign_in"             // the code is a first factor
	SecondFactor  Kind = "second_factor"       // the code is a second factor
)

// The kinds that answer somebody who may be nobody's user.
const (
	AccountExists Kind = "account_exists" // somebody signed up with an address that has an account
	NameTaken     Kind = "name_taken"     // the username that somebody signed up with is another's
)

// The security notices.
const (
	PasswordChanged      Kind = "password_changed"   // by whoever knew the old one
	PasswordReset        Kind = "password_reset"     // by a code
	EmailChanged         Kind = "email_changed"      // goes to the old address; the link takes it back
	PhoneChanged         Kind = "phone_changed"      // goes to the old number, or by e-mail
	AddressRestored      Kind = "address_restored"   // a change was taken back; goes to the address that is back
	FactorsReset         Kind = "factors_reset"      // an operator took every second factor away
	PasskeySuspect       Kind = "passkey_suspect"    // its counter went backwards
	RecoveryCodeUsed     Kind = "recovery_code_used" // says how many are left
	RecoveryCodesLow     Kind = "recovery_codes_low" // says how many are left
	RecoveryCodesRenewed Kind = "recovery_codes_renewed"
	AppReplaced          Kind = "software_token_mfa_replaced" // the authenticator app from before works no more
	NewDevice            Kind = "new_device"                  // a sign-in from a browser that was not seen before
	AccountLocked        Kind = "account_locked"              // too many failures
	IdentityLinked       Kind = "identity_linked"
	IdentityUnlinked     Kind = "identity_unlinked"
)

// FactorAdded is the notice that a second factor was set up, and FactorRemoved that
// one was taken away. Each factor has its own words: they say what it is.
func FactorAdded(f provider.Factor) Kind { return Kind(strings.ToLower(string(f)) + "_added") }

// FactorRemoved is the notice that a second factor was taken away.
func FactorRemoved(f provider.Factor) Kind { return Kind(strings.ToLower(string(f)) + "_removed") }

// What operators are sent, and the message that tries the way out.
const (
	SMSBudgetNear  Kind = "sms_budget_near"
	SMSBudgetSpent Kind = "sms_budget_spent"
	Test           Kind = "test"
)

// About says what a kind's messages hold and how they travel.
type About struct {
	Kind     Kind
	Channels []provider.Channel
	Code     bool // they are about a code, or a temporary password
	Typed    bool // the code is typed in where it was asked for, so a browser may fill it in
	Notice   bool // a security notice: it says what, when and from where
	Nobody   bool // who reads it may be nobody's user, so it holds no username
	Operator bool // it goes to operators, in words that no pool changes
}

// Path is the page that an e-mail's link leads to, below the pool's; empty where there is
// no link.
func (k Kind) Path() string {
	switch k {
	case Invitation:
		return "/account" // which asks them to sign in
	case SignUp, VerifyEmail:
		return "/confirmUser"
	case EmailChanged, PhoneChanged:
		return "/undo"
	}
	return ""
}

// ByLink reports whether a link may stand for the code.
func (a About) ByLink() bool { return a.Typed && a.Kind.Path() != "" }

// Placeholders lists what a pool's own words may hold: in the subject of an e-mail, or in
// the body of what goes by a channel.
func (a About) Placeholders(by provider.Channel, body bool) []string {
	var out []string
	if !a.Nobody {
		out = append(out, usernameMark)
	}
	if a.Code {
		out = append(out, codeMark)
	}
	if a.Kind.Path() != "" && by == provider.ByEmail && body {
		out = append(out, linkMark)
	}
	return out
}

// Goes reports whether messages of the kind travel by a channel.
func (a About) Goes(by provider.Channel) bool { return slices.Contains(a.Channels, by) }

// Kinds lists every kind, in the order that people meet them.
func Kinds() []About {
	both := []provider.Channel{provider.ByEmail, provider.BySMS}
	email, sms := both[:1], both[1:]
	out := []About{
		{Kind: Invitation, Channels: both, Code: true},
		{Kind: SignUp, Channels: both, Code: true, Typed: true},
		{Kind: AccountExists, Channels: both, Nobody: true},
		{Kind: NameTaken, Channels: both, Nobody: true},
		{Kind: ResetPassword, Channels: both, Code: true, Typed: true},
		{Kind: VerifyEmail, Channels: email, Code: true, Typed: true},
		{Kind: VerifyPhone, Channels: sms, Code: true, Typed: true},
		{Kind: SignIn, Channels: both, Code: true, Typed: true},
		{Kind: SecondFactor, Channels: both, Code: true, Typed: true},
		{Kind: PasswordChanged, Channels: both, Notice: true},
		{Kind: PasswordReset, Channels: both, Notice: true},
		{Kind: EmailChanged, Channels: both, Notice: true},
		{Kind: PhoneChanged, Channels: both, Notice: true},
		{Kind: AddressRestored, Channels: both, Notice: true},
		{Kind: FactorsReset, Channels: both, Notice: true},
		{Kind: PasskeySuspect, Channels: both, Notice: true},
		{Kind: RecoveryCodeUsed, Channels: both, Notice: true},
		{Kind: RecoveryCodesLow, Channels: both, Notice: true},
		{Kind: RecoveryCodesRenewed, Channels: both, Notice: true},
		{Kind: AppReplaced, Channels: both, Notice: true},
		{Kind: NewDevice, Channels: both, Notice: true},
		{Kind: AccountLocked, Channels: both, Notice: true},
		{Kind: IdentityLinked, Channels: both, Notice: true},
		{Kind: IdentityUnlinked, Channels: both, Notice: true},
		{Kind: SMSBudgetNear, Channels: email, Operator: true},
		{Kind: SMSBudgetSpent, Channels: email, Operator: true},
		{Kind: Test, Channels: both, Operator: true},
	}
	for _, f := range []provider.Factor{provider.FactorTOTP, provider.FactorSMS, provider.FactorEmail, provider.FactorPasskey} {
		out = append(out, About{Kind: FactorAdded(f), Channels: both, Notice: true}, About{Kind: FactorRemoved(f), Channels: both, Notice: true})
	}
	return out
}

// AboutKind is what is known of a kind; false for one that is not there.
func AboutKind(k Kind) (About, bool) {
	all := Kinds()
	i := slices.IndexFunc(all, func(a About) bool { return a.Kind == k })
	if i < 0 {
		return About{}, false
	}
	return all[i], true
}
