package respond_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/web/respond"
)

func TestFailuresAnsweredAsJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		err    error
		status int
		body   string
		logged bool
	}{
		{"known", provider.ErrUserNotFound, 404, `{"error":"not_found","error_description":"There is no such user.","request_id":"r7"}`, false},
		{"wrapped", fmt.Errorf("find: %w", provider.Invalid("name", "Too long.")), 400, `{"error":"invalid","error_description":"Too long.","request_id":"r7"}`, false},
		{"throttled", &provider.Error{Code: provider.CodeThrottled, RetryAfter: 9}, 429, `{"error":"throttled","error_description":"Too many requests. Wait a moment and try again.","request_id":"r7"}`, false},
		{"too large", &http.MaxBytesError{Limit: 5}, 413, `{"error":"limit","error_description":"The request is too large.","request_id":"r7"}`, false},
		{"too slow", context.DeadlineExceeded, 503, `{"error":"unavailable","error_description":"The service is busy for a moment. Try again.","request_id":"r7"}`, true},
		{"unexpected", errors.New("password of alice"), 500, `{"error":"internal","error_description":"Something went wrong here. Try again, and quote the request id if it stays.","request_id":"r7"}`, true},
		{"internal keeps its words", &provider.Error{Code: provider.CodeInternal, Message: "password of alice"}, 500, `{"error":"internal","error_description":"Something went wrong here. Try again, and quote the request id if it stays.","request_id":"r7"}`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			e := &respond.Errors{Log: slog.New(slog.NewTextHandler(&log, nil))}
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r = r.WithContext(provider.WithActor(r.Context(), provider.Actor{RequestID: "r7"}))
			e.JSON(func(http.ResponseWriter, *http.Request) error { return c.err }).ServeHTTP(w, r)
			if w.Code != c.status || strings.TrimSpace(w.Body.String()) != c.body {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if got := log.Len() > 0; got != c.logged {
				t.Errorf("logged: %v", got)
			}
			if c.status == 429 && w.Header().Get("Retry-After") != "9" {
				t.Errorf("Retry-After is %q", w.Header().Get("Retry-After"))
			}
		})
	}
}

func TestAFailureFitsWhoeverAsks(t *testing.T) {
	t.Parallel()
	e := &respond.Errors{Log: slog.New(slog.DiscardHandler), Page: func(w http.ResponseWriter, _ *http.Request, f respond.Failure) error {
		return respond.HTML(w, f.Status, []byte("<h1>"+f.Message+"</h1>"))
	}}
	for accept, media := range map[string]string{
		"text/html,application/xhtml+xml;q=0.9,*/*;q=0.8": "text/html; charset=utf-8",
		"application/json": "application/json; charset=utf-8",
		"":                 "application/json; charset=utf-8",
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept", accept)
		e.Write(w, r, provider.ErrPoolNotFound)
		if w.Code != 404 || w.Header().Get("Content-Type") != media {
			t.Errorf("Accept %q: %d %s", accept, w.Code, w.Header().Get("Content-Type"))
		}
	}
}

// A page that cannot be drawn must still answer, in plain words.
func TestAFailureThatCannotBeDrawn(t *testing.T) {
	t.Parallel()
	e := &respond.Errors{Log: slog.New(slog.DiscardHandler), Page: func(http.ResponseWriter, *http.Request, respond.Failure) error {
		return errors.New("broken template")
	}}
	w := httptest.NewRecorder()
	e.WritePage(w, httptest.NewRequest(http.MethodGet, "/", nil), provider.ErrPoolNotFound)
	if body, _ := io.ReadAll(w.Body); w.Code != 404 || !strings.Contains(string(body), "There is no such user pool.") {
		t.Errorf("%d %s", w.Code, body)
	}
}

func TestNobodyLeftToAnswer(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	e := &respond.Errors{Log: slog.New(slog.NewTextHandler(&log, nil))}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	e.WriteJSON(w, httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx), context.Canceled)
	if w.Body.Len() > 0 || log.Len() > 0 {
		t.Errorf("answered %q, logged %q", w.Body, log.String())
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	t.Run("page", func(t *testing.T) {
		t.Parallel()
		w := httptest.NewRecorder()
		if err := respond.HTML(w, http.StatusOK, []byte("<p>")); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{
			"Content-Security-Policy": respond.ContentSecurityPolicy, "Cache-Control": "no-store",
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %q", name, got)
			}
		}
	})
	t.Run("redirect", func(t *testing.T) {
		t.Parallel()
		w := httptest.NewRecorder()
		if err := respond.Redirect(w, "https://app.example/cb?code=1"); err != nil {
			t.Fatal(err)
		}
		// 303 turns a POST into a GET, so a password is not sent on.
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "https://app.example/cb?code=1" || w.Body.Len() > 0 {
			t.Errorf("%d %v %q", w.Code, w.Header(), w.Body)
		}
	})
	t.Run("json keeps a door's own caching", func(t *testing.T) {
		t.Parallel()
		w := httptest.NewRecorder()
		w.Header().Set("Cache-Control", "public, max-age=60")
		if err := respond.JSON(w, http.StatusOK, map[string]int{"a": 1}); err != nil {
			t.Fatal(err)
		}
		if w.Header().Get("Cache-Control") != "public, max-age=60" || w.Header().Get("Pragma") != "" || w.Body.String() != "{\"a\":1}\n" {
			t.Errorf("%v %q", w.Header(), w.Body)
		}
	})
	t.Run("what cannot be encoded leaves the answer open", func(t *testing.T) {
		t.Parallel()
		w := httptest.NewRecorder()
		if err := respond.JSON(w, http.StatusOK, func() {}); err == nil || w.Body.Len() > 0 || w.Header().Get("Content-Type") != "" {
			t.Errorf("%v %v", err, w.Header())
		}
	})
}
