package risk

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// lines holds one waiting line for each key in use. Its zero value is ready.
type lines struct {
	mu sync.Mutex
	m  map[string]*line
}

type line struct {
	slots chan struct{}
	users int // those inside and those waiting
}

// maxLine is how many may wait for one slot. More would only be answered too late,
// and each holds memory.
const maxLine = 16

// enter waits for one of the key's slots and returns what gives it back.
//
// Errors: provider.CodeThrottled when the line is full; the context's.
func (l *lines) enter(ctx context.Context, key string, slots int) (leave func(), err error) {
	l.mu.Lock()
	if l.m == nil {
		l.m = map[string]*line{}
	}
	q := l.m[key]
	if q == nil {
		q = &line{slots: make(chan struct{}, slots)}
		l.m[key] = q
	}
	if q.users >= slots*(1+maxLine) {
		l.mu.Unlock()
		return nil, throttled(time.Second)
	}
	q.users++
	l.mu.Unlock()

	select {
	case q.slots <- struct{}{}:
		return func() { <-q.slots; l.drop(key, q) }, nil
	case <-ctx.Done():
		l.drop(key, q)
		return nil, fmt.Errorf("wait in line: %w", context.Cause(ctx))
	}
}

func (l *lines) drop(key string, q *line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if q.users--; q.users == 0 {
		delete(l.m, key)
	}
}
