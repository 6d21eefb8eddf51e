package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

// mfaFlags are what a pool says about second factors.
type mfaFlags struct {
	changed              func(string) bool
	mode                 string
	factors              []string
	verification, domain string
	twice, nudge         bool
	authenticators       []string
	origins              []string
}

func poolMFA() func(*flags) *cobra.Command {
	f := &mfaFlags{}
	return verb("mfa POOL", "Show or change which second factors a pool takes; what is not named stays", func(s *session, args []string) error {
		return f.run(s, args[0])
	}, f.bind, completePoolArgument)
}

func (f *mfaFlags) bind(c *cobra.Command) {
	f.changed = func(name string) bool { return c.Flags().Changed(name) }
	p := c.Flags()
	p.StringVar(&f.mode, "mode", "", "off, optional (who has a second factor is asked for it) or on (everybody must)")
	p.StringSliceVar(&f.factors, "factors", nil, "the second factors to take: totp, passkey, sms, email")
	p.StringVar(&f.verification, "passkey-verification", "", "whether a passkey must check who holds it: required or preferred")
	p.StringVar(&f.domain, "passkey-domain", "", "the domain that passkeys are bound to, if not the pages' host")
	p.BoolVar(&f.twice, "passkey-counts-twice", false, "take a passkey that checked its holder as both factors")
	p.StringSliceVar(&f.authenticators, "passkey-authenticators", nil, `the AAGUIDs that may be added; "" takes any`)
	p.StringSliceVar(&f.origins, "passkey-origins", nil, "the origins of apps that ask for passkeys on pages of their own, such as https://app.example.com")
	p.BoolVar(&f.nudge, "passkey-nudge", false, "offer to add a passkey after a sign-in without")
}

// run reads the settings, changes what was named and writes all of them, since the
// operation turns off what is left out.
func (f *mfaFlags) run(s *session, id string) error {
	now, raw, err := get[api.MfaConfig](s, api.UserPools, "GetUserPoolMfaConfig", m{"UserPoolId": id})
	if err != nil {
		return err
	}
	named := []string{"mode", "factors", "passkey-verification", "passkey-domain", "passkey-counts-twice", "passkey-authenticators", "passkey-origins", "passkey-nudge"}
	if !slices.ContainsFunc(named, f.changed) {
		if s.json {
			return s.printJSON(raw)
		}
		var rows [][]string
		for _, field := range mfaFields(now) {
			if field.value != "" {
				rows = append(rows, []string{field.name, field.value})
			}
		}
		return s.table(nil, rows)
	}
	if err := f.apply(now); err != nil {
		return err
	}
	return show(s, api.UserPools, "SetUserPoolMfaConfig", api.SetUserPoolMfaConfigRequest{UserPoolID: id, MfaConfig: *now}, mfaFields)
}

func (f *mfaFlags) apply(c *api.MfaConfig) error {
	if f.changed("mode") {
		mode, err := mfaWords().wire("mode", []string{f.mode})
		if err != nil {
			return err
		}
		c.MfaConfiguration = mode[0]
	}
	if f.changed("factors") && len(f.factors) == 0 {
		return namesNothing("factors", "totp, passkey, sms and email, or --mode off")
	}
	if f.changed("factors") {
		if err := setFactors(c, f.factors); err != nil {
			return err
		}
	}
	w := c.WebAuthnConfiguration
	if f.changed("passkey-verification") {
		w.UserVerification = f.verification
	}
	if f.changed("passkey-domain") {
		w.RelyingPartyID = f.domain
	}
	if f.changed("passkey-counts-twice") {
		w.FactorConfiguration = map[bool]string{true: "MULTI_FACTOR_WITH_USER_VERIFICATION", false: "SINGLE_FACTOR"}[f.twice]
	}
	if f.changed("passkey-authenticators") {
		w.AllowedAuthenticators = f.authenticators
	}
	if f.changed("passkey-origins") {
		w.Origins = f.origins
	}
	if f.changed("passkey-nudge") {
		w.Nudge = &f.nudge
	}
	return nil
}

// setFactors turns on the factors named, and off the others. The words of a message
// stay with a factor that stays.
func setFactors(c *api.MfaConfig, names []string) error {
	sms, email := c.SmsMfaConfiguration, c.EmailMfaConfiguration
	c.SoftwareTokenMfaConfiguration, c.SmsMfaConfiguration, c.EmailMfaConfiguration = nil, nil, nil
	c.WebAuthnConfiguration.SecondFactor = pointer(false)
	for _, name := range names {
		switch name {
		case "totp":
			c.SoftwareTokenMfaConfiguration = &api.SoftwareTokenMfaConfigType{Enabled: true}
		case "passkey":
			c.WebAuthnConfiguration.SecondFactor = pointer(true)
		case "sms":
			if c.SmsMfaConfiguration = sms; sms == nil {
				c.SmsMfaConfiguration = &api.SmsMfaConfigType{}
			}
		case "email":
			if c.EmailMfaConfiguration = email; email == nil {
				c.EmailMfaConfiguration = &api.EmailMfaConfigType{}
			}
		default:
			return unknownFactor(name)
		}
	}
	return nil
}

func unknownFactor(name string) error {
	return &exitError{fix(fmt.Errorf("there is no second factor %q", name), "choose from totp, passkey, sms and email"), exitUsage}
}

