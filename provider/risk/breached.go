package risk

import (
	"bufio"
	"context"
	"crypto/sha1" // the range API's own choice; it protects nothing here
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// breachedTimeout is how long a person waits for the range API at most.
const breachedTimeout = 1500 * time.Millisecond

// Breached asks a range API whether a password is known from a breach. The API sees
// five of the forty hex digits of the password's SHA-1 and answers with all that it
// knows of those, so it does not learn the password. A nil Breached knows of none.
type Breached struct {
	HTTP *http.Client // the guarded one
	URL  string       // what the five digits are put behind, such as https://host/range/
	Log  *slog.Logger

	asked, failed atomic.Uint64
}

// Found reports whether the password is known. When the API does not answer in time,
// or not with what was asked for, the password is taken: nobody shall be kept from
// choosing a password because another service is away. It is logged and counted.
func (b *Breached) Found(ctx context.Context, password string) bool {
	if b == nil || b.URL == "" {
		return false
	}
	b.asked.Add(1)
	found, err := b.ask(ctx, password)
	if err != nil {
		b.failed.Add(1)
		b.Log.WarnContext(ctx, "breached passwords were not asked for: the password was taken", "error", err)
	}
	return found
}

// Asked is how many passwords were asked for so far.
func (b *Breached) Asked() uint64 { return b.asked.Load() }

// Failed is how often the API gave no answer.
func (b *Breached) Failed() uint64 { return b.failed.Load() }

func (b *Breached) ask(ctx context.Context, password string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, breachedTimeout)
	defer cancel()
	sum := sha1.Sum([]byte(password))
	digits := strings.ToUpper(hex.EncodeToString(sum[:]))
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(b.URL, "/")+"/"+digits[:5], nil)
	if err != nil {
		return false, fmt.Errorf("breached passwords: %w", err)
	}
	r.Header.Set("Add-Padding", "true") // so that the answer's length tells a listener nothing
	r.Header.Set("User-Agent", "cognate")
	answer, err := b.HTTP.Do(r)
	if err != nil {
		var named *url.Error
		if errors.As(err, &named) {
			err = named.Err // the address has digits of the password's hash, which no log should hold
		}
		return false, fmt.Errorf("breached passwords: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return false, fmt.Errorf("breached passwords: the answer is %s", answer.Status)
	}
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		suffix, count, ok := strings.Cut(strings.TrimSpace(lines.Text()), ":")
		// Padding has suffixes of its own, seen no times.
		if ok && strings.EqualFold(suffix, digits[5:]) && strings.Trim(count, "0 ") != "" {
			return true, nil
		}
	}
	if err := lines.Err(); err != nil {
		return false, fmt.Errorf("breached passwords: %w", err)
	}
	return false, nil
}
