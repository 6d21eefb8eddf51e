package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

// smsFlags bound what a pool's texts may cost.
type smsFlags struct {
	countries                                []string
	perNumber, perPrefix, perAddress, perDay int64
	work                                     bool
}

func (f *smsFlags) bind(c *cobra.Command) {
	p := c.Flags()
	p.StringSliceVar(&f.countries, "sms-countries", nil, `the countries that texts go to, such as SE,NO; "" sends none`)
	p.Int64Var(&f.perNumber, "sms-per-number", 10, "texts a day to one number")
	p.Int64Var(&f.perPrefix, "sms-per-prefix", 50, "texts a day to numbers that share all but their last four digits")
	p.Int64Var(&f.perAddress, "sms-per-address", 20, "texts a day that one network address asks for")
	p.Int64Var(&f.perDay, "sms-daily-budget", 1000, "texts a day of the whole pool; operators are told at 80 % and when it is spent")
	p.BoolVar(&f.work, "sms-proof-of-work", false, "let a stranger's browser work before a text is sent")
}

func (f *smsFlags) apply(s *api.UserPoolSettings, given func(string) bool) {
	if s.SmsLimits == nil {
		s.SmsLimits = &api.SmsLimitsType{}
	}
	l := s.SmsLimits
	if given("sms-countries") {
		l.Countries = []string{}
		for _, c := range f.countries {
			l.Countries = append(l.Countries, strings.ToUpper(c))
		}
	}
	for name, v := range map[string]struct {
		to   **int64
		from *int64
	}{
		"sms-per-number": {&l.PerNumber, &f.perNumber}, "sms-per-prefix": {&l.PerPrefix, &f.perPrefix},
		"sms-per-address": {&l.PerAddress, &f.perAddress}, "sms-daily-budget": {&l.DailyBudget, &f.perDay},
	} {
		if given(name) {
			*v.to = v.from
		}
	}
	if given("sms-proof-of-work") {
		l.ProofOfWork = &f.work
	}
}

// smsFields tell what a pool's texts may cost.
func smsFields(s *api.UserPoolSettings) []field {
	l := s.SmsLimits
	if l == nil || len(l.Countries) == 0 {
		return []field{{"text messages", "none: no country is listed"}}
	}
	return []field{
		{"text messages to", words(l.Countries)},
		{"texts a day", number(l.DailyBudget) + "; " + number(l.PerNumber) + " a number, " + number(l.PerPrefix) + " a prefix, " + number(l.PerAddress) + " an address"},
		{"proof of work", yesNo(is(l.ProofOfWork))},
	}
}
