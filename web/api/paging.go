package api

import (
	"encoding/base64"
)

const maxPage = 60

// size is how many entries a page holds: what was asked for, 60 otherwise.
func size(limit *int64) int {
	if limit == nil || *limit == 0 {
		return maxPage
	}
	return int(*limit)
}

// page reads one page through list, which answers at most n entries behind a
// key, and makes the token for the next one from the last entry's key. Tokens
// are opaque on the wire; there is nothing secret in them.
func page[T any](limit int, token string, list func(after string, n int) ([]T, error), key func(*T) string) ([]T, string, error) {
	after, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || noNUL(string(after)) != nil {
		return nil, "", invalidParameter("The paging token is not one that was given out.")
	}
	entries, err := list(string(after), limit+1)
	if err != nil || len(entries) <= limit {
		return entries, "", err
	}
	entries = entries[:limit]
	return entries, base64.RawURLEncoding.EncodeToString([]byte(key(&entries[limit-1]))), nil
}

// each maps a list, never to nil: on the wire an empty list is [] and not
// absent.
func each[T, U any](in []T, f func(*T) U) []U {
	out := make([]U, len(in))
	for i := range in {
		out[i] = f(&in[i])
	}
	return out
}
