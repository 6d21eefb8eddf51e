package risk

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
)

// ErrWorkNeeded answers who asks for a text, where a browser must work first and has
// not.
var ErrWorkNeeded = &provider.Error{Code: provider.CodeInvalid, Kind: "work", Message: "A text message is sent only after a proof of work: ask for one with Cognate.GetWork, and give its solution as cognate:work in ClientMetadata."}

// workLife is how long a puzzle can be solved, and how long its solution counts.
const workLife = 30 * time.Minute

// WorkBits is how many leading zero bits a solution's hash has: some 65,000 tries,
// a second on a slow phone, and dear for whoever wants texts by the million.
const WorkBits = 16

// maxSolution bounds what is hashed for a stranger.
const maxSolution = 300

// Work makes strangers' browsers work before they cost money (after hashcash). A
// puzzle is kept nowhere: it carries a keyed hash of what it is for. That it was
// solved is a row, so a solution counts once, on all nodes.
type Work struct {
	Store  *store.Store
	Sealer *secret.Sealer
}

// Puzzle asks for a text behind Challenge and a colon whose SHA-256 with them begins
// with Bits zero bits.
type Puzzle struct {
	Challenge string
	Bits      int
}

// Ticket is what a solved puzzle lets through: so many texts, for one purpose.
type Ticket struct {
	For   string // such as an attempt
	Texts int
}

// ForAttempt is the ticket of a sign-in attempt: one puzzle for the whole of it.
func ForAttempt(id string) Ticket { return Ticket{For: "attempt:" + id, Texts: 10} }

// ForCall is the ticket of one call of the API, which bears the puzzle itself.
func ForCall(client, challenge string) Ticket {
	return Ticket{For: "call:" + client + ":" + challenge, Texts: 2}
}

type workKey struct{}

// WithWork notes in a context which ticket whoever asks holds, solved or not.
func WithWork(ctx context.Context, t Ticket) context.Context {
	return context.WithValue(ctx, workKey{}, t)
}

// Puzzle makes a puzzle for a scope, such as an attempt or a client.
func (w *Work) Puzzle(pool, scope string) (Puzzle, error) {
	head := make([]byte, 24)
	binary.BigEndian.PutUint64(head, uint64(w.Store.Now().Add(workLife)))
	rand.Read(head[8:])
	mac, err := w.mac(pool, scope, head)
	return Puzzle{base64.RawURLEncoding.EncodeToString(append(head, mac...)), WorkBits}, err
}

func (w *Work) mac(pool, scope string, head []byte) ([]byte, error) {
	key, err := w.Sealer.Derive("proof of work")
	if err != nil {
		return nil, err
	}
	return secret.MAC(key, pool, scope, string(head))[:16], nil
}

// Solve takes a solution, a challenge and an answer with a colon between them, of a
// puzzle that was made for scope, and stamps the ticket. Solving it again changes
// nothing.
//
// Errors: ErrWorkNeeded for what is no solution, or one that comes too late.
func (w *Work) Solve(ctx context.Context, pool, scope, solution string, t Ticket) error {
	challenge, _, ok := strings.Cut(solution, ":")
	raw, err := base64.RawURLEncoding.DecodeString(challenge)
	if !ok || err != nil || len(raw) != 40 || len(solution) > maxSolution {
		return ErrWorkNeeded
	}
	mac, err := w.mac(pool, scope, raw[:24])
	if err != nil {
		return err
	}
	expires := provider.Time(binary.BigEndian.Uint64(raw))
	sum := sha256.Sum256([]byte(solution))
	if !secret.Equal(mac, raw[24:]) || expires <= w.Store.Now() || bits.LeadingZeros64(binary.BigEndian.Uint64(sum[:])) < WorkBits {
		return ErrWorkNeeded
	}
	// Counted from one: Spend finds the row only once it is there.
	_, err = w.Store.Pool(pool).TakeQuota(ctx, t.key(), 0, w.Store.Now().Add(workLife), 1)
	return err
}

// Spend uses the context's ticket for one text. It answers false where the ticket was
// never stamped, or is used up.
func (w *Work) Spend(ctx context.Context, pool string) (bool, error) {
	t, ok := ctx.Value(workKey{}).(Ticket)
	if !ok {
		return false, nil
	}
	return w.Store.Pool(pool).SpendQuota(ctx, t.key(), 0, t.Texts+1)
}

// Solved reports whether a ticket was stamped.
func (w *Work) Solved(ctx context.Context, pool string, t Ticket) (bool, error) {
	used, err := w.Store.Pool(pool).Quota(ctx, t.key(), 0)
	return used > 0, err
}

func (t Ticket) key() string {
	sum := sha256.Sum256([]byte(t.For))
	return "work:" + hex.EncodeToString(sum[:16])
}
