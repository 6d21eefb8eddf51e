package directory

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
)

// JobCode is the kind of the job that sends a code.
const JobCode = "code"

// wanted is a code that somebody asked for. Whether there is anybody to send it to
// is found out by the job, so that the answer takes the same time either way.
type wanted struct {
	Purpose provider.CodePurpose `json:"purpose"`
	Name    string               `json:"name"`
	Attempt string               `json:"attempt,omitempty"` // the sign-in that alone may show it
	Channel provider.Channel     `json:"channel,omitempty"` // of a code to sign in with; else the pool's rules choose
	Flow    string               `json:"flow,omitempty"`    // the attempt that a link leads back to
	// NoTexts: the browser that asked should have worked for a text and has not.
	NoTexts bool `json:"no_texts,omitempty"`
	// Operator: an operator has asked for the reset, so it goes on where people cannot
	// ask themselves.
	Operator bool `json:"operator,omitempty"`
	// Newcomer is who signed up on a page, in place of a name.
	Newcomer *newcomer `json:"newcomer,omitempty"`
	// Who asked, as far as that is known: texts are counted by it, and the trail tells.
	Actor provider.Actor `json:"actor"`
}

// askCode takes in a wish for a code. It looks nobody up.
//
// Errors: provider.CodeThrottled; provider.CodeInvalid when nothing can be sent;
// risk.ErrWorkNeeded when only a text could be, and nobody worked for one.
func (d *Directory) askCode(ctx context.Context, p *provider.Pool, w wanted) error {
	if d.cannotSend(p) {
		if p.Settings.SMS.ProofOfWork && d.Post.Ready(provider.BySMS) {
			return risk.ErrWorkNeeded
		}
		return errCannotSend()
	}
	if !w.Operator && w.Channel != provider.ByEmail {
		q, err := d.Texting(ctx, p)
		if err != nil {
			return err
		}
		w.NoTexts = !d.CanSend(q, provider.BySMS) // also where the caller has asked Texting before
		if d.cannotSend(q) || w.NoTexts && w.Channel == provider.BySMS {
			return risk.ErrWorkNeeded
		}
	}
	return d.Store.Tx(ctx, func(ctx context.Context) error {
		if err := d.Guard.Ask(ctx, p.ID, risk.Subject{Name: NameKey(p, w.Name)}, string(w.Purpose)); err != nil {
			return err
		}
		return d.put(ctx, p, w)
	})
}

// AskWait is in how many seconds another code for a purpose can be asked for with a
// name. It looks nobody up.
func (d *Directory) AskWait(ctx context.Context, p *provider.Pool, name string, purpose provider.CodePurpose) (int, error) {
	return d.Guard.Wait(ctx, p.ID, risk.Subject{Name: NameKey(p, name)}, string(purpose))
}

// put takes a wish in, in the transaction that ctx carries.
func (d *Directory) put(ctx context.Context, p *provider.Pool, w wanted) error {
	w.Actor = provider.ActorFrom(ctx)
	plain, err := json.Marshal(w)
	if err != nil {
		return fmt.Errorf("code job: %w", err)
	}
	key := uuid.NewString()
	return d.Store.All().Enqueue(ctx, provider.Job{
		PoolID: p.ID, Kind: JobCode, DedupeKey: key, Payload: d.Sealer.Seal(wantedRow(p.ID, key), plain),
	})
}

func wantedRow(pool, key string) secret.Row {
	return secret.Row{Table: "jobs", Tenant: pool, ID: key, Column: "payload"}
}