// takenFactors are the second factors that a pool takes.
func takenFactors(c *api.MfaConfig) []string {
	var on []string
	for name, is := range map[string]bool{
		"totp": c.SoftwareTokenMfaConfiguration != nil && c.SoftwareTokenMfaConfiguration.Enabled, "sms": c.SmsMfaConfiguration != nil,
		"email": c.EmailMfaConfiguration != nil, "passkey": c.WebAuthnConfiguration.SecondFactor != nil && *c.WebAuthnConfiguration.SecondFactor,
	} {
		if is {
			on = append(on, name)
		}
	}
	slices.Sort(on)
	return on
}

func mfaFields(c *api.MfaConfig) []field {
	w := c.WebAuthnConfiguration
	return []field{
		{"mode", strings.ToLower(c.MfaConfiguration)}, {"factors", words(takenFactors(c))},
		{"passkey verification", w.UserVerification}, {"passkey domain", w.RelyingPartyID},
		{"passkey counts twice", yesNo(w.FactorConfiguration == "MULTI_FACTOR_WITH_USER_VERIFICATION")},
		{"passkey authenticators", words(w.AllowedAuthenticators)}, {"passkey origins", words(w.Origins)}, {"passkey nudge", yesNo(w.Nudge != nil && *w.Nudge)},
	}
}

// userFactors are the commands about what one user proves themselves with.
func userFactors() []func(*flags) *cobra.Command {
	var on, off []string
	var preferred string
	return []func(*flags) *cobra.Command{
		verb("factors USER", "Show what a user can prove themselves with", func(s *session, args []string) error {
			return s.withUser(args[0], func(in m) error {
				return show(s, api.UserPools, "AdminGetUserAuthFactors", in, func(r *api.AdminGetUserAuthFactorsResponse) []field {
					return []field{
						{"username", r.Username}, {"set up", words(r.ConfiguredUserAuthFactors)}, {"second factors", words(r.UserMFASettingList)},
						{"preferred", r.PreferredMfaSetting}, {"recovery codes left", fmt.Sprint(r.RecoveryCodesLeft)},
					}
				})
			})
		}, withPool),
		verb("set-mfa USER", "Turn second factors of a user on or off", func(s *session, args []string) error {
			return s.withUser(args[0], func(in m) error {
				if err := wishFactors(in, on, off, preferred); err != nil {
					return err
				}
				err := s.do(api.UserPools, "AdminSetUserMFAPreference", in, "Set the second factors of %s.", args[0])
				if err != nil {
					return unproved(err, args[0])
				}
				return s.noteUntaken(on)
			})
		}, withPool, func(c *cobra.Command) {
			c.Flags().StringSliceVar(&on, "on", nil, "factors to turn on: totp, passkey, sms, email; each must be set up")
			c.Flags().StringSliceVar(&off, "off", nil, "factors to turn off")
			c.Flags().StringVar(&preferred, "preferred", "", "the factor to ask for first")
		}),
		verb("reset-factors USER", "Take every second factor away from a user who has lost them", func(s *session, args []string) error {
			return s.withUser(args[0], func(in m) error {
				if err := s.confirm("second factors of user", args[0]); err != nil {
					return err
				}
				return s.do(api.Own, "AdminResetUserFactors", in, "Took every second factor away from %s and signed them out.", args[0])
			})
		}, withPool, deleting),
	}
}

// unproved says what to do about an address that codes cannot go to.
func unproved(err error, user string) error {
	var r *refusal
	if !errors.As(err, &r) {
		return err
	}
	for name, flags := range map[string]string{"email": "--email ADDRESS --email-verified", "phone_number": "--phone NUMBER --phone-verified"} {
		if strings.Contains(r.Message, "has no "+name+".") || strings.Contains(r.Message, "'s "+name+" is not verified") {
			return &exitError{fix(r, "if it is theirs: cognate user update "+user+" "+flags), exitFailure}
		}
	}
	return err
}

// noteUntaken tells of factors that are turned on for a user and that the pool does not
// take: nobody is asked for them.
func (s *session) noteUntaken(on []string) error {
	if len(on) == 0 {
		return nil
	}
	c, _, err := get[api.MfaConfig](s, api.UserPools, "GetUserPoolMfaConfig", m{"UserPoolId": s.pool})
	if err != nil {
		return err
	}
	taken := takenFactors(c)
	for _, name := range on {
		switch {
		case !slices.Contains(taken, name):
			fmt.Fprintf(s.errs, "The pool does not take %s as a second factor, so nobody is asked for it. Let it: cognate pool mfa %s --factors %s\n", name, s.pool, strings.Join(append(taken, name), ","))
		case c.MfaConfiguration == "OFF":
			fmt.Fprintf(s.errs, "The pool asks for no second factor. Let it: cognate pool mfa %s --mode optional\n", s.pool)
		}
	}
	return nil
}

func wishFactors(in m, on, off []string, preferred string) error {
	if len(on)+len(off) == 0 && preferred == "" {
		return &exitError{fix(fmt.Errorf("nothing is to be changed"), "use --on, --off or --preferred"), exitUsage}
	}
	member := map[string]string{"totp": "SoftwareTokenMfaSettings", "passkey": "WebAuthnMfaSettings", "sms": "SMSMfaSettings", "email": "EmailMfaSettings"}
	wish := func(names []string, key string, value bool) error {
		for _, name := range names {
			if member[name] == "" {
				return unknownFactor(name)
			}
			settings, ok := in[member[name]].(m)
			if !ok {
				settings = m{}
				in[member[name]] = settings
			}
			settings[key] = value
		}
		return nil
	}
	if err := wish(on, "Enabled", true); err != nil {
		return err
	}
	if err := wish(off, "Enabled", false); err != nil {
		return err
	}
	if preferred == "" {
		return nil
	}
	return wish([]string{preferred}, "PreferredMfa", true)
}
