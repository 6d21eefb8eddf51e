package secret

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
)

// ErrBusy means that so many passwords wait to be hashed that one more would
// only be answered too late.
var ErrBusy = errors.New("too many passwords wait to be hashed")

// Hasher makes and checks Argon2id password hashes. It works on as many at once
// as it was given slots; the rest wait in line, in order, so a burst costs time
// and never memory. It is safe for concurrent use.
type Hasher struct {
	params  Params
	slots   chan struct{}
	line    int64
	waiting atomic.Int64
	done    atomic.Uint64
}

// NewHasher returns a hasher with the costs for new hashes, and how many hashes
// run at once: runtime.GOMAXPROCS(0) keeps every core busy and no more. Up to
// line callers wait; beyond that the answer is ErrBusy.
func NewHasher(p Params, parallel, line int) (*Hasher, error) {
	if !p.valid() {
		return nil, fmt.Errorf("argon2id costs m=%d t=%d p=%d are out of bounds", p.Memory, p.Time, p.Threads)
	}
	if parallel < 1 || line < 1 {
		return nil, errors.New("a hasher needs at least one slot and room for one to wait")
	}
	return &Hasher{params: p, slots: make(chan struct{}, parallel), line: int64(line)}, nil
}

// Hash returns the PHC string of a new password.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	out := argon2Hash{Params: h.params, variant: argon2id, salt: Bytes(16)}
	err := h.run(ctx, func() { out.hash = out.key(password, 32) })
	if err != nil {
		return "", err
	}
	return out.String(), nil
}

// Verify reports whether the password belongs to a stored hash: one of ours, or one of
// another system from an import (see HashKind). stale says that the password is right
// but its hash is not what a new one would be, so that the caller should store
// Hash(password). The error is ErrPasswordHash, ErrBusy or the context's.
func (h *Hasher) Verify(ctx context.Context, stored, password string) (ok, stale bool, err error) {
	want, err := parseHash(stored)
	if err != nil {
		return false, false, err
	}
	err = h.run(ctx, func() { ok = want.same(password) })
	return ok, ok && want.params != h.params, err
}

// Decoy does the work of Verify for somebody who does not exist, so that the
// time of the answer does not tell.
func (h *Hasher) Decoy(ctx context.Context, password string) error {
	decoy := argon2Hash{Params: h.params, variant: argon2id, salt: make([]byte, 16)}
	return h.run(ctx, func() { decoy.key(password, 32) })
}

// Hashes is how many passwords were hashed so far, decoys among them.
func (h *Hasher) Hashes() uint64 { return h.done.Load() }

// Waiting is how many callers stand in line now.
func (h *Hasher) Waiting() int { return int(h.waiting.Load()) }

// Running is how many passwords are being hashed now.
func (h *Hasher) Running() int { return len(h.slots) }

func (h *Hasher) run(ctx context.Context, work func()) error {
	if h.waiting.Add(1) > h.line {
		h.waiting.Add(-1)
		return ErrBusy
	}
	select {
	case h.slots <- struct{}{}:
		h.waiting.Add(-1)
	case <-ctx.Done():
		h.waiting.Add(-1)
		return fmt.Errorf("wait to hash a password: %w", context.Cause(ctx))
	}
	defer func() { <-h.slots }()
	work()
	h.done.Add(1)
	return nil
}
