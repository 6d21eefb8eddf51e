package signin

import (
	"context"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/risk"
)

// Account is what somebody who is signed in does with their own account. Whatever
// could lock them out, or let somebody else in, is refused with ErrProofTooOld until
// they have proved anew who they are. The rule is here, so that no door can forget it.
//
// Every act is the user's own: nothing that is given names another.
type Account struct {
	Flow *Flow
}

// act runs a dangerous act as the user.
func (a *Account) act(ctx context.Context, live *Live, do func(ctx context.Context, u *provider.User) error) error {
	if err := a.Flow.Sessions.Fresh(live); err != nil {
		return err
	}
	return do(asUser(ctx, live), &live.User)
}

func asUser(ctx context.Context, live *Live) context.Context {
	actor := provider.ActorFrom(ctx)
	actor.Kind, actor.ID = "user", live.User.ID
	return provider.WithActor(ctx, actor)
}

// HasPassword reports whether the user has a password here, and whether they can have
// one: who signs in at an upstream provider cannot.
func (a *Account) HasPassword(ctx context.Context, pool *provider.Pool, live *Live) (has, can bool, err error) {
	if live.User.Status == provider.UserExternalProvider || a.Flow.Directory == nil {
		return false, false, nil
	}
	login, err := a.Flow.Store.Pool(pool.ID).LoginByID(ctx, live.User.ID)
	if err != nil {
		return false, false, err
	}
	return login.Password.Hash != "", true, nil
}

// ChangePassword sets another password, or the first one, for which old is empty. All
// other sessions end.
//
// Errors: ErrProofTooOld, and those of directory.ChangePassword.
func (a *Account) ChangePassword(ctx context.Context, pool *provider.Pool, live *Live, old, password string) error {
	if err := checkPassword("new_password", password); err != nil {
		return err
	}
	return a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		return a.Flow.Directory.ChangePassword(ctx, pool, u.ID, old, password, live.Principal.SessionID)
	})
}

// OfferApp begins to set up an authenticator app. The one that the user has goes on
// to count until EnrolApp.
//
// Errors: ErrProofTooOld; provider.CodeForbidden where the pool takes none.
func (a *Account) OfferApp(ctx context.Context, pool *provider.Pool, live *Live) (*factor.Enrolment, error) {
	var offer *factor.Enrolment
	return offer, a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		if !a.takes(pool, provider.FactorTOTP) {
			return errNotTaken
		}
		var write func(context.Context) error
		var err error
		if offer, write, err = a.Flow.Factors.OfferTOTP(ctx, pool, u); err != nil {
			return err
		}
		return a.Flow.Store.Tx(ctx, write)
	})
}

// errNotTaken answers who wants to set up what the pool takes no more.
var errNotTaken = &provider.Error{Code: provider.CodeForbidden, Kind: "factor", Message: "This cannot be set up here."}

// takes reports whether a pool takes a second factor and this server can ask for it.
func (a *Account) takes(pool *provider.Pool, f provider.Factor) bool {
	return AsksTwice(pool) && slices.Contains(pool.Settings.Second(), f) && a.Flow.method(f) != nil
}

// Offers lists the second factors that the pool's users may have.
func (a *Account) Offers(pool *provider.Pool) []provider.Factor {
	return slices.DeleteFunc(slices.Clone(pool.Settings.Second()), func(f provider.Factor) bool { return !a.takes(pool, f) })
}

// EnrolApp takes the first code of the app that OfferApp showed. A user without
// recovery codes gets some, to be shown this once.
//
// Errors: ErrProofTooOld, provider.ErrCodeMismatch, factor.ErrEnrolmentOver,
// provider.CodeThrottled.
func (a *Account) EnrolApp(ctx context.Context, pool *provider.Pool, live *Live, shown *factor.Enrolment, code string) (codes []string, err error) {
	err = a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		try, err := a.Flow.Guard.Begin(ctx, pool.ID, risk.Subject{UserID: u.ID, What: "set up"})
		if err != nil {
			return err
		}
		defer try.Release()
		write, err := a.Flow.Factors.EnrolTOTP(ctx, pool, u, shown, code, "")
		if err != nil {
			return err
		}
		codes, err = a.adding(ctx, pool, u, both(write, try.Passed))
		return err
	})
	return codes, err
}

