package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
)

func unescape(path string) (string, bool) {
	p, err := url.PathUnescape(path)
	return p, err == nil
}

type noteKey struct{}

// notes gathers what the inner handlers know and the one log event tells.
type notes struct{ route string }

func note(r *http.Request, pattern string) {
	if n, ok := r.Context().Value(noteKey{}).(*notes); ok {
		n.route = pattern
	}
}

// Observer gives every request an id, an actor, a size limit, one log event and
// one measurement, and turns a panic into a 500 that tells nothing.
type Observer struct {
	Log     *slog.Logger
	Address func(*http.Request) string // the source address, proxies considered
	Measure func(route, method string, status int, took time.Duration)
	MaxBody int64 // bytes
	Fail    func(w http.ResponseWriter, r *http.Request, err error)
}

// Wrap observes every request to next.
func (o *Observer) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := requestID(r)
		n := &notes{}
		ctx := context.WithValue(r.Context(), noteKey{}, n)
		ctx = provider.WithActor(ctx, provider.Actor{Kind: "anonymous", Address: o.Address(r), UserAgent: r.UserAgent(), RequestID: id})
		r = r.WithContext(ctx)
		if r.Body != nil && o.MaxBody > 0 {
			r.Body = http.MaxBytesReader(w, r.Body, o.MaxBody)
		}
		w.Header().Set("X-Request-Id", id)
		rec := &recorder{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				o.Log.Error("panic", "request_id", id, "route", n.route, "panic", p, "stack", string(debug.Stack()))
				if rec.status == 0 {
					o.Fail(rec, r, &provider.Error{Code: provider.CodeInternal})
				}
			}
			took := time.Since(start)
			o.Measure(n.route, r.Method, rec.status, took)
			o.Log.LogAttrs(ctx, slog.LevelInfo, "request",
				slog.String("request_id", id), slog.String("method", r.Method), slog.String("route", n.route),
				slog.String("path", r.URL.Path), slog.Int("status", rec.status), slog.Int64("bytes", rec.bytes),
				slog.Float64("took_ms", float64(took.Microseconds())/1000), slog.String("address", provider.ActorFrom(ctx).Address))
		}()
		next.ServeHTTP(rec, r)
	})
}

// requestID takes a proxy's id when it is harmless, so that its logs and ours
// can be read together.
func requestID(r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	if len(id) < 8 || len(id) > 64 {
		return uuid.NewString()
	}
	for _, c := range []byte(id) {
		if c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return uuid.NewString()
		}
	}
	return id
}

type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection, which streams need.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
