package risk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
)

// Guard counts tries and holds back those that come too fast. Its counts are rows
// in the store, so all nodes share them.
type Guard struct {
	Store *store.Store

	lines lines
}

// The limits. A user's are Cognito's: five failures, then a wait of one second
// that doubles with each further failure, up to 15 minutes. An address stands for
// many people, so it has more failures free.
func userLimit() store.ThrottleLimit {
	return store.ThrottleLimit{Free: 5, First: time.Second, Longest: 15 * time.Minute}
}

// factorLimit is that of what only somebody who gave a right first factor can try. Six digits are few: who guesses day after day must find
// a wait that a few failures of an honest person never reach.
func factorLimit() store.ThrottleLimit {
	return store.ThrottleLimit{Free: 5, First: time.Second, Longest: time.Hour}
}

func addressLimit() store.ThrottleLimit {
	return store.ThrottleLimit{Free: 100, First: time.Second, Longest: 15 * time.Minute}
}

// How many tries of one user, or from one address, run at once in a node. The
// others wait in line: tries under way count as failures until they have ended,
// and honest ones at the same time must not lock each other out. Both stay below
// the free failures.
const (
	userLine    = 4
	addressLine = 64
)

// Subject is who is being tried: a known user by id, or a name that leads nowhere.
type Subject struct {
	UserID string
	Name   string // folded; used when UserID is empty
	What   string // what is tried, where failures of one thing must not be cleared by another's success
	To     string // where a message goes, for who may have them sent to several addresses
	Proven bool   // whoever tries has given a right first factor, so no stranger can make the user wait
}

func (s Subject) limit() store.ThrottleLimit {
	if s.Proven {
		return factorLimit()
	}
	return userLimit()
}

func (s Subject) key() string {
	if s.UserID != "" && s.What != "" {
		return "user:" + s.UserID + ":" + s.What
	}
	if s.UserID != "" {
		return "user:" + s.UserID
	}
	// Names nobody has may be anything, and as long as anybody likes.
	sum := sha256.Sum256([]byte(s.Name))
	return "name:" + hex.EncodeToString(sum[:])
}

// addressKey is empty when the address is unknown, and then nothing is counted by it.
func addressKey(a provider.Actor) string {
	if network := a.Network(); network != "" {
		return "address:" + network
	}
	return ""
}

// Try is one try under way. It counts as a failure unless Passed or Withdraw is
// called; Release it in any case.
type Try struct {
	guard   *Guard
	pool    string
	user    string
	limit   store.ThrottleLimit // of the user
	address string
	leave   []func()
}

// Begin asks leave to try. The failure is counted before the check is made, so
// that a thousand tries at once find out no more than a thousand in a row. The
// address is the context's actor's.
//
// Errors: provider.CodeThrottled with the seconds to wait; the context's.
func (g *Guard) Begin(ctx context.Context, pool string, who Subject) (*Try, error) {
	t := &Try{guard: g, pool: pool, user: who.key(), limit: who.limit(), address: addressKey(provider.ActorFrom(ctx))}
	if err := t.queue(ctx); err != nil {
		t.Release()
		return nil, err
	}
	rows := g.Store.Pool(pool)
	err := g.Store.Tx(ctx, func(ctx context.Context) error {
		wait, err := rows.TakeTry(ctx, t.user, t.limit)
		if err == nil && wait == 0 && t.address != "" {
			wait, err = rows.TakeTry(ctx, t.address, addressLimit())
		}
		if err != nil {
			return err
		}
		if wait > 0 {
			return throttled(wait) // rolls back: a refused try counts nowhere
		}
		return nil
	})
	if err != nil {
		t.Release()
		return nil, err
	}
	return t, nil
}

func (t *Try) queue(ctx context.Context) error {
	// Everybody queues for the user first and for the address second, so no two
	// can wait for each other.
	leave, err := t.guard.lines.enter(ctx, t.pool+" "+t.user, userLine)
	if err != nil {
		return err
	}
	t.leave = append(t.leave, leave)
	if t.address == "" {
		return nil
	}
	leave, err = t.guard.lines.enter(ctx, t.pool+" "+t.address, addressLine)
	if err != nil {
		return err
	}
	t.leave = append(t.leave, leave)
	return nil
}

