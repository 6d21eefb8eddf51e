package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
)

// Delivery says where a code goes, as far as somebody may know who need not be its
// owner.
type Delivery struct {
	Channel     provider.Channel
	Destination string // masked
}

// CanSend reports whether a pool's codes can be sent by a channel at all.
func (d *Directory) CanSend(p *provider.Pool, by provider.Channel) bool {
	return d.Guard != nil && d.Post.Offers(p, by)
}

// cannotSend reports that a pool's codes cannot be sent at all.
func (d *Directory) cannotSend(p *provider.Pool) bool {
	return !d.CanSend(p, provider.ByEmail) && !d.CanSend(p, provider.BySMS)
}

// errCannotSend answers what needs a code where none can be sent.
func errCannotSend() error {
	return provider.Invalid("", "This server has no way to send messages.")
}

// ErrAskAdministrator answers who would recover a password where only an
// administrator resets them. It is the same for every name.
var ErrAskAdministrator = &provider.Error{Code: provider.CodeForbidden, Kind: "recovery", Message: "Contact administrator to reset password."}

// Proves lists the channels whose addresses a pool proves at sign-up, as far as
// codes can be sent by them. The phone is first, as in Cognito: with both, a new
// account is confirmed by text message.
func (d *Directory) Proves(p *provider.Pool) []provider.Channel {
	return slices.DeleteFunc([]provider.Channel{provider.BySMS, provider.ByEmail}, func(by provider.Channel) bool {
		return !slices.Contains(p.Settings.AutoVerified, by.Attribute()) || !d.CanSend(p, by)
	})
}

// Recovers reports whether people reset forgotten passwords themselves.
func (d *Directory) Recovers(p *provider.Pool) bool {
	return slices.ContainsFunc(p.Settings.RecoveryOrder(), func(by provider.Channel) bool { return d.CanSend(p, by) })
}

// signUpChannel is how the code goes that confirms a new account; empty for none.
func (d *Directory) signUpChannel(p *provider.Pool, u *provider.User) provider.Channel {
	for _, by := range d.Proves(p) {
		if u.Attributes[by.Attribute()] != "" {
			return by
		}
	}
	return ""
}

// recoveryChannel is how the code goes that resets a password: the first of the
// pool's order whose address is proved; empty for none. A channel that is the
// user's second factor is left out: whoever holds the phone alone would else have
// both factors. An operator's reset has an order even where people have none.
func (d *Directory) recoveryChannel(p *provider.Pool, u *provider.User, operator bool) provider.Channel {
	order := p.Settings.RecoveryOrder()
	if len(order) == 0 && operator {
		order = []provider.Channel{provider.ByEmail, provider.BySMS}
	}
	for _, by := range order {
		second := p.Settings.MFA != "" && p.Settings.MFA != "OFF" && u.MFA.Has(FactorOf(by))
		if d.CanSend(p, by) && proved(u, by) && !second {
			return by
		}
	}
	return ""
}

// ResetsBy is how the code goes by which a user resets a forgotten password; empty where
// they cannot.
func (d *Directory) ResetsBy(p *provider.Pool, u *provider.User) provider.Channel {
	return d.recoveryChannel(p, u, false)
}

// FactorOf is the factor that codes by a channel are.
func FactorOf(by provider.Channel) provider.Factor {
	if by == provider.BySMS {
		return provider.FactorSMS
	}
	return provider.FactorEmail
}

// ChannelOf is the channel that a factor's codes go by; empty for other factors.
func ChannelOf(f provider.Factor) provider.Channel {
	switch f {
	case provider.FactorSMS:
		return provider.BySMS
	case provider.FactorEmail:
		return provider.ByEmail
	}
	return ""
}

// proved reports whether a user's address for a channel was proved.
func proved(u *provider.User, by provider.Channel) bool {
	return u.Attributes[by.Attribute()] != "" && u.Attributes[by.Attribute()+"_verified"] == "true"
}

// SignUpAddress is where the code of a new account goes; empty where none is sent.
func (d *Directory) SignUpAddress(p *provider.Pool, u *provider.User) string {
	if by := d.signUpChannel(p, u); by != "" {
		return u.Attributes[by.Attribute()]
	}
	return ""
}

