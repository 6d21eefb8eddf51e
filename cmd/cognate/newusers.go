package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

// personFlags are what a command says of a user.
type personFlags struct {
	changed                      func(string) bool
	email, phone                 string
	emailVerified, phoneVerified bool
	attributes, removed          []string
}

func (f *personFlags) bind(c *cobra.Command) {
	f.changed = func(name string) bool { return c.Flags().Changed(name) }
	p := c.Flags()
	p.StringVar(&f.email, "email", "", "the e-mail address")
	p.BoolVar(&f.emailVerified, "email-verified", false, "take the address as verified")
	p.StringVar(&f.phone, "phone", "", "the phone number, with its country code")
	p.BoolVar(&f.phoneVerified, "phone-verified", false, "take the number as verified")
	p.StringArrayVar(&f.attributes, "attribute", nil, "an attribute as name=value; may be given again")
}

// values are the attributes that were given. A new address is unverified unless the
// command says otherwise.
func (f *personFlags) values() (map[string]string, error) {
	values, err := pairs("attribute", f.attributes)
	if err != nil {
		return nil, err
	}
	for _, a := range []struct {
		flag, name, value string
		verified          bool
	}{{"email", "email", f.email, f.emailVerified}, {"phone", "phone_number", f.phone, f.phoneVerified}} {
		if f.changed(a.flag) {
			values[a.name] = a.value
		}
		if f.changed(a.flag) && a.value != "" || f.changed(a.flag+"-verified") {
			values[a.name+"_verified"] = fmt.Sprint(a.verified)
		}
	}
	for _, name := range f.removed {
		values[name] = ""
	}
	return values, nil
}

// inviteFlags say how a new user learns their temporary password.
type inviteFlags struct {
	quiet, piped bool
	deliver      []string
}

func (f *inviteFlags) bind(c *cobra.Command) {
	c.Flags().BoolVar(&f.piped, "password-stdin", false, "read the temporary password from standard input")
	c.Flags().StringSliceVar(&f.deliver, "deliver", nil, "how to send it: email, sms; by e-mail where there is an address unless set")
}

func (f *inviteFlags) apply(s *session, in m) (err error) {
	if f.piped {
		if in["TemporaryPassword"], err = s.line("password"); err != nil {
			return err
		}
	}
	if len(f.deliver) > 0 {
		in["DesiredDeliveryMediums"], err = vocabulary{{"email", "EMAIL"}, {"sms", "SMS"}}.wire("deliver", f.deliver)
	}
	return err
}

func createUserVerb() func(*flags) *cobra.Command {
	var who personFlags
	var invite inviteFlags
	return verb("create USER", "Create a user and send them a temporary password", func(s *session, args []string) error {
		return s.withUser(args[0], func(in m) error {
			values, err := who.values()
			if err != nil {
				return err
			}
			in["UserAttributes"] = wireAttributes(values)
			if invite.quiet {
				in["MessageAction"] = "SUPPRESS"
			}
			if err := invite.apply(s, in); err != nil {
				return err
			}
			err = show(s, api.UserPools, "AdminCreateUser", in, invitedFields)
			if err == nil {
				fmt.Fprintln(s.errs, s.whereabouts(args[0], &invite, values))
			}
			return err
		})
	}, withPool, who.bind, invite.bind, func(c *cobra.Command) {
		c.Flags().BoolVar(&invite.quiet, "no-invite", false, "send nothing")
		c.Flags().BoolVar(&invite.quiet, "no-message", false, "the same, by its older name")
		_ = c.Flags().MarkHidden("no-message")
	})
}

func resendInviteVerb() func(*flags) *cobra.Command {
	var invite inviteFlags
	return verb("resend-invite USER", "Send a user who has not signed in yet a new temporary password", func(s *session, args []string) error {
		return s.withUser(args[0], func(in m) error {
			in["MessageAction"] = "RESEND"
			if err := invite.apply(s, in); err != nil {
				return err
			}
			out, raw, err := get[api.AdminCreateUserResponse](s, api.UserPools, "AdminCreateUser", in)
			if err != nil {
				return err
			}
			if s.json {
				return s.printJSON(raw)
			}
			values := map[string]string{"email": attribute(out.User.Attributes, "email"), "phone_number": attribute(out.User.Attributes, "phone_number")}
			_, err = fmt.Fprintln(s.out, s.whereabouts(args[0], &invite, values))
			return err
		})
	}, withPool, invite.bind)
}

func updateUserVerb() func(*flags) *cobra.Command {
	var who personFlags
	return verb("update USER", "Set or remove attributes of a user", func(s *session, args []string) error {
		return s.withUser(args[0], func(in m) error {
			values, err := who.values()
			if err != nil {
				return err
			}
			in["UserAttributes"] = wireAttributes(values)
			err = s.do(api.UserPools, "AdminUpdateUserAttributes", in, "Updated user %s.", args[0])
			var r *refusal
			if !errors.As(err, &r) || !strings.Contains(r.Message, "is a second factor") {
				return err
			}
			mark, factor := "--phone-verified", "sms"
			if strings.HasPrefix(r.Message, "email") {
				mark, factor = "--email-verified", "email"
			}
			return &exitError{fix(r, "add "+mark+", or first: cognate user set-mfa "+args[0]+" --off "+factor), exitFailure}
		})
	}, withPool, who.bind, func(c *cobra.Command) {
		c.Flags().StringSliceVar(&who.removed, "remove", nil, "an attribute to remove; may be given again")
	})
}

func invitedFields(r *api.AdminCreateUserResponse) []field {
	return userFields(r.User.Username, r.User.UserStatus, r.User.Enabled, r.User.Attributes, r.User.UserCreateDate)
}

// whereabouts says where a new user's temporary password is.
func (s *session) whereabouts(user string, invite *inviteFlags, values map[string]string) string {
	var to, kept []string
	for _, by := range []struct{ word, address, what string }{{"email", values["email"], "the e-mail"}, {"sms", values["phone_number"], "the text message"}} {
		named := len(invite.deliver) > 0
		if by.address != "" && (named && slices.Contains(invite.deliver, by.word) || !named && len(to) == 0) {
			to = append(to, by.address)
			if slices.Contains(s.Keeps, by.word) {
				kept = append(kept, by.what)
			}
		}
	}
	switch {
	case len(to) > 0 && !invite.quiet && len(kept) > 0:
		return "The temporary password is on its way to " + strings.Join(to, " and ") + "; this development server keeps " + strings.Join(kept, " and ") + " at " + s.Mailbox
	case len(to) > 0 && !invite.quiet:
		return "The temporary password is on its way to " + strings.Join(to, " and ") + ". The audit trail tells of a message that cannot be delivered."
	case invite.piped:
		return "Nothing was sent. The temporary password is the one that you gave."
	}
	return "Nothing was sent, and nobody knows the temporary password. Set one with: cognate user set-password " + user
}