// Passed forgets the user's failures and takes the try off the address, in the
// transaction that ctx carries.
func (t *Try) Passed(ctx context.Context) error {
	rows := t.guard.Store.Pool(t.pool)
	if err := rows.ClearTries(ctx, t.user); err != nil {
		return err
	}
	if t.address == "" {
		return nil
	}
	return rows.ForgiveTry(ctx, t.address, addressLimit())
}

// Touch writes the try's own count once more, unchanged, in the transaction that ctx
// carries: for work that must look the same whether or not there is something to
// write.
func (t *Try) Touch(ctx context.Context) error {
	return t.guard.Store.Pool(t.pool).TouchTries(ctx, t.user)
}

// Withdraw takes the try back: no check was made, because of a fault of ours or
// because whoever asked went away.
func (t *Try) Withdraw(ctx context.Context) error {
	rows := t.guard.Store.Pool(t.pool)
	return t.guard.Store.Tx(ctx, func(ctx context.Context) error {
		if err := rows.ForgiveTry(ctx, t.user, t.limit); err != nil || t.address == "" {
			return err
		}
		return rows.ForgiveTry(ctx, t.address, addressLimit())
	})
}

// Lockout is a wait that failures have brought about.
type Lockout struct {
	Key   string        // who has to wait, as the guard counts them
	Since provider.Time // when the first failure was that is not forgotten
	Wait  time.Duration // from now on; 0 while there are failures free
}

// Lockout is what this try, and those before it, have the user wait.
func (t *Try) Lockout(ctx context.Context) (Lockout, error) {
	counted, err := t.guard.Store.Pool(t.pool).Tries(ctx, t.user)
	if err != nil {
		return Lockout{}, err
	}
	return Lockout{t.user, counted.WindowStart, max(counted.LockedUntil.Sub(t.guard.Store.Now()), 0)}, nil
}

// Release lets the next in line go on.
func (t *Try) Release() {
	for i := len(t.leave) - 1; i >= 0; i-- {
		t.leave[i]()
	}
	t.leave = nil
}

// throttled is the answer while a wait lasts.
func throttled(wait time.Duration) *provider.Error {
	return &provider.Error{
		Code: provider.CodeThrottled, Kind: "attempts", Message: "Attempt limit exceeded, please try after some time.",
		RetryAfter: int(math.Ceil(wait.Seconds())),
		Cause:      fmt.Errorf("held back for %s", wait.Round(time.Millisecond)),
	}
}

// mailLimit is how often one person is sent a code that anybody may ask for: once,
// and then after waits that double from a minute to an hour, which makes six in the
// first hour and one an hour after that. A message that was answered is taken off.
func mailLimit() store.ThrottleLimit {
	return store.ThrottleLimit{Free: 1, First: time.Minute, Longest: time.Hour}
}

// sentLimit is mailLimit for what is counted once more, by its user, when it is sent:
// a moment after it was asked for. Its waits are a little shorter, or what was let in
// would be dropped there.
func sentLimit() store.ThrottleLimit {
	return store.ThrottleLimit{Free: 1, First: 50 * time.Second, Longest: 50 * time.Minute}
}

// severalLimit is mailLimit for who may name the address: three at once, since one is
// soon mistyped. What goes to each is counted by mailLimit beside.
func severalLimit() store.ThrottleLimit {
	return store.ThrottleLimit{Free: 3, First: time.Minute, Longest: time.Hour}
}

// ErrSeveral is the cause where it is not the address that had a message a moment ago,
// but the person who asked for some at several.
var ErrSeveral = errors.New("codes were asked for at several addresses")

// ErrFromHere is the cause where it is not who the message is for that had one a moment
// ago, but the network that asks: it asked for many, to anybody.
var ErrFromHere = errors.New("messages were asked for too often from this network")

// mailMost is how many messages one person is sent in an hour for a purpose, answered
// or not: who answers each one at once must not have them sent without end.
const mailMost = 20

// askLimit is how often one address may ask for mail to anybody.
func askLimit() store.ThrottleLimit {
	return store.ThrottleLimit{Free: 50, First: 10 * time.Second, Longest: time.Hour}
}

