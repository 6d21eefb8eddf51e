package factor

import (
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider/secret"
)

// Whatever is typed, what is taken for a code is one that could have been given out,
// and reads the same when it is read again.
func FuzzParseRecoveryCode(f *testing.F) {
	for _, seed := range []string{"k7mq-3xw9-ph", "K7MQ 3XW9 PH", "k7mq3xw9ph", "k7mq\u20113xw9\u2014ph", "", "0OIl-0OIl-0O", "\xff\xfe", "ſſſſſſſſſſ", "İK7MQ3XW9P"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		plain, ok := parseRecoveryCode(given)
		if !ok {
			if plain != "" {
				t.Errorf("refused, yet answers %q", plain)
			}
			return
		}
		if len(plain) != recoveryLength || strings.Trim(plain, secret.Legible) != "" {
			t.Errorf("%q was read as %q", given, plain)
		}
		again, ok := parseRecoveryCode(plain[:4] + "-" + strings.ToUpper(plain[4:8]) + "-" + plain[8:])
		if !ok || again != plain {
			t.Errorf("%q reads as %q", plain, again)
		}
	})
}
