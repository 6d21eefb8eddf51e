package directory

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/risk"
)

// Work makes strangers' browsers work before a text is sent.
func (d *Directory) Work() *risk.Work { return &risk.Work{Store: d.Store, Sealer: d.Sealer} }

// WantsWork reports whether a stranger's browser must work before this pool texts.
func (d *Directory) WantsWork(p *provider.Pool) bool {
	return p.Settings.SMS.ProofOfWork && d.CanSend(p, provider.BySMS)
}

// Texting is the pool as whoever asks may use it: without texts, as if it listed no
// country, where their browser should have worked and has not. It uses the context's
// ticket for one text.
func (d *Directory) Texting(ctx context.Context, p *provider.Pool) (*provider.Pool, error) {
	if !d.WantsWork(p) || !stranger(ctx) {
		return p, nil
	}
	worked, err := d.Work().Spend(ctx, p.ID)
	if err != nil || worked {
		return p, err
	}
	return withoutTexts(p), nil
}

// stranger reports whether whoever asks has proved nothing: neither an operator nor a
// user who is known by now.
func stranger(ctx context.Context) bool {
	kind := provider.ActorFrom(ctx).Kind
	return kind != "operator" && kind != "user"
}

func withoutTexts(p *provider.Pool) *provider.Pool {
	q := *p
	q.Settings.SMS.Countries = nil
	return &q
}

// everywhere is the pool as if some country were listed.
func everywhere(p *provider.Pool) *provider.Pool {
	q := *p
	q.Settings.SMS.Countries = []string{"001"} // the world (UN M49); no number is of it
	return &q
}

// textsNewcomer refuses to text a stranger who makes an account, where their browser
// should have worked and has not.
func (d *Directory) textsNewcomer(ctx context.Context, p *provider.Pool, u *provider.User) error {
	if d.signUpChannel(p, u) != provider.BySMS {
		return nil
	}
	q, err := d.Texting(ctx, p)
	if err == nil && !d.CanSend(q, provider.BySMS) {
		err = risk.ErrWorkNeeded
	}
	return err
}
