package message

import (
	"context"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// connections bounds how many connections there are at once, and keeps those that
// were used last open for a while. Its zero value is ready.
type connections struct {
	mu    sync.Mutex
	slots chan struct{}
	idle  []*idle // the last one was used last
}

// idle is an open connection that waits for the next message.
type idle struct {
	client *gomail.Client
	closer *time.Timer
}

// enter waits for one of n slots.
func (c *connections) enter(ctx context.Context, n int) error {
	c.mu.Lock()
	if c.slots == nil {
		c.slots = make(chan struct{}, max(n, 1))
	}
	slots := c.slots
	c.mu.Unlock()
	select {
	case slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (c *connections) leave() { <-c.slots }

// take is the open connection that was used last; nil for none.
func (c *connections) take() *gomail.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.idle) == 0 {
		return nil
	}
	last := c.idle[len(c.idle)-1]
	c.idle = c.idle[:len(c.idle)-1]
	last.closer.Stop()
	return last.client
}

// keep leaves a connection open for the next message.
func (c *connections) keep(client *gomail.Client) {
	i := &idle{client: client}
	c.mu.Lock()
	defer c.mu.Unlock()
	i.closer = time.AfterFunc(keepOpen, func() { c.drop(i) })
	c.idle = append(c.idle, i)
}

// drop closes a connection that nobody has taken for too long.
func (c *connections) drop(i *idle) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for at, other := range c.idle {
		if other == i {
			c.idle = append(c.idle[:at], c.idle[at+1:]...)
			hangUp(i.client)
			return
		}
	}
}

// hangUp drops a connection. That the server no longer listens is no news.
func hangUp(c *gomail.Client) { _ = c.Close() }
