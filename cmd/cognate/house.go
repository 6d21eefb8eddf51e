package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cognate-idp/cognate/federation/catalog"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/dataset"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/outbound"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/token"
	"github.com/cognate-idp/cognate/static"
	"github.com/cognate-idp/cognate/templates"
	"github.com/cognate-idp/cognate/web"
	"github.com/cognate-idp/cognate/web/account"
	"github.com/cognate-idp/cognate/web/api"
	"github.com/cognate-idp/cognate/web/browser"
	"github.com/cognate-idp/cognate/web/dev"
	"github.com/cognate-idp/cognate/web/hosted"
	"github.com/cognate-idp/cognate/web/identity"
	"github.com/cognate-idp/cognate/web/oidc"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
	"github.com/cognate-idp/cognate/web/sync"
)

// house is the whole service, wired.
type house struct {
	handler http.Handler
	tasks   []func(context.Context) // background work, until the context ends
	begin   func(ctx context.Context, out io.Writer) error
	leaving atomic.Bool
	facts   atomic.Pointer[dev.Facts]
}

// maxBody bounds any request: the largest is a batch of records, whose JSON may
// be several times the megabyte of values that it holds.
const maxBody = 16 << 20

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
	// Services.
	trail := &audit.Log{Store: st}
	hasher, err := newHasher()
	if err != nil {
		return nil, err
	}
	guarded, err := outboundClient(conf)
	if err != nil {
		return nil, err
	}
	keys := &token.Keys{Store: st, Sealer: sealer, Audit: trail, Cache: token.NewCache(st)}
	outbox := &message.Outbox{Store: st, Sealer: sealer, Log: log}
	if outbox.Senders, err = senders(conf, st, guarded); err != nil {
		return nil, err
	}
	letters, err := message.OpenLetters(templates.FS)
	if err != nil {
		return nil, err
	}
	letters.Host = hostOf(conf.BaseURL)
	post := &message.Post{Letters: letters, Outbox: outbox}
	upstreams := &catalog.Catalog{HTTP: guarded}
	guard := &risk.Guard{Store: st}
	breached := &risk.Breached{HTTP: guarded, URL: conf.BreachedURL, Log: log}
	numbers.breached(breached)
	pagesURL := func(p *provider.Pool) string { return conf.BaseURL + "/" + p.ID }
	people := directory.New(directory.Config{
		Guard: guard, Post: post, Breached: breached,
		Store: st, Audit: trail, Sealer: sealer, Hasher: hasher, Region: conf.Region, CheckIdP: upstreams.Check,
		PageURL: pagesURL,
	})
	post.Operators = people.OperatorsToTell
	factors := &factor.Factors{Store: st, Sealer: sealer, Audit: trail, Post: post, BaseURL: conf.BaseURL}
	issuer := func(p *provider.Pool) string { return web.Issuer(conf.BaseURL, p) }

	// Flows.
	sessions := &signin.Sessions{Store: st, Audit: trail}
	flow := &signin.Flow{
		Store: st, Sealer: sealer, Hasher: hasher, Guard: guard, Audit: trail, Sessions: sessions, Directory: people, Factors: factors,
		Breached: breached,
	}
	authorizer := oauth.New(oauth.Server{Store: st, Keys: keys, Sealer: sealer, Audit: trail, Log: log, Now: time.Now})
	feed := &dataset.Feed{Store: st, Log: log}
	datasets := &dataset.Service{Store: st, Sealer: sealer, Feed: feed, Now: time.Now}
	identities := &identitypool.Service{
		Store: st, Sealer: sealer, Keys: keys, Audit: trail, Caches: identitypool.NewCaches(st), Policies: &policy.Cache{}, Now: time.Now,
		BaseURL: conf.BaseURL, Region: conf.Region, UserPoolIssuer: issuer, OpenVerifier: upstreams.TokenVerifier, MergeDatasets: datasets.Merge,
	}
	people.Forget = identities.Forget // in the transaction that deletes the user
	people.EndCredentials = identities.EndCredentials
	factors.EndCredentials = identities.EndCredentials
	authorizer.EndCredentials = identities.EndCredentials
	identities.Ended = feed.EndStreams

	federated := &signin.Federation{Flow: flow, Directory: people, Open: upstreams.Redirector}

	// Doors.
	who := &callers{directory: people, authorizer: authorizer, base: conf.BaseURL}
	plainHTTP := strings.HasPrefix(conf.BaseURL, "http:")
	login := &hosted.Door{
		Flow: flow, Sessions: sessions, OAuth: authorizer, Sealer: sealer, Pages: pages, Errors: failures, Federation: federated,
		Browser: &browser.Store{Cookies: browser.Cookies{Plain: plainHTTP}},
	}
	own := &account.Door{Account: &signin.Account{Flow: flow}, OAuth: authorizer, Sealer: sealer, Pages: pages, Errors: failures, Browser: login.Browser,
		Federation: federated}
	tokens := &oidc.Handler{
		OAuth: authorizer, Log: log, Principal: login.Principal, EndSession: login.EndSession, SignIn: login.SignIn, Consent: login.Consent,
		ConfirmLogout: login.ConfirmLogout, SignedOut: login.SignedOut, Refuse: login.Refuse, Fail: failures.Write,
	}
	administration := &api.API{
		Messages:  &message.Templates{Post: post, PageURL: pagesURL},
		Directory: people, Factors: factors, Identities: identities, Keys: keys, Bearer: who.operatorToken, Self: who.self, Issuer: issuer, Now: time.Now, Log: log,
	}
	exchange := &identity.Handler{Pools: identities, Log: log}

	syncing := &sync.Door{
		Datasets: datasets, Feed: feed, Identities: identities, Operators: people, Now: time.Now, Log: log,
	}

	known := &hosted.WellKnown{Only: people.OnlyPool, BaseURL: conf.BaseURL, Errors: failures}
	site := &web.Site{
		BaseURL:          conf.BaseURL,
		Root:             []web.Mount{h.health(st, numbers), assets(pages), administration.Mount, syncing.Mount, known.Root},
		UserPool:         []web.Mount{tokens.Mount, login.Routes, own.Routes, known.Pool},
		IdentityPool:     []web.Mount{exchange.Mount},
		FindPool:         people.Pool,
		FindIdentityPool: identities.Pool,
		Fail:             failures.Write,
	}
	if conf.dev {
		toys := &dev.Door{Pages: pages, Failures: failures, Messages: st.All().KeptMessages, Facts: func() dev.Facts { return *h.facts.Load() },
			BaseURL: conf.BaseURL, Keeps: outbox.Keeps()}
		site.Root = append(site.Root, toys.Routes)
	}
	observer := &web.Observer{
		Log: log, Address: proxies.Address, Measure: numbers.measure, MaxBody: maxBody, Fail: failures.Write,
	}
	h.handler = site.Handler()
	if conf.dev {
		base, err := url.Parse(conf.BaseURL)
		if err != nil {
			return nil, fmt.Errorf("base_url: %w", err)
		}
		h.handler = dev.OneOrigin(base, h.handler)
	}
	h.handler = observer.Wrap(h.handler)
	if !plainHTTP {
		h.handler = browser.SecureTransport(h.handler)
	}

	worker := &store.Worker{Store: st, Log: log, Handlers: map[string]func(context.Context, provider.Job) error{
		message.JobKind:     outbox.Deliver,
		directory.JobTerms:  people.MendTerms,
		directory.JobCode:   people.SendCode,
		directory.JobLocked: people.SendLocked,
		token.JobPrepare:    keys.Prepare,
		token.JobRotate:     keys.RotateDue,
	}}
	h.tasks = []func(context.Context){st.Poll, worker.Run, feed.Run, func(ctx context.Context) { cleanUp(ctx, st, log) }, func(ctx context.Context) { warnShutIn(ctx, conf, log) }}
	h.begin = func(ctx context.Context, out io.Writer) error {
		if _, err := people.OperatorsPool(ctx); err != nil {
			return fmt.Errorf("operators' pool: %w", err)
		}
		if err := people.BeginTerms(ctx); err != nil {
			return fmt.Errorf("search of users: %w", err)
		}
		if !conf.dev {
			return nil
		}
		s := &seed{store: st, sealer: sealer, hasher: hasher, directory: people, identities: identities, base: conf.BaseURL, region: conf.Region, keeps: outbox.Keeps()}
		return h.beginDev(ctx, s, keys, conf, out)
	}
	return h, nil
}

