package page_test

import (
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/web/page"
)

// A form says how long a text of the pool's own may be, before somebody has to guess.
func TestLengthsAreSaidBeforehand(t *testing.T) {
	t.Parallel()
	two, five, long := 2, 5, 2000
	for want, a := range map[string]provider.Attribute{
		"length_between": {Name: "club", Type: "String", Custom: true, MinLength: &two, MaxLength: &five},
		"length_from":    {Name: "club", Type: "String", Custom: true, MinLength: &two},
		"length_to":      {Name: "club", Type: "String", Custom: true, MaxLength: &five},
		"":               {Name: "club", Type: "String", Custom: true, MaxLength: &long},
	} {
		if f := page.FieldOf(&provider.Pool{}, a); f.Hint != want {
			t.Errorf("%+v: the hint is %q, not %q", a, f.Hint, want)
		}
	}
}
