package factor_test

import (
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/factor"
)

// A domain is taken where some page that asks for passkeys has it or lies below it.
func TestDomainsThatPasskeysCanHave(t *testing.T) {
	t.Parallel()
	f := &factor.Factors{BaseURL: "https://id.example.com"}
	for name, c := range map[string]struct {
		domain  string
		origins []string
		ok      bool
	}{
		"the host itself": {"id.example.com", nil, true}, "above it": {"example.com", nil, true}, "none": {"", nil, true},
		"another": {"other.com", nil, false}, "below it": {"login.id.example.com", nil, false}, "a like ending": {"ample.com", nil, false},
		"an app's pages": {"other.com", []string{"https://app.other.com"}, true},
	} {
		err := f.CheckRelyingParty(&provider.PasskeySettings{RelyingPartyID: c.domain, Origins: c.origins})
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