// SendCode is the handler of JobCode: it sends a code to whom the name leads, if
// they may have one, and else does nothing.
func (d *Directory) SendCode(ctx context.Context, j provider.Job) error {
	plain, err := d.Sealer.Open(wantedRow(j.PoolID, j.DedupeKey), j.Payload)
	if err != nil {
		return fmt.Errorf("open code job: %w", err)
	}
	var w wanted
	if err := json.Unmarshal(plain, &w); err != nil {
		return fmt.Errorf("read code job: %w", err)
	}
	p, err := d.Pool(ctx, j.PoolID)
	if err == nil && w.Newcomer != nil {
		return d.settle(provider.WithActor(ctx, w.Actor), p, w.Newcomer)
	}
	if err == nil {
		if w.NoTexts {
			p = withoutTexts(p)
		}
		var u *provider.User
		if u, err = d.FindUser(ctx, j.PoolID, w.Name); err == nil {
			err = d.sendWanted(ctx, p, u, w)
		}
	}
	if provider.CodeOf(err) == provider.CodeNotFound {
		return nil
	}
	return err
}

func (d *Directory) sendWanted(ctx context.Context, p *provider.Pool, u *provider.User, w wanted) error {
	by := d.channel(p, u, w)
	if by == "" {
		return nil
	}
	if w.Purpose == provider.CodeSignIn {
		if alone, err := d.SecondAlone(ctx, p, u, by); alone || err != nil {
			return err
		}
	}
	err := d.Store.Tx(ctx, func(ctx context.Context) error {
		if err := d.Guard.Sent(ctx, p.ID, u.ID, string(w.Purpose)); err != nil {
			return err
		}
		return d.sendCode(provider.WithActor(ctx, w.Actor), p, u, parcel{Purpose: w.Purpose, Attempt: w.Attempt, By: by, To: u.Attributes[by.Attribute()], Flow: w.Flow})
	})
	if provider.CodeOf(err) == provider.CodeThrottled {
		return nil // nobody waits for the answer, and a stranger must not learn of it
	}
	return err
}

// channel is how a user is sent the code that somebody asked for; empty where they
// may have none.
func (d *Directory) channel(p *provider.Pool, u *provider.User, w wanted) provider.Channel {
	var by provider.Channel
	switch w.Purpose {
	case provider.CodeSignUp:
		by = d.signUpChannel(p, u)
	case provider.CodeResetPassword:
		by = d.recoveryChannel(p, u, w.Operator)
	case provider.CodeSignIn:
		by = w.Channel
	}
	if by == "" || !d.CanSend(p, by) || !mayHave(p, u, w.Purpose, by) {
		return ""
	}
	return by
}

// parcel is a code on its way.
type parcel struct {
	Purpose provider.CodePurpose
	Attempt string
	By      provider.Channel
	To      string // the address, which the code proves
	Flow    string // the attempt that a link leads back to; empty for none
	Insist  bool   // an operator sends it, who is told when a limit holds a text back
}

// sendCode makes a code and sends it, in the transaction that ctx carries.
func (d *Directory) sendCode(ctx context.Context, p *provider.Pool, u *provider.User, k parcel) error {
	c := &provider.OneTimeCode{
		PoolID: p.ID, UserID: u.ID, Purpose: k.Purpose, Attempt: k.Attempt, KeyVersion: d.Sealer.Version(), Channel: k.By, Destination: k.To,
		SentAt: d.Store.Now(), ExpiresAt: d.Store.Now().Add(k.Purpose.Life()),
	}
	code, link := newCode(), ""
	var err error
	if d.links(p, k) {
		token := secret.Token()
		c.LinkHash, link = secret.Hash(token), d.linkTo(p, token, k.Flow)
		if code, err = d.codeOfLink(c, token); err != nil {
			return err
		}
	}
	if c.Hash, err = d.codeHash(c, code); err != nil {
		return err
	}
	if err := d.Store.Pool(p.ID).PutCode(ctx, c); err != nil {
		return err
	}
	name, err := d.signsInAs(ctx, p, u)
	if err != nil {
		return err
	}
	send := d.Post.Send
	if k.Insist {
		send = d.Post.Insist
	}
	return send(ctx, message.Letter{
		Pool: p, Kind: message.Kind(k.Purpose), Channel: k.By, To: k.To, UserID: u.ID, Lang: u.Attributes["locale"], Username: name, Code: code, Link: link,
		Lasts: k.Purpose.Life(),
	})
}
