package directory

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/risk"
)

// AskSecond counts one code that somebody who gave a first factor wants sent to an
// address.
//
// Errors: provider.CodeThrottled with the seconds to wait.
func (d *Directory) AskSecond(ctx context.Context, p *provider.Pool, u *provider.User, to string) error {
	return d.Guard.Ask(ctx, p.ID, risk.Subject{UserID: u.ID, To: to}, string(provider.CodeSecondFactor))
}

// SecondWait is in how many seconds AskSecond can be asked again.
func (d *Directory) SecondWait(ctx context.Context, p *provider.Pool, userID, to string) (int, error) {
	return d.Guard.Wait(ctx, p.ID, risk.Subject{UserID: userID, To: to}, string(provider.CodeSecondFactor))
}

// SendSecond sends a code to an address of a user, which one attempt alone may show,
// in the transaction that ctx carries.
func (d *Directory) SendSecond(ctx context.Context, p *provider.Pool, u *provider.User, attempt string, by provider.Channel, address string) error {
	return d.sendCode(ctx, p, u, parcel{Purpose: provider.CodeSecondFactor, Attempt: attempt, By: by, To: address})
}

// ProveSecond checks a code that SendSecond sent to an address. Its caller counts
// failures over many codes.
//
// Errors: provider.ErrCodeMismatch, provider.ErrCodeExpired.
func (d *Directory) ProveSecond(ctx context.Context, p *provider.Pool, u *provider.User, attempt string, by provider.Channel, address, code string) (*Proof, error) {
	c, err := d.checkCode(ctx, u, claim{Purpose: provider.CodeSecondFactor, Attempt: attempt, Code: code})
	if err != nil {
		return nil, err
	}
	if c.Channel != by || c.Destination != address {
		return nil, provider.ErrCodeMismatch
	}
	return &Proof{User: u, Spend: func(ctx context.Context) error {
		if err := d.Store.Pool(p.ID).SpendCode(ctx, c); err != nil {
			return err
		}
		return d.Guard.Answered(ctx, p.ID, risk.Subject{UserID: u.ID, To: address}, string(provider.CodeSecondFactor))
	}}, nil
}