// adding writes a new second factor and, for a user without recovery codes, some: it
// is asked for from now on, so there must be a way without it. The factor's write holds
// the user's row, so that two at once do not each make codes.
func (a *Account) adding(ctx context.Context, pool *provider.Pool, u *provider.User, write func(context.Context) error) (codes []string, err error) {
	err = a.Flow.Store.Tx(ctx, func(ctx context.Context) error {
		codes = nil
		if err := write(ctx); err != nil || !AsksTwice(pool) {
			return err
		}
		made, keep, err := a.Flow.newRecoveryCodes(ctx, pool, u)
		if err != nil || keep == nil {
			return err
		}
		codes = made
		return keep(ctx)
	})
	return codes, err
}

// AsksTwice reports whether a pool asks for a second factor from whoever has one.
func AsksTwice(pool *provider.Pool) bool {
	return pool.Settings.MFA != "" && pool.Settings.MFA != "OFF"
}

// RemoveFactor turns a second factor off. Where the pool demands one, the last stays.
//
// Errors: ErrProofTooOld, factor.ErrLastFactor, provider.ErrFactorNotFound.
func (a *Account) RemoveFactor(ctx context.Context, pool *provider.Pool, live *Live, f provider.Factor) error {
	return a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		return a.Flow.Factors.RemoveOwn(ctx, pool, u.ID, f)
	})
}

// AddFactor turns codes by text or e-mail on, for an address that is proved. A user
// without recovery codes gets some, to be shown this once.
//
// Errors: ErrProofTooOld; provider.CodeInvalid without such an address;
// provider.CodeForbidden where the pool takes none.
func (a *Account) AddFactor(ctx context.Context, pool *provider.Pool, live *Live, f provider.Factor) (codes []string, err error) {
	err = a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		if !a.takes(pool, f) {
			return errNotTaken
		}
		on := true
		codes, err = a.adding(ctx, pool, u, func(ctx context.Context) error {
			return a.Flow.Factors.SetPreferences(ctx, pool, u.ID, []factor.Preference{{Factor: f, Enabled: &on}})
		})
		return err
	})
	return codes, err
}

// Prefer makes a second factor the one that is asked for first.
//
// Errors: ErrProofTooOld; provider.CodeInvalid for one that is not on.
func (a *Account) Prefer(ctx context.Context, pool *provider.Pool, live *Live, f provider.Factor) error {
	return a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		yes := true
		return a.Flow.Factors.SetPreferences(ctx, pool, u.ID, []factor.Preference{{Factor: f, Preferred: &yes}})
	})
}

// PasswordResetBy is how a code would go that resets the user's forgotten password,
// once another factor is on beside those that they have: what is a second factor resets
// no password. Empty where only an operator could.
func (a *Account) PasswordResetBy(pool *provider.Pool, live *Live, with provider.Factor) provider.Channel {
	if a.Flow.Directory == nil {
		return ""
	}
	u := live.User
	if with != "" {
		u.MFA = u.MFA.With(with)
	}
	return a.Flow.Directory.ResetsBy(pool, &u)
}

// ProvenToReset is whose address only has to be proved, so that a code sent there resets a
// forgotten password; empty for none.
func (a *Account) ProvenToReset(pool *provider.Pool, live *Live) provider.Channel {
	if a.Flow.Directory == nil {
		return ""
	}
	for _, by := range pool.Settings.RecoveryOrder() {
		u := live.User
		if u.Attributes[by.Attribute()] == "" {
			continue
		}
		u.Attributes = maps.Clone(u.Attributes)
		u.Attributes[by.Attribute()+"_verified"] = "true"
		if a.Flow.Directory.ResetsBy(pool, &u) == by {
			return by
		}
	}
	return ""
}

