package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/static"
	"github.com/cognate-idp/cognate/templates"
	"github.com/cognate-idp/cognate/web"
	"github.com/cognate-idp/cognate/web/browser"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// house is the whole service, wired.
type house struct {
	handler http.Handler
	tasks   []func(context.Context) // background work, until the context ends
	begin   func(ctx context.Context, out io.Writer) error
	leaving atomic.Bool
}

// cleanEvery is how often expired rows are removed.
const cleanEvery = time.Minute

// newHouse wires every package to every other, on one page.
func newHouse(ctx context.Context, conf *config, st *store.Store, sealer *secret.Sealer, log *slog.Logger) (*house, error) {
	h := &house{}
	numbers := newMetrics()
	numbers.count(st)
	proxies, err := parseProxies(conf.TrustedProxies)
	if err != nil {
		return nil, err
	}

	pages, err := page.Open(templates.FS, static.FS)
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	failures := &respond.Errors{Log: log, Page: func(w http.ResponseWriter, r *http.Request, f respond.Failure) error {
		return pages.Failure(w, r, page.Chrome{}, f)
	}}
	fail := failer(failures)
	site := &web.Site{
		BaseURL:  conf.BaseURL,
		Root:     []web.Mount{h.health(st, numbers), assets(pages)},
		FindPool: func(context.Context, string) (*provider.Pool, error) { return nil, provider.ErrPoolNotFound },
		FindIdentityPool: func(context.Context, string) (*provider.IdentityPool, error) {
			return nil, provider.ErrIdentityPoolNotFound
		},
		Fail: fail,
	}
	observer := &web.Observer{
		Log: log, Address: proxies.Address, Measure: numbers.measure, MaxBody: 16 << 20, Fail: fail,
	}
	h.handler = observer.Wrap(site.Handler())
	h.tasks = []func(context.Context){st.Poll, func(ctx context.Context) { cleanUp(ctx, st, log) }}
	h.begin = func(context.Context, io.Writer) error { return nil }
	_ = sealer
	_ = ctx
	return h, nil
}

func (h *house) health(st *store.Store, numbers *metrics) web.Mount {
	return func(mux *http.ServeMux) {
		mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
		mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
			if err := readiness(r.Context(), st, &h.leaving); err != nil {
				plain(w, http.StatusServiceUnavailable, "not ready")
				return
			}
			plain(w, http.StatusOK, "ready")
		})
		mux.Handle("GET /metrics", numbers.handler())
	}
}

func assets(pages *page.Pages) web.Mount {
	return func(mux *http.ServeMux) {
		mux.Handle("GET /static/", pages.Static())
		mux.Handle("GET /favicon.ico", pages.Favicon())
	}
}

// failer answers what no door answers: a page for a browser, JSON for a program.
func failer(failures *respond.Errors) func(http.ResponseWriter, *http.Request, error) {
	return func(w http.ResponseWriter, r *http.Request, err error) {
		if strings.Contains(r.Header.Get("Accept"), "text/html") {
			failures.WritePage(w, r, err)
			return
		}
		failures.WriteJSON(w, r, err)
	}
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	fmt.Fprintln(w, text)
}

func parseProxies(cidrs []string) (browser.Proxies, error) {
	var out browser.Proxies
	for _, c := range cidrs {
		p, err := netip.ParsePrefix(c)
		if err != nil {
			return nil, fmt.Errorf("trusted_proxies: %w", err)
		}
		out = append(out, p)
	}
	return out, nil
}

func cleanUp(ctx context.Context, st *store.Store, log *slog.Logger) {
	tick := time.NewTicker(cleanEvery)
	defer tick.Stop()
	for {
		if n, err := st.All().CleanUp(ctx); err != nil && ctx.Err() == nil {
			log.Warn("cannot clean up", "error", err)
		} else if n > 0 {
			log.Debug("cleaned up", "rows", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// newHasher hashes on every core and lets a burst wait in line.
func newHasher() (*secret.Hasher, error) {
	return secret.NewHasher(secret.DefaultParams, runtime.GOMAXPROCS(0), 4096)
}
