package message

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/secret"
)

// Drop is why a text is not sent; empty when it is.
type Drop string

// The reasons. Strangers are told none of them: they would learn which numbers work.
const (
	DropNumber  Drop = "number"  // it is none that texts reach: a fixed line, a premium rate, or no number at all
	DropCountry Drop = "country" // its country is not on the pool's list
	DropTo      Drop = "to"      // that number had enough today
	DropPrefix  Drop = "prefix"  // numbers beside it had enough: somebody walks through a range
	DropAddress Drop = "address" // the network address that asks had enough
	DropBudget  Drop = "budget"  // the pool's budget for the day is spent
)

// problem says to an operator why a text did not go, and what to do.
func (d Drop) problem() error {
	why := map[Drop]string{
		DropNumber:  "No text can be sent to this number: it is no mobile number.",
		DropCountry: "The pool sends no texts to this number's country. Allow it with SmsLimits.Countries.",
		DropTo:      "This number had as many texts today as SmsLimits.PerNumber allows.",
		DropPrefix:  "Numbers like this one had as many texts today as SmsLimits.PerPrefix allows.",
		DropAddress: "This network address asked for as many texts today as SmsLimits.PerAddress allows.",
		DropBudget:  "The pool has sent as many texts today as SmsLimits.DailyBudget allows.",
	}[d]
	return &provider.Error{Code: provider.CodeLimit, Kind: "sms", Message: why, Cause: errors.New(string(d))}
}

// What the trail calls texts that were not sent, and the alarms.
const (
	ActionDropped     = "message.dropped"
	ActionBudgetNear  = "message.budget_near"
	ActionBudgetSpent = "message.budget_spent"
)

// numberOf reads a number (E.164) and the country it belongs to (ISO 3166-1). A number
// that nobody can be texted at has none: toll fraud lives on numbers that cost much to
// reach.
func numberOf(to string) (number, country string) {
	if !strings.HasPrefix(to, "+") {
		return "", ""
	}
	n, err := phonenumbers.Parse(to, "")
	if err != nil {
		return "", ""
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return phonenumbers.Format(n, phonenumbers.E164), phonenumbers.GetRegionCodeForNumber(n)
	}
	return "", ""
}

// count is one limit of a text.
type count struct {
	drop  Drop
	key   string
	limit int
}

// spend counts a text against every limit of its pool, in the transaction that ctx
// carries, and answers why it may not go. The budget comes last, so that what is
// refused for another reason costs nothing of it; what was counted before a refusal is
// given back.
//
// Codes that are a second factor have a count to their number of their own. Whoever asks
// for one has given a first factor, and strangers who have codes of other kinds sent to
// somebody must not use up what they need to sign in.
func (p *Post) spend(ctx context.Context, l Letter) (Drop, error) {
	pool, whose := l.Pool, "to"
	if l.Kind == SecondFactor {
		whose = "second"
	}
	if drop := p.Reaches(pool, l.To); drop != "" {
		return drop, nil
	}
	number, _ := numberOf(l.To)
	limits := pool.Settings.SMS.InForce()
	key, err := p.Outbox.Sealer.Derive("sms quotas")
	if err != nil {
		return "", err
	}
	rows, window := p.Outbox.Store.Pool(pool.ID), p.today()
	hidden := func(kind, what string) string {
		return "sms:" + kind + ":" + hex.EncodeToString(secret.MAC(key, what)[:16])
	}
	counts := []count{
		{DropTo, hidden(whose, number), limits.PerNumber},
		{DropPrefix, hidden("prefix", number[:len(number)-4]), limits.PerPrefix},
	}
	if actor := provider.ActorFrom(ctx); actor.Kind != "operator" && actor.Network() != "" {
		counts = append(counts, count{DropAddress, "sms:address:" + actor.Network(), limits.PerAddress})
	}
	last := len(counts)
	counts = append(counts, count{DropBudget, "sms:pool", limits.DailyBudget})
	for i, c := range counts {
		used, err := rows.TakeQuota(ctx, c.key, window, window.Add(48*time.Hour), c.limit)
		if err != nil {
			return "", err
		}
		if i == last {
			if err := p.watchBudget(ctx, pool, used, c.limit); err != nil {
				return "", err
			}
		}
		if used > 0 {
			continue
		}
		for _, before := range counts[:i] {
			if err := rows.ReturnQuota(ctx, before.key, window); err != nil {
				return "", err
			}
		}
		return c.drop, nil
	}
	return "", nil
}

// today is when the day began, in UTC.
func (p *Post) today() provider.Time {
	return provider.At(p.Outbox.Store.Now().Time().UTC().Truncate(24 * time.Hour))
}

// watchBudget raises an alarm when four in five of the day's texts are sent, and when
// all are: in the trail, in the log and by mail to operators, each once a day. used is
// 0 when the budget stood in the way.
func (p *Post) watchBudget(ctx context.Context, pool *provider.Pool, used, budget int) error {
	kind, action := SMSBudgetSpent, ActionBudgetSpent
	switch {
	case used > 0 && used*5 < budget*4:
		return nil
	case used > 0 && used < budget:
		kind, action = SMSBudgetNear, ActionBudgetNear
	}
	first, err := p.Outbox.Store.Pool(pool.ID).TakeQuota(ctx, "sms:alarm:"+string(kind), p.today(), p.today().Add(48*time.Hour), 1)
	if err != nil || first == 0 {
		return err
	}
	p.Outbox.Store.AfterCommit(ctx, func() {
		if p.Outbox.Log != nil {
			p.Outbox.Log.WarnContext(ctx, "text messages near or at the day's budget", "pool", pool.ID, "alarm", string(kind), "budget", budget)
		}
	})
	trail := &audit.Log{Store: p.Outbox.Store}
	if err := trail.Record(ctx, pool.ID, action, audit.Success, "pool/"+pool.ID, nil); err != nil || p.Operators == nil || !p.Ready(provider.ByEmail) {
		return err
	}
	operators, err := p.Operators(ctx, pool.ID)
	if err != nil {
		return err
	}
	for _, u := range operators {
		if err := p.Send(ctx, Letter{Pool: pool, Kind: kind, To: u.Attributes["email"], Lang: u.Attributes["locale"], Username: u.Username}); err != nil {
			return err
		}
	}
	return nil
}
