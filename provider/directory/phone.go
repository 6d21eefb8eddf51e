package directory

import (
	"slices"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"

	"github.com/cognate-idp/cognate/provider"
)

// Phone reads a telephone number as people write it, with spaces, dashes, dots and
// brackets, and answers it in international form (ITU-T E.164). A number without
// its country code counts as one of the pool's default region. It answers false
// for what no network could have given out.
func Phone(p *provider.Pool, text string) (string, bool) {
	if !phoneLike(text) {
		return "", false
	}
	number, err := phonenumbers.Parse(text, p.Settings.DefaultRegion)
	if err != nil || !phonenumbers.IsPossibleNumber(number) {
		return "", false
	}
	out := phonenumbers.Format(number, phonenumbers.E164)
	return out, len(out) <= 16 // a plus and 15 digits
}

// phoneLike keeps words away from the parser, which knows numbers in letters, and
// looks past text in front of one.
func phoneLike(text string) bool {
	digits := 0
	for _, r := range text {
		switch {
		case '0' <= r && r <= '9':
			digits++
		case !strings.ContainsRune("+ -()./\u00a0\u2010\u2011\u2013", r):
			return false
		}
	}
	return digits >= 5 && digits <= 20
}

// canonical is the form in which a value of an attribute is kept.
func canonical(p *provider.Pool, a provider.Attribute, value string) string {
	if a.Name == "phone_number" && !a.Custom {
		if number, ok := Phone(p, value); ok {
			return number
		}
	}
	if a.Type == "DateTime" {
		// What browsers send for a date and time has no zone (HTML standard, local date
		// and time strings). The form says that it is UTC.
		for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
			if at, err := time.Parse(layout, value); err == nil {
				return at.Format(time.RFC3339)
			}
		}
	}
	return value
}

// byPhone reports whether a pool's users may sign in by their telephone number.
func byPhone(p *provider.Pool) bool {
	return slices.Contains(p.Settings.UsernameAttrs, "phone_number") || slices.Contains(p.Settings.AliasAttrs, "phone_number")
}

// checkCountries refuses what is no country that has telephone numbers: texts to it
// would be held back without a word.
func checkCountries(s *provider.PoolSettings) error {
	country := func(c string) bool { return phonenumbers.GetCountryCodeForRegion(c) != 0 }
	if s.DefaultRegion != "" && !country(s.DefaultRegion) {
		return provider.Invalid("DefaultRegion", "%q is no country in two capital letters, such as DE.", s.DefaultRegion)
	}
	for _, c := range s.SMS.Countries {
		if !country(c) {
			return provider.Invalid("SmsLimits.Countries", "%q is no country in two capital letters, such as DE.", c)
		}
	}
	return nil
}