// EndsSignInBy reports whether a second factor that is turned on ends that the user signs
// in by codes of its kind in place of the password.
func (a *Account) EndsSignInBy(ctx context.Context, pool *provider.Pool, live *Live, f provider.Factor) (bool, error) {
	if !slices.Contains(a.Flow.ways(pool), f) {
		return false, nil
	}
	u := live.User
	u.MFA = u.MFA.With(f)
	return a.Flow.Directory.SecondAlone(ctx, pool, &u, directory.ChannelOf(f))
}

// ErrCodesRenewed answers who would replace recovery codes that are there no more.
var ErrCodesRenewed = &provider.Error{Code: provider.CodeConflict, Kind: "recovery_codes", Message: "The recovery codes were replaced already."}

// RenewRecoveryCodes makes new recovery codes, to be shown this once. Those from
// before work no more. set is the RecoverySet that is to be replaced: a form that is sent
// twice, as by reloading its answer, must not void the codes that somebody wrote down.
//
// Errors: ErrProofTooOld; ErrCodesRenewed; provider.CodeForbidden for somebody without a
// second factor.
func (a *Account) RenewRecoveryCodes(ctx context.Context, pool *provider.Pool, live *Live, set string) (codes []string, err error) {
	err = a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		if len(u.MFA.Enabled) == 0 {
			return errNotTaken
		}
		return a.Flow.Store.Tx(ctx, func(ctx context.Context) error {
			// Whoever holds the user's row is alone: of two at once, the later is refused.
			err := a.Flow.Store.Pool(pool.ID).ChangeUser(ctx, u.ID, func(*provider.User) ([]provider.UserName, error) { return nil, nil })
			if err != nil {
				return err
			}
			now, err := a.RecoverySet(ctx, pool, live)
			if err == nil && now != set {
				err = ErrCodesRenewed
			}
			if err != nil {
				return err
			}
			codes, err = a.Flow.Factors.RenewRecoveryCodes(ctx, pool, u.ID)
			return err
		})
	})
	return codes, err
}

// RecoverySet names the recovery codes that the user has, without telling anything of
// them; empty for none.
func (a *Account) RecoverySet(ctx context.Context, pool *provider.Pool, live *Live) (string, error) {
	codes, err := a.Flow.Store.Pool(pool.ID).RecoveryCodes(ctx, live.User.ID)
	if err != nil || len(codes) == 0 {
		return "", err
	}
	return strconv.FormatInt(int64(codes[0].CreatedAt), 36), nil
}

// OffersPasskeys reports whether users of a pool may have passkeys here.
func (a *Account) OffersPasskeys(pool *provider.Pool) bool {
	return a.Flow.Factors.RelyingPartyID(pool) != "" && pool.Settings.TakesPasskeys()
}

// PasskeysSecond reports whether a pool's passkeys are a second factor alone, and sign
// nobody in without a password.
func PasskeysSecond(pool *provider.Pool) bool {
	return !slices.Contains(pool.Settings.First(), provider.FactorPasskey)
}

// Passkeys lists the user's passkeys, the oldest first.
func (a *Account) Passkeys(ctx context.Context, pool *provider.Pool, live *Live) ([]provider.Passkey, error) {
	return a.Flow.Factors.ListPasskeys(ctx, pool, live.User.ID)
}

// RecoveryCodesLeft counts the recovery codes that the user has not used.
func (a *Account) RecoveryCodesLeft(ctx context.Context, pool *provider.Pool, live *Live) (int, error) {
	return a.Flow.Factors.RecoveryCodesLeft(ctx, pool, live.User.ID)
}

