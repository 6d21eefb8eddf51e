package token

import (
	"encoding/base64"
	"testing"
)

// A token leads to the pool that it names, and nothing that is none leads anywhere.
func TestIssuerName(t *testing.T) {
	t.Parallel()
	of := func(payload string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".x"
	}
	for compact, want := range map[string]string{
		of(`{"iss":"https://id.example.com/us-east-1_abc"}`): "us-east-1_abc",
		of(`{"iss":"us-east-1_abc"}`):                        "us-east-1_abc",
		of(`{"iss":"https://id.example.com/a\u0000b"}`):      "",
		of(`{"iss":""}`):  "",
		of(`{"iss":"/"}`): "",
		of(`{"iss":1}`):   "",
		of(`[`):           "",
		"e30.!.x":         "",
		"abc":             "",
		"":                "",
	} {
		if got := IssuerName(compact); got != want {
			t.Errorf("%s: %q, want %q", compact, got, want)
		}
	}
}
