package message

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/cognate-idp/cognate/provider"
)

// exchange sends a request and judges the answer as whoever sends a message must: a
// 2xx has taken it, a 4xx never will (ErrRefused), and everything else is worth
// another try. So are 401 and 403 (ErrShutOut), 408 and 429, no sooner than Retry-After says (RFC 9110 section
// 10.2.3). What comes back is not read further, and what goes wrong is told without
// the address, which may hold a secret, and without the recipient.
func exchange(client *http.Client, req *http.Request, now provider.Time) error {
	res, err := client.Do(req)
	if err != nil {
		var why *url.Error
		if errors.As(err, &why) {
			err = why.Err
		}
		return fmt.Errorf("reach the text message service: %w", err)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // lets the connection be used again
	res.Body.Close()
	later := res.StatusCode == http.StatusRequestTimeout || res.StatusCode == http.StatusTooManyRequests
	switch {
	case res.StatusCode == http.StatusUnauthorized, res.StatusCode == http.StatusForbidden:
		return fmt.Errorf("%w: the text message service answered %d", ErrShutOut, res.StatusCode)
	case res.StatusCode >= 200 && res.StatusCode < 300:
		return nil
	case res.StatusCode >= 400 && res.StatusCode < 500 && !later:
		return fmt.Errorf("%w: the text message service answered %d", ErrRefused, res.StatusCode)
	}
	return &provider.Error{
		Code: provider.CodeUpstream, Kind: "sms", RetryAfter: retryAfter(res.Header.Get("Retry-After"), now),
		Message: "The text message service answered " + strconv.Itoa(res.StatusCode) + ".",
	}
}

// retryAfter reads the header in either of its forms; 0 for neither.
func retryAfter(header string, now provider.Time) int {
	if n, err := strconv.Atoi(header); err == nil {
		return max(n, 0)
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(int(at.Sub(now.Time())/time.Second), 0)
	}
	return 0
}
