package api

import (
	"time"

	"github.com/cognate-idp/cognate/provider"
)

// A lifetime is one of an app client's token validities: a number in the unit
// that TokenValidityUnits gives.
type lifetime struct {
	name        string
	amount      **int64
	unit        *string
	otherwise   string // the unit when none is given
	least, most time.Duration
	seconds     *int
}

func lifetimes(s *provider.ClientSettings, in *UserPoolClientSettings, units *TokenValidityUnitsType) []lifetime {
	return []lifetime{
		{"AccessTokenValidity", &in.AccessTokenValidity, &units.AccessToken, "hours", 5 * time.Minute, 24 * time.Hour, &s.AccessTokenSeconds},
		{"IdTokenValidity", &in.IDTokenValidity, &units.IDToken, "hours", 5 * time.Minute, 24 * time.Hour, &s.IDTokenSeconds},
		{"RefreshTokenValidity", &in.RefreshTokenValidity, &units.RefreshToken, "days", time.Hour, 3650 * 24 * time.Hour, &s.RefreshTokenSeconds},
	}
}

const unitsKey = "TokenValidityUnits"

// applyValidity turns amounts and units into seconds, and remembers the units
// for the answer.
func applyValidity(s *provider.ClientSettings, in *UserPoolClientSettings) error {
	units := TokenValidityUnitsType{}
	if in.TokenValidityUnits != nil {
		units = *in.TokenValidityUnits
	}
	remembered := map[string]any{}
	for _, l := range lifetimes(s, in, &units) {
		if *l.unit != "" {
			remembered[l.name] = *l.unit
		}
		amount := value(*l.amount)
		if amount == 0 {
			*l.seconds = 0
			continue
		}
		life := time.Duration(amount) * unit(*l.unit, l.otherwise)
		if amount > int64(l.most/time.Second) || life < l.least || life > l.most {
			return invalidParameterf("%s must be between %s and %s.", l.name, l.least, l.most)
		}
		*l.seconds = int(life / time.Second)
	}
	if len(remembered) > 0 {
		s.Wire = map[string]any{unitsKey: remembered}
	}
	return nil
}

func wireValidity(out *UserPoolClientSettings, s provider.ClientSettings) {
	remembered, _ := s.Wire[unitsKey].(map[string]any)
	units := TokenValidityUnitsType{}
	for _, l := range lifetimes(&s, out, &units) {
		*l.unit, _ = remembered[l.name].(string)
		life := time.Duration(*l.seconds) * time.Second
		if life == 0 && l.name == "RefreshTokenValidity" {
			life = s.RefreshTokenLife()
		}
		if life > 0 {
			amount := int64(life / unit(*l.unit, l.otherwise))
			*l.amount = &amount
		}
	}
	if len(remembered) > 0 {
		out.TokenValidityUnits = &units
	}
}

func unit(name, otherwise string) time.Duration {
	if name == "" {
		name = otherwise
	}
	switch name {
	case "seconds":
		return time.Second
	case "minutes":
		return time.Minute
	case "days":
		return 24 * time.Hour
	}
	return time.Hour
}