// OfferPasskey begins to add a passkey and answers the browser's question.
//
// Errors: ErrProofTooOld, and those of factor.BeginPasskey.
func (a *Account) OfferPasskey(ctx context.Context, pool *provider.Pool, live *Live) (options []byte, err error) {
	err = a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		options, err = a.Flow.Factors.BeginPasskey(ctx, pool, u)
		return err
	})
	return options, err
}

// AddPasskey takes the answer to OfferPasskey's question. A user without recovery codes
// gets some where the passkey is asked for as a second factor, to be shown this once.
//
// Errors: ErrProofTooOld, and those of factor.FinishPasskey.
func (a *Account) AddPasskey(ctx context.Context, pool *provider.Pool, live *Live, credential, name string) (codes []string, err error) {
	err = a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		k, err := a.Flow.Factors.AnswerPasskey(ctx, pool, u, credential, name)
		if err != nil {
			return err
		}
		codes, err = a.adding(ctx, pool, u, func(ctx context.Context) error { return a.Flow.Factors.AddPasskey(ctx, pool, k) })
		return err
	})
	return codes, err
}

// RenamePasskey calls a passkey something else. It needs no new proof.
//
// Errors: provider.ErrPasskeyNotFound, provider.CodeInvalid.
func (a *Account) RenamePasskey(ctx context.Context, pool *provider.Pool, live *Live, id, name string) error {
	return a.Flow.Factors.RenamePasskey(asUser(ctx, live), pool, live.User.ID, id, name)
}

// RemovePasskey removes a passkey. The last way in stays.
//
// Errors: ErrProofTooOld, ErrLastWay, provider.ErrPasskeyNotFound, factor.ErrLastFactor.
func (a *Account) RemovePasskey(ctx context.Context, pool *provider.Pool, live *Live, id string) error {
	return a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		return a.Flow.keepingWay(ctx, pool, u.ID, func(ctx context.Context) error { return a.Flow.Factors.RemovePasskey(ctx, pool, u.ID, id) })
	})
}

// SignedIn lists the user's sessions that hold, newest first.
func (a *Account) SignedIn(ctx context.Context, pool *provider.Pool, live *Live) ([]provider.Session, error) {
	all, err := a.Flow.Store.Pool(pool.ID).Sessions(ctx, live.User.ID)
	now := a.Flow.Store.Now()
	return slices.DeleteFunc(all, func(s provider.Session) bool {
		return s.RevokedAt != 0 || s.ExpiresAt <= now || s.IdleUntil <= now || s.AuthTime < live.User.ValidAfter
	}), err
}

// EndSession signs one of the user's sessions out, and the apps that were signed in
// to by it. id is as in provider.Principal.
//
// Errors: ErrProofTooOld for any but their present one; provider.ErrSessionNotFound,
// also for another user's.
func (a *Account) EndSession(ctx context.Context, pool *provider.Pool, live *Live, id string) error {
	hash, err := hex.DecodeString(id)
	if err != nil {
		return provider.ErrSessionNotFound
	}
	end := func(ctx context.Context, u *provider.User) error {
		return a.Flow.Store.Tx(ctx, func(ctx context.Context) error {
			if err := a.Flow.Store.Pool(pool.ID).EndSession(ctx, u.ID, hash, "signed out by the user"); err != nil {
				return err
			}
			return a.Flow.Audit.Record(ctx, pool.ID, "session.end", audit.Success, "user/"+u.ID, map[string]string{"session": id[:min(len(id), 16)]})
		})
	}
	if id == live.Principal.SessionID {
		return end(asUser(ctx, live), &live.User)
	}
	return a.act(ctx, live, end)
}