// beginDev makes the demo and says where it is.
func (h *house) beginDev(ctx context.Context, s *seed, keys *token.Keys, conf *config, out io.Writer) error {
	d, err := s.run(ctx)
	if err != nil {
		return err
	}
	// RSA keys take a while to make: better now than at the first sign-in.
	if err := keys.Ensure(ctx, d.UserPoolID, token.ES256, token.RS256); err != nil {
		return err
	}
	h.facts.Store(d.facts(conf.Data))
	if err := d.write(conf.Data); err != nil {
		return err
	}
	return d.banner(out, conf.Data)
}

func outboundRules(conf *config) *outbound.Client {
	return &outbound.Client{Allow: conf.OutboundAllow, Loopback: conf.dev}
}

// warnShutIn tells the log which addresses of the settings the guard turns away, before
// the first message waits for one. They may be names that change, so nothing stops.
func warnShutIn(ctx context.Context, conf *config, log *slog.Logger) {
	for setting, address := range map[string]string{"sms_url": conf.SMSURL, "breached_passwords_url": conf.BreachedURL} {
		if address == "" {
			continue
		}
		if err := outboundRules(conf).Refuses(ctx, address); err != nil {
			log.WarnContext(ctx, setting+" cannot be reached: add its host to outbound_allow", "host", hostOf(address), "error", err)
		}
	}
}

// outboundClient is the guarded client for everything fetched from outside.
func outboundClient(conf *config) (*http.Client, error) {
	c := outboundRules(conf)
	if conf.OutboundCA != "" {
		pem, err := os.ReadFile(conf.OutboundCA)
		if err != nil {
			return nil, fix(fmt.Errorf("outbound_ca: %w", err), "name a readable PEM file")
		}
		if c.ExtraCA, err = outbound.RootCAs(pem); err != nil {
			return nil, fix(fmt.Errorf("outbound_ca: %w", err), "name a PEM file with certificates")
		}
	}
	client, err := c.HTTP()
	if err != nil {
		return nil, fix(fmt.Errorf("outbound_allow: %w", err), "list host names and CIDRs")
	}
	return client, nil
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
