package directory

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/url"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/secret"
)

// A link holds a random token, of which the hash alone is kept, and the code can be
// computed from the token: so a page can show the code to whoever has the link, which
// stands beside the code in the same message.
//
// Mail scanners follow links, and some press the buttons of what they find. So opening
// a link changes nothing, and pressing its button confirms only in the browser that
// began: it holds that attempt's cookie, or the session of the account. Anywhere else
// the button shows the code. Whoever signs up with somebody else's address hopes that
// their scanner confirms it; all that a scanner reaches is a code on a page that nobody
// reads.

// Link is what a link in a message is for.
type Link struct {
	UserID      string
	Purpose     provider.CodePurpose
	Destination string // masked
	Code        string
}

// links reports whether a code goes out with a link.
func (d *Directory) links(p *provider.Pool, k parcel) bool {
	return d.MailsLink(p, k.By) && (k.Purpose == provider.CodeSignUp || k.Purpose == provider.CodeVerifyEmail)
}

// MailsLink reports whether a message by a channel that proves an address holds a link
// beside the code.
func (d *Directory) MailsLink(p *provider.Pool, by provider.Channel) bool {
	return p.Settings.Verification.ByLink && d.PageURL != nil && by == provider.ByEmail
}

// linkTo is the address in a message. flow is the attempt that the link leads back to;
// it is of use in one browser alone.
func (d *Directory) linkTo(p *provider.Pool, token, flow string) string {
	q := url.Values{"token": {token}}
	if flow != "" {
		q.Set("flow", flow)
	}
	return d.PageURL(p) + message.SignUp.Path() + "?" + q.Encode()
}

// codeOfLink is the six digits that go with a link's token.
func (d *Directory) codeOfLink(c *provider.OneTimeCode, token string) (string, error) {
	key, err := d.Sealer.DeriveFrom(c.KeyVersion, "codes of links")
	if err != nil {
		return "", err
	}
	mac := secret.MAC(key, c.PoolID, c.UserID, string(c.Purpose), token)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(mac)%1_000_000), nil
}

// Link finds what a link is for. It changes nothing.
//
// Errors: provider.ErrCodeMismatch for one that is used, too old or none.
func (d *Directory) Link(ctx context.Context, p *provider.Pool, token string) (*Link, error) {
	c, err := d.Store.Pool(p.ID).CodeByLink(ctx, secret.Hash(token))
	if err != nil {
		return nil, err
	}
	if c.Purpose == provider.CodeUndo || c.ExpiresAt <= d.Store.Now() {
		return nil, provider.ErrCodeMismatch
	}
	code, err := d.codeOfLink(c, token)
	if err != nil {
		return nil, provider.ErrCodeMismatch.With(err) // the key that made it was taken away
	}
	return &Link{UserID: c.UserID, Purpose: c.Purpose, Destination: Masked(c.Destination), Code: code}, nil
}
