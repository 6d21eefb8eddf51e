package factor

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
)

// MaxPasskeys is how many passkeys a user may have.
const MaxPasskeys = 20

// What a passkey can be refused for, beside provider.ErrPasskeyExists.
var (
	ErrWrongPasskey     = &provider.Error{Code: provider.CodeUnauthorized, Kind: "passkey", Message: "The passkey was not accepted."}
	ErrPasskeyCopied    = &provider.Error{Code: provider.CodeUnauthorized, Kind: "passkey copied", Message: "The passkey may have been copied. Sign in another way, remove it and add a new one."}
	ErrPasskeyMalformed = &provider.Error{Code: provider.CodeInvalid, Kind: "passkey", Field: "Credential", Message: "The credential is not one that WebAuthn makes."}
	ErrPasskeyChallenge = &provider.Error{Code: provider.CodeExpired, Kind: "passkey challenge", Message: "The passkey was not asked for, or too long ago. Begin again."}
	ErrPasskeyOrigin    = &provider.Error{Code: provider.CodeUnauthorized, Kind: "passkey origin", Message: "The passkey was made on a site that this user pool does not know."}
	ErrAuthenticator    = &provider.Error{Code: provider.CodeForbidden, Kind: "authenticator", Message: "This user pool does not take passkeys of that make. Use another authenticator."}
	ErrPasskeyLimit     = &provider.Error{Code: provider.CodeLimit, Kind: "passkey", Message: fmt.Sprintf("A user has at most %d passkeys. Remove one first.", MaxPasskeys)}
	errRelyingParty     = provider.Invalid("RelyingPartyId", "Passkeys cannot work with this relying party or base URL: they need a host name.")
	ErrNoPasskeys       = &provider.Error{Code: provider.CodeForbidden, Kind: "passkeys", Message: "This user pool takes no passkeys."}
)

// Question is a WebAuthn ceremony under way. It is answered once.
type Question struct {
	// Options are for the browser: the JSON of a PublicKeyCredentialCreationOptions or
	// ...RequestOptions (WebAuthn Level 3 sections 5.1.8 and 5.1.9).
	Options json.RawMessage `json:"options"`
	// Session is what the answer must match.
	Session webauthn.SessionData `json:"session"`
}

// RelyingPartyID is the domain that a pool's passkeys are bound to. It is "" where
// the base URL is none that passkeys work at.
func (f *Factors) RelyingPartyID(pool *provider.Pool) string {
	if id := pool.Settings.Passkeys.RelyingPartyID; id != "" {
		return id
	}
	base, err := url.Parse(f.BaseURL)
	if err != nil {
		return ""
	}
	return base.Hostname()
}

// CheckRelyingParty refuses a domain that no page which asks for passkeys has: browsers
// turn it away there (WebAuthn Level 3 section 5.1.3).
//
// Errors: provider.CodeInvalid.
func (f *Factors) CheckRelyingParty(s *provider.PasskeySettings) error {
	if s.RelyingPartyID == "" {
		return nil
	}
	host := ""
	for _, origin := range append([]string{f.BaseURL}, s.Origins...) {
		u, err := url.Parse(origin)
		if err != nil {
			return fmt.Errorf("origin of passkeys: %w", err)
		}
		if h := u.Hostname(); h == s.RelyingPartyID || strings.HasSuffix(h, "."+s.RelyingPartyID) {
			return nil
		}
		if host == "" {
			host = u.Hostname()
		}
	}
	return provider.Invalid("RelyingPartyId", "The pages are at %s, which is not %s and does not lie below it: browsers would refuse every passkey. Choose %s or a domain above it, or name an app's own pages there in Origins.", host, s.RelyingPartyID, host)
}

