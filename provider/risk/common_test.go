package risk_test

import (
	"testing"

	"github.com/cognate-idp/cognate/provider/risk"
)

func TestCommonPasswords(t *testing.T) {
	t.Parallel()
	for password, common := range map[string]bool{
		"password":                    true,
		"PassWord":                    true,
		"Password1!":                  true,
		"!!monkey7":                   true,
		"Dragon2024!":                 true,
		"12345678":                    true,
		"qwertyuiop":                  true,
		" letmein ":                   true,
		"":                            false,
		"x7!":                         false,
		"dragon839201":                false, // six digits nobody knows
		"Correct-horse-7":             false,
		"passwordpassword-not-listed": false,
		"ünlisted wörds":              false,
	} {
		if got := risk.Common(password); got != common {
			t.Errorf("%q: common = %v", password, got)
		}
	}
}

func BenchmarkCommon(b *testing.B) {
	for b.Loop() {
		risk.Common("Correct-horse-7")
	}
}