// Ask counts one message that somebody unknown asks to be sent to who. It does the
// same whether or not who leads anywhere.
//
// Errors: provider.CodeThrottled with the seconds to wait.
func (g *Guard) Ask(ctx context.Context, pool string, who Subject, purpose string) error {
	address := addressKey(provider.ActorFrom(ctx))
	if who.To == "" {
		return g.mail(ctx, pool, mailKey(who, purpose), mailLimit(), address)
	}
	rows := g.Store.Pool(pool)
	return g.Store.Tx(ctx, func(ctx context.Context) error {
		wait, err := rows.TakeTry(ctx, mailToKey(who, purpose), mailLimit())
		if err != nil {
			return err
		}
		if wait > 0 {
			return mailed(wait)
		}
		err = g.mail(ctx, pool, mailKey(who, purpose), severalLimit(), address)
		var e *provider.Error
		if errors.As(err, &e) && e.Code == provider.CodeThrottled {
			return e.With(ErrSeveral)
		}
		return err
	})
}

// Wait is in how many seconds Ask lets another message in; 0 for now.
func (g *Guard) Wait(ctx context.Context, pool string, who Subject, purpose string) (int, error) {
	keys := []string{mailKey(who, purpose)}
	if who.To != "" {
		keys = append(keys, mailToKey(who, purpose))
	}
	var wait time.Duration
	for _, key := range keys {
		t, err := g.Store.Pool(pool).Tries(ctx, key)
		if err != nil {
			return 0, err
		}
		wait = max(wait, t.LockedUntil.Sub(g.Store.Now()))
	}
	return int(math.Ceil(wait.Seconds())), nil
}

// Sent counts a message that Ask let in under one of a user's names, or under their
// sub, by the user: who has several names is sent no more than who has one.
//
// Errors: provider.CodeThrottled.
func (g *Guard) Sent(ctx context.Context, pool, userID, purpose string) error {
	return g.mail(ctx, pool, mailKey(Subject{UserID: userID}, purpose), sentLimit(), "")
}

func mailKey(who Subject, purpose string) string { return "mail:" + purpose + ":" + who.key() }

// mailToKey counts what is sent to one of the addresses that a person names.
func mailToKey(who Subject, purpose string) string {
	sum := sha256.Sum256([]byte(who.To))
	return mailKey(who, purpose) + ":" + hex.EncodeToString(sum[:16])
}

func mailed(wait time.Duration) *provider.Error {
	return &provider.Error{Code: provider.CodeThrottled, Kind: "mail", Message: "A code was asked for too often. Wait, then ask again.", RetryAfter: int(math.Ceil(wait.Seconds()))}
}

func (g *Guard) mail(ctx context.Context, pool, key string, limit store.ThrottleLimit, address string) error {
	rows := g.Store.Pool(pool)
	return g.Store.Tx(ctx, func(ctx context.Context) error {
		wait, err := rows.TakeTry(ctx, key, limit)
		if err == nil && wait == 0 {
			wait, err = g.mailHour(ctx, pool, key)
		}
		if err == nil && wait == 0 && address != "" {
			if wait, err = rows.TakeTry(ctx, "mail:"+address, askLimit()); err == nil && wait > 0 {
				return mailed(wait).With(ErrFromHere)
			}
		}
		if err == nil && wait > 0 {
			err = mailed(wait)
		}
		return err // an error rolls back: what is refused counts nowhere
	})
}

// mailHour counts a message into its hour, and answers how long that still lasts where
// it is full.
func (g *Guard) mailHour(ctx context.Context, pool, key string) (time.Duration, error) {
	now := g.Store.Now()
	hour := provider.At(now.Time().Truncate(time.Hour))
	used, err := g.Store.Pool(pool).TakeQuota(ctx, key, hour, hour.Add(2*time.Hour), mailMost)
	if err != nil || used > 0 {
		return 0, err
	}
	return hour.Add(time.Hour).Sub(now), nil
}

// Answered takes one message off the wait for the next, in the transaction that ctx
// carries: it was answered, so it went to somebody who wanted it. What else strangers may
// have asked for stays counted; what went to an address that the person named does not.
// Every message of the hour does.
func (g *Guard) Answered(ctx context.Context, pool string, who Subject, purpose string) error {
	rows := g.Store.Pool(pool)
	if who.To == "" {
		return rows.ForgiveTry(ctx, mailKey(who, purpose), mailLimit())
	}
	if err := rows.ClearTries(ctx, mailToKey(who, purpose)); err != nil {
		return err
	}
	return rows.ForgiveTry(ctx, mailKey(who, purpose), severalLimit())
}