// relyingParty is a pool as the WebAuthn library knows it. The origins are the
// configured ones; what a request claims to be its host has no say.
func (f *Factors) relyingParty(pool *provider.Pool) (*webauthn.WebAuthn, error) {
	base, err := url.Parse(f.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	s := pool.Settings.Passkeys
	attestation := protocol.PreferNoAttestation
	if len(s.AAGUIDs) > 0 {
		attestation = protocol.PreferDirectAttestation
	}
	// Only a discoverable credential can say whose it is, before anybody has.
	discoverable := protocol.ResidentKeyRequirementPreferred
	if slices.Contains(pool.Settings.First(), provider.FactorPasskey) {
		discoverable = protocol.ResidentKeyRequirementRequired
	}
	id := f.RelyingPartyID(pool)
	if id == "" {
		return nil, errRelyingParty
	}
	rp, err := webauthn.New(&webauthn.Config{
		RPID: id, RPDisplayName: pool.Title(),
		RPOrigins:              append([]string{base.Scheme + "://" + base.Host}, s.Origins...),
		AttestationPreference:  attestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{UserVerification: verification(s), ResidentKey: discoverable, RequireResidentKey: protocol.ResidentKeyNotRequired()},
		// Some password managers tell credProps unasked. No extension is read here.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil, errRelyingParty.With(err)
	}
	if discoverable == protocol.ResidentKeyRequirementRequired {
		rp.Config.AuthenticatorSelection.RequireResidentKey = protocol.ResidentKeyRequired()
	}
	return rp, nil
}

func verification(s provider.PasskeySettings) protocol.UserVerificationRequirement {
	if s.Verification == "required" {
		return protocol.VerificationRequired
	}
	return protocol.VerificationPreferred
}

// holder is a user with their passkeys, as the WebAuthn library wants them.
type holder struct {
	user *provider.User
	keys []provider.Passkey
}

func (h holder) WebAuthnID() []byte          { return []byte(h.user.ID) }
func (h holder) WebAuthnName() string        { return h.user.KnownAs() }
func (h holder) WebAuthnDisplayName() string { return h.user.KnownAs() }

func (h holder) WebAuthnCredentials() []webauthn.Credential {
	out := make([]webauthn.Credential, 0, len(h.keys))
	for _, k := range h.keys {
		c := webauthn.Credential{
			PublicKey: k.PublicKey,
			Flags:     webauthn.CredentialFlags{UserPresent: true, UserVerified: k.UserVerified, BackupEligible: k.BackupEligible, BackupState: k.BackupState},
			Authenticator: webauthn.Authenticator{
				SignCount: uint32(k.SignCount), Attachment: protocol.AuthenticatorAttachment(k.Attachment),
			},
		}
		var err error
		if c.ID, err = base64.RawURLEncoding.DecodeString(k.ID); err != nil {
			continue // it is stored in this form alone
		}
		for _, t := range k.Transports {
			c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
		}
		out = append(out, c)
	}
	return out
}

// WebAuthnCredentialIDs is what the browser is told of that still works.
func (h holder) WebAuthnCredentialIDs() [][]byte {
	var out [][]byte
	for _, c := range h.WebAuthnCredentials() {
		out = append(out, c.ID)
	}
	return out
}

// AskNewPasskey begins to add a passkey for a user.
//
// Errors: ErrNoPasskeys, ErrPasskeyLimit, provider.CodeInvalid where the pool's
// relying party cannot work.
func (f *Factors) AskNewPasskey(ctx context.Context, pool *provider.Pool, u *provider.User) (*Question, error) {
	if !pool.Settings.TakesPasskeys() {
		return nil, ErrNoPasskeys
	}
	rp, err := f.relyingParty(pool)
	if err != nil {
		return nil, err
	}
	keys, err := f.Store.Pool(pool.ID).Passkeys(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	if len(keys) >= MaxPasskeys {
		return nil, ErrPasskeyLimit
	}
	h := holder{u, keys}
	var known []protocol.CredentialDescriptor
	for _, c := range h.WebAuthnCredentials() {
		known = append(known, c.Descriptor())
	}
	creation, session, err := rp.BeginRegistration(h, webauthn.WithExclusions(known))
	if err != nil {
		return nil, fmt.Errorf("begin passkey: %w", err)
	}
	return question(creation.Response, session)
}

// AskPasskey asks a user for one of their passkeys. For nobody, nil, it asks
// whoever is there for a passkey that says whose it is.
//
// Errors: provider.ErrPasskeyNotFound when the user has none that works.
func (f *Factors) AskPasskey(ctx context.Context, pool *provider.Pool, u *provider.User) (*Question, error) {
	rp, err := f.relyingParty(pool)
	if err != nil {
		return nil, err
	}
	if u == nil {
		assertion, session, err := rp.BeginDiscoverableLogin()
		if err != nil {
			return nil, fmt.Errorf("ask for a passkey: %w", err)
		}
		return question(assertion.Response, session)
	}
	keys, err := f.Store.Pool(pool.ID).Passkeys(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	keys = slices.DeleteFunc(keys, func(k provider.Passkey) bool { return k.Suspect })
	if len(keys) == 0 {
		return nil, provider.ErrPasskeyNotFound
	}
	assertion, session, err := rp.BeginLogin(holder{u, keys})
	if err != nil {
		return nil, fmt.Errorf("ask for a passkey: %w", err)
	}
	return question(assertion.Response, session)
}

func question(options any, session *webauthn.SessionData) (*Question, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return nil, fmt.Errorf("passkey options: %w", err)
	}
	return &Question{Options: text, Session: *session}, nil
}

// ProveNewPasskey proves the answer to AskNewPasskey's question. An empty name takes
// the authenticator's. AddPasskey stores what it returns.
//
// Errors: ErrPasskeyMalformed, ErrWrongPasskey, ErrPasskeyChallenge,
// ErrPasskeyOrigin, ErrAuthenticator, provider.CodeInvalid for the name.
func (f *Factors) ProveNewPasskey(ctx context.Context, pool *provider.Pool, u *provider.User, q *Question, credential, name string) (*provider.Passkey, error) {
	name, err := passkeyName(name)
	if err != nil {
		return nil, err
	}
	rp, err := f.relyingParty(pool)
	if err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(credential))
	if err != nil {
		return nil, ErrPasskeyMalformed.With(err)
	}
	c, err := rp.CreateCredential(holder{user: u}, q.Session, parsed)
	if err != nil {
		return nil, refusal(rp, q, &parsed.Response.CollectedClientData, err)
	}
	aaguid, err := uuid.FromBytes(c.Authenticator.AAGUID)
	if err != nil {
		return nil, ErrPasskeyMalformed.With(err)
	}
	// All zeroes stand for an authenticator that does not tell what it is. The
	// library's own list lets it pass, so the list is kept here.
	allowed := pool.Settings.Passkeys.AAGUIDs
	if len(allowed) > 0 && !slices.ContainsFunc(allowed, func(a string) bool { return strings.EqualFold(a, aaguid.String()) }) {
		return nil, ErrAuthenticator
	}
	k := &provider.Passkey{
		PoolID: pool.ID, UserID: u.ID, ID: base64.RawURLEncoding.EncodeToString(c.ID), PublicKey: c.PublicKey, AAGUID: aaguid.String(),
		Attachment: string(c.Authenticator.Attachment), SignCount: int64(c.Authenticator.SignCount), UserVerified: c.Flags.UserVerified,
		BackupEligible: c.Flags.BackupEligible, BackupState: c.Flags.BackupState, Name: name,
	}
	for _, t := range c.Transport {
		if len(k.Transports) < 8 && len(t) <= 32 { // whoever answers could say anything
			k.Transports = append(k.Transports, string(t))
		}
	}
	if k.Name == "" {
		k.Name = defaultName(k, provider.ActorFrom(ctx).UserAgent)
	}
	return k, nil
}

// refusal says why an answer was not accepted, as far as whoever asked may fix it.
// The check itself was the library's.
func refusal(rp *webauthn.WebAuthn, q *Question, data *protocol.CollectedClientData, err error) error {
	var told *protocol.Error
	if errors.As(err, &told) && told.DevInfo != "" {
		err = fmt.Errorf("%w (%s)", err, told.DevInfo)
	}
	switch {
	case data.Challenge != q.Session.Challenge:
		return ErrPasskeyChallenge.With(err)
	case !protocol.IsOriginInHaystack(data.Origin, rp.Config.RPOrigins):
		return ErrPasskeyOrigin.With(err)
	}
	return ErrWrongPasskey.With(err)
}

// Shown is the answer to AskPasskey's question, read but not proven.
type Shown struct {
	ID     string // the credential's
	parsed *protocol.ParsedCredentialAssertionData
}

// ReadPasskey reads an answer as a browser sends it.
//
// Errors: ErrPasskeyMalformed.
func ReadPasskey(credential string) (*Shown, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(credential))
	if err != nil {
		return nil, ErrPasskeyMalformed.With(err)
	}
	return &Shown{ID: base64.RawURLEncoding.EncodeToString(parsed.RawID), parsed: parsed}, nil
}

// Used is a passkey that has just been proven. UsePasskey writes it down.
type Used struct {
	Key      provider.Passkey
	Verified bool // the authenticator checked who holds it
}

// AMR is how it proved its holder (RFC 8176): by a key, which is bound to hardware
// unless it can be backed up, and a touch at least.
func (u *Used) AMR() []string {
	if u.Key.BackupEligible {
		return []string{"swk", "user"}
	}
	return []string{"hwk", "user"}
}

// ProvePasskey proves the answer to AskPasskey's question for a user. A counter that
// goes backwards marks the passkey and tells the user.
//
// Errors: ErrWrongPasskey, ErrPasskeyChallenge, ErrPasskeyOrigin, ErrPasskeyCopied.
// A passkey that the user does not have is ErrWrongPasskey, with
// provider.ErrPasskeyNotFound as its cause.
func (f *Factors) ProvePasskey(ctx context.Context, pool *provider.Pool, u *provider.User, q *Question, s *Shown) (*Used, error) {
	rp, err := f.relyingParty(pool)
	if err != nil {
		return nil, err
	}
	keys, err := f.Store.Pool(pool.ID).Passkeys(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(keys, func(k provider.Passkey) bool { return k.ID == s.ID })
	if i < 0 {
		return nil, ErrWrongPasskey.With(provider.ErrPasskeyNotFound)
	}
	var c *webauthn.Credential
	h := holder{u, keys}
	if len(q.Session.UserID) > 0 {
		c, err = rp.ValidateLogin(h, q.Session, s.parsed)
	} else {
		// The library compares the user that the passkey names.
		_, c, err = rp.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return h, nil }, q.Session, s.parsed)
	}
	if err != nil {
		return nil, refusal(rp, q, &s.parsed.Response.CollectedClientData, err)
	}
	if c.Authenticator.CloneWarning || keys[i].Suspect {
		if err := f.suspect(ctx, pool, u, &keys[i]); err != nil {
			return nil, err
		}
		return nil, ErrPasskeyCopied
	}
	used := &Used{Key: keys[i], Verified: s.parsed.Response.AuthenticatorData.Flags.HasUserVerified()}
	used.Key.SignCount, used.Key.BackupState = int64(c.Authenticator.SignCount), c.Flags.BackupState
	return used, nil
}
