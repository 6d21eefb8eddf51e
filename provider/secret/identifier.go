package secret

import (
	"crypto/rand"
	"math/big"
	"strings"
)

const (
	upper   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower   = "abcdefghijklmnopqrstuvwxyz"
	digits  = "0123456789"
	symbols = "!#$%*+-=?@_"
)

// UserPoolID returns a new user pool id: the region word, an underscore and nine
// letters or digits, the form that Cognito's client libraries check.
func UserPoolID(region string) string {
	return region + "_" + pick(upper+lower+digits, 9)
}

// ClientID returns a new app client id: 26 lower-case letters and digits.
func ClientID() string { return pick(lower+digits, 26) }

// ClientSecret returns a new app client secret: 51 lower-case letters and digits,
// some 263 bits. Hash fits it.
func ClientSecret() string { return pick(lower+digits, 51) }

// Legible are the characters that nobody takes for one another, in either case.
const Legible = "23456789abcdefghjkmnpqrstuvwxyz"

// Phrase returns n characters of Legible, some five bits each.
func Phrase(n int) string { return pick(Legible, n) }

// Password returns a temporary password of at least 12 characters that holds an
// upper-case letter, a lower-case letter, a digit and a symbol, and so fits any
// password policy of that length. Characters that read alike are left out.
func Password(length int) string {
	length = max(length, 12)
	classes := []string{
		without(upper, "IO"), without(lower, "lo"), without(digits, "01"), symbols,
	}
	out := make([]byte, 0, length)
	for _, class := range classes {
		out = append(out, pick(class, 1)...)
	}
	out = append(out, pick(strings.Join(classes, ""), length-len(out))...)
	for i := len(out) - 1; i > 0; i-- {
		j := below(i + 1)
		out[i], out[j] = out[j], out[i]
	}
	return string(out)
}

func pick(alphabet string, n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = alphabet[below(len(alphabet))]
	}
	return string(out)
}

// below returns a random number in [0, n) without bias.
func below(n int) int {
	v, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic("secret: the operating system has no randomness: " + err.Error())
	}
	return int(v.Int64())
}

func without(alphabet, drop string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(drop, r) {
			return -1
		}
		return r
	}, alphabet)
}