// EndOtherSessions signs the user out everywhere but here. No browser but this one is
// spared the second factor after it.
//
// Errors: ErrProofTooOld.
func (a *Account) EndOtherSessions(ctx context.Context, pool *provider.Pool, live *Live) error {
	return a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		return a.Flow.Store.Tx(ctx, func(ctx context.Context) error {
			if end := a.Flow.Factors.EndCredentials; end != nil {
				if err := end(ctx, pool.ID, u.ID); err != nil {
					return err
				}
			}
			rows := a.Flow.Store.Pool(pool.ID)
			if err := rows.EndOtherSessions(ctx, u.ID, live.Principal.SessionID, "signed out by the user"); err != nil {
				return err
			}
			if err := rows.DistrustDevices(ctx, u.ID, live.Device); err != nil {
				return err
			}
			return a.Flow.Audit.Record(ctx, pool.ID, directory.UserSignOut, audit.Success, "user/"+u.ID, map[string]string{"kept": live.Principal.SessionID[:16]})
		})
	})
}

// Devices lists the browsers that the user has signed in from, newest first.
func (a *Account) Devices(ctx context.Context, pool *provider.Pool, live *Live) ([]provider.Device, error) {
	if !a.Flow.keepsDevices(pool) {
		return nil, nil
	}
	return a.Flow.Factors.Devices(ctx, pool.ID, live.User.ID, "", 100)
}

// ForgetDevice forgets a browser and signs out what was begun in it.
//
// Errors: ErrProofTooOld; provider.ErrDeviceNotFound, also for another user's.
func (a *Account) ForgetDevice(ctx context.Context, pool *provider.Pool, live *Live, id string) error {
	return a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		return a.Flow.Factors.ForgetDevice(ctx, pool.ID, u.ID, id)
	})
}

// Activity lists what happened to the account, newest first: at most limit events
// behind the one that before names.
func (a *Account) Activity(ctx context.Context, pool *provider.Pool, live *Live, before string, limit int) ([]provider.Event, error) {
	return a.Flow.Store.Events(ctx, pool.ID, "user/"+live.User.ID, before, limit)
}

// MayDelete reports whether the user may delete the account.
func (a *Account) MayDelete(pool *provider.Pool) bool {
	return a.Flow.Directory != nil && pool.MayDeleteOwn()
}

// Username is what the user signs in by where that is a name of its own and not what
// KnownAs answers; empty otherwise.
func (a *Account) Username(pool *provider.Pool, live *Live) string {
	if len(pool.Settings.UsernameAttrs) > 0 || live.User.Status == provider.UserExternalProvider || live.User.Username == live.User.KnownAs() {
		return ""
	}
	return live.User.Username
}

// Delete deletes the account for good. name is what the user knows it by, or signs in
// by, typed in to show that they mean it.
//
// Errors: ErrProofTooOld; provider.CodeForbidden where the pool does not allow it;
// provider.CodeInvalid for another name.
func (a *Account) Delete(ctx context.Context, pool *provider.Pool, live *Live, name string) error {
	if !a.MayDelete(pool) {
		return &provider.Error{Code: provider.CodeForbidden, Kind: "user", Message: "Accounts are deleted by whoever runs this."}
	}
	return a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		if name != u.KnownAs() && (name == "" || name != a.Username(pool, live)) {
			return provider.Invalid("name", "Type the name of the account.")
		}
		err := a.Flow.Directory.DeleteOwn(ctx, pool.ID, u.ID)
		if errors.Is(err, provider.ErrUserNotFound) {
			return nil // deleted meanwhile
		}
		return err
	})
}

// pages stands for the account's own pages where an app's permissions are asked for:
// it reads and writes what is standard, and what the pool requires. What a pool made up
// for its apps is theirs.
var pages = &provider.Client{}

// Profile is what the user sees of themselves, apart from their addresses: attributes
// that they may change, and others that they have.
func (a *Account) Profile(pool *provider.Pool, live *Live) (change, have []provider.Attribute) {
	seen := directory.Readable(pool, pages, &live.User)
	for _, attribute := range directory.Schema(pool) {
		name := directory.WireName(attribute)
		switch {
		case name == "email" || name == "phone_number":
		case attribute.Mutable && directory.MayWrite(pool, pages, name):
			change = append(change, attribute)
		case seen[name] != "" && name != "updated_at" && name != "email_verified" && name != "phone_number_verified":
			have = append(have, attribute)
		}
	}
	return change, have
}

