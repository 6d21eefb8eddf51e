// Package account is the door of a person's own account: who is signed in looks at
// it and changes it here. It parses, calls signin.Account and draws; which acts need
// a new proof is decided there. Signing in, and proving it again, is package hosted's.
package account
