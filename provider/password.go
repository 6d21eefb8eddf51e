package provider

import "errors"

// PasswordFault is why a pool does not take a password.
type PasswordFault string

// The faults. Pages have a sentence for each, below password.fault.
const (
	PasswordTooShort    PasswordFault = "too_short"
	PasswordTooLong     PasswordFault = "too_long"
	PasswordNoUppercase PasswordFault = "no_uppercase"
	PasswordNoLowercase PasswordFault = "no_lowercase"
	PasswordNoNumber    PasswordFault = "no_number"
	PasswordNoSymbol    PasswordFault = "no_symbol"
	PasswordPersonal    PasswordFault = "personal" // it holds the user's own name or address
	PasswordCommon      PasswordFault = "common"   // guessers try it first
	PasswordBreached    PasswordFault = "breached" // it is known from a breach
	PasswordReused      PasswordFault = "reused"   // the user has it, or had it not long ago
)

// Error names the fault, so that an *Error can carry it.
func (f PasswordFault) Error() string { return "password fault: " + string(f) }

// PasswordFaultOf returns the fault that err carries, "" for none.
func PasswordFaultOf(err error) PasswordFault {
	var f PasswordFault
	errors.As(err, &f)
	return f
}