// SetProfile writes attributes that Profile lets the user change. It needs no new
// proof: nobody gets in by them.
//
// Errors: those of directory.SetOwn and directory.Naming; provider.CodeInvalid for an
// address.
func (a *Account) SetProfile(ctx context.Context, pool *provider.Pool, live *Live, values map[string]string) error {
	for _, by := range []provider.Channel{provider.ByEmail, provider.BySMS} {
		if _, there := values[by.Attribute()]; there {
			return provider.Invalid(by.Attribute(), "The attribute cannot be set here.")
		}
	}
	if err := directory.CheckSaid(values, a.Flow.Store.Now()); err != nil {
		return err
	}
	d := a.Flow.Directory
	return d.Naming(ctx, pool, live.User.ID, values, func() error {
		if err := d.FreeName(ctx, pool, &live.User, values["preferred_username"]); err != nil {
			return err
		}
		return d.SetOwn(asUser(ctx, live), pool, pages, live.User.ID, values)
	})
}

// ChangeAddress gives the user another address, or none. The old one stays until a
// code has proved the new one.
//
// Errors: ErrProofTooOld, ErrLastWay, and those of directory.ChangeAddress.
func (a *Account) ChangeAddress(ctx context.Context, pool *provider.Pool, live *Live, by provider.Channel, address string) error {
	return a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		return a.Flow.Directory.Naming(ctx, pool, u.ID, map[string]string{by.Attribute(): address}, func() error {
			change := func(ctx context.Context) error {
				_, err := a.Flow.Directory.ChangeAddress(ctx, pool, u, by, address)
				return err
			}
			if address == "" {
				return a.Flow.keepingWay(ctx, pool, u.ID, change)
			}
			return change(ctx)
		})
	})
}

// Pending is the address that waits for its proof; empty for none.
func (a *Account) Pending(ctx context.Context, pool *provider.Pool, live *Live, by provider.Channel) (string, error) {
	return a.Flow.Directory.Pending(ctx, pool, &live.User, by)
}

// DropPending gives up the address that waits for its proof. It needs no new proof: the
// one that the user has stays.
func (a *Account) DropPending(ctx context.Context, pool *provider.Pool, live *Live, by provider.Channel) error {
	return a.Flow.Directory.DropPending(asUser(ctx, live), pool, &live.User, by)
}

// ResendWait is in how many seconds SendCode can send another code to an address.
func (a *Account) ResendWait(ctx context.Context, pool *provider.Pool, live *Live, by provider.Channel, to string) (int, error) {
	return a.Flow.Directory.ResendWait(ctx, pool, &live.User, by, to)
}

// SendCode sends the code for the address that waits, or for the one that the user
// has. It needs no new proof: the address was given with one.
//
// Errors: those of directory.RequestVerification.
func (a *Account) SendCode(ctx context.Context, pool *provider.Pool, live *Live, by provider.Channel) error {
	_, err := a.Flow.Directory.RequestVerification(asUser(ctx, live), pool, &live.User, by)
	return err
}

// Verify takes the code that proves an address.
//
// Errors: those of directory.Verify.
func (a *Account) Verify(ctx context.Context, pool *provider.Pool, live *Live, by provider.Channel, code string) error {
	_, err := a.Flow.Directory.Verify(asUser(ctx, live), pool, &live.User, by, code)
	return err
}

// MailsLink reports whether a message that proves an address holds a link beside the code.
func (a *Account) MailsLink(pool *provider.Pool, by provider.Channel) bool {
	return a.Flow.Directory != nil && a.Flow.Directory.MailsLink(pool, by)
}

// CanSend reports whether codes can be sent by a channel.
func (a *Account) CanSend(pool *provider.Pool, by provider.Channel) bool {
	return a.Flow.Directory != nil && a.Flow.Directory.CanSend(pool, by)
}