// CanReset reports whether an operator's reset can reach a user.
func (d *Directory) CanReset(p *provider.Pool, u *provider.User) bool {
	return d.recoveryChannel(p, u, true) != ""
}

// SignUpDelivery says where the code of a new account went; nil where none was sent.
func (d *Directory) SignUpDelivery(p *provider.Pool, u *provider.User) *Delivery {
	by := d.signUpChannel(p, u)
	if by == "" {
		return nil
	}
	return &Delivery{by, Masked(u.Attributes[by.Attribute()])}
}

// CodeDestination is where a code for a name goes, and whether the name leads to
// anybody. For nobody, or who cannot have one, it is made up: a channel and an address
// that somebody of that name could have here, the same each time.
func (d *Directory) CodeDestination(ctx context.Context, p *provider.Pool, name string, purpose provider.CodePurpose) (to Delivery, known bool, err error) {
	u, err := d.FindUser(ctx, p.ID, name)
	if err != nil && !errors.Is(err, provider.ErrUserNotFound) {
		return to, false, err
	}
	order := p.Settings.RecoveryOrder()
	var by provider.Channel
	switch {
	case purpose == provider.CodeSignUp:
		order = d.Proves(p)
		if u != nil {
			by = d.signUpChannel(p, u)
		}
	case u != nil:
		by = d.recoveryChannel(p, u, false)
	}
	if by != "" {
		// Folded as a name is: whoever types it in capitals is shown what stands here.
		return Delivery{by, Masked(NameKey(p, u.Attributes[by.Attribute()]))}, true, nil
	}
	key, err := d.Sealer.Derive("destinations")
	if err != nil {
		return to, false, err
	}
	order = slices.DeleteFunc(slices.Clone(order), func(by provider.Channel) bool { return !d.CanSend(p, by) })
	return madeUp(p, NameKey(p, name), order, secret.MAC(key, p.ID, NameKey(p, name))), u != nil, nil
}

// madeUp is a destination for a name that leads to no code, by one of the channels that
// one could go by, best first. chance decides what the name does not: it comes from the
// name and a secret.
func madeUp(p *provider.Pool, name string, order []provider.Channel, chance []byte) Delivery {
	typed := provider.Channel("") // an address that people sign in by is where their codes go
	switch signs := append(slices.Clone(p.Settings.UsernameAttrs), p.Settings.AliasAttrs...); {
	case strings.Contains(name, "@") && slices.Contains(signs, "email"):
		typed = provider.ByEmail
	case strings.HasPrefix(name, "+") && slices.Contains(signs, "phone_number"):
		typed = provider.BySMS
	}
	by := provider.ByEmail
	switch {
	case len(order) > 0 && order[0] == typed:
		by = typed
	case len(order) > 0:
		by = order[int(chance[0])%len(order)]
	}
	if by == typed {
		return Delivery{by, Masked(name)}
	}
	if by == provider.ByEmail {
		letter := func(i int) string { return string('a' + rune(chance[i])%26) }
		return Delivery{by, Masked(letter(1) + "@" + letter(2))}
	}
	number := "+15555550000"
	if countries := p.Settings.SMS.Countries; len(countries) > 0 {
		if n := phonenumbers.GetExampleNumberForType(countries[int(chance[3])%len(countries)], phonenumbers.MOBILE); n != nil {
			number = phonenumbers.Format(n, phonenumbers.E164)
		}
	}
	return Delivery{by, Masked(number[:len(number)-4] + fmt.Sprintf("%04d", (int(chance[4])<<8|int(chance[5]))%10000))}
}

// Masked is an e-mail address or a phone number as it is shown to whoever may not
// be its owner.
func Masked(address string) string {
	if digits, ok := strings.CutPrefix(address, "+"); ok && !strings.Contains(address, "@") {
		shown := max(0, len(digits)-4)
		return "+" + strings.Repeat("*", shown) + digits[shown:]
	}
	local, domain, _ := strings.Cut(address, "@")
	first := func(s string) string {
		for _, r := range s {
			return string(r) + "***"
		}
		return "***"
	}
	return first(local) + "@" + first(domain)
}
