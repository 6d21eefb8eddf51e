// Package dev is the door of a development server alone: the front page that
// says where everything is, the mailbox, the demo app and the page preview. It is
// never mounted outside --dev.
package dev

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// Door serves the pages of a development server.
type Door struct {
	Pages    *page.Pages
	Failures *respond.Errors
	Messages func(context.Context) ([]provider.Message, error) // newest first
	Facts    func() Facts                                      // what was seeded
	BaseURL  string                                            // the server's own address
	Keeps    []string                                          // the channels whose messages are not sent out
}

// Facts is what the front page and the demo app must know.
type Facts struct {
	Index              page.Index
	Issuer             string
	ClientID           string // of the demo app, a public client
	RedirectURI        string
	Scope              string
	IdentityPoolID     string
	IdentityPoolIssuer string
}

// Routes adds the door to the root's mux.
func (d *Door) Routes(mux *http.ServeMux) {
	pages := func(pattern string, h respond.Handler) { mux.Handle(pattern, d.Failures.Pages(d.here(h))) }
	pages("GET /{$}", func(w http.ResponseWriter, r *http.Request) error {
		return d.Pages.Render(w, r, http.StatusOK, d.Facts().Index)
	})
	pages("GET /mailbox", d.mailbox)
	pages("GET /preview/", d.Pages.Preview("/preview"))
	mux.Handle("GET /demo", http.RedirectHandler("/demo/", http.StatusSeeOther))
	pages("GET /demo/{$}", func(w http.ResponseWriter, r *http.Request) error {
		return d.Pages.Render(w, r, http.StatusOK, page.Demo{Chrome: page.Chrome{Brand: page.Brand{Name: "Cognate"}}})
	})
	mux.Handle("GET /demo/config.json", d.Failures.JSON(d.here(d.config)))
}

// here answers only under a name of this machine or the server's own. These pages
// show passwords to whoever asks, and a foreign site could ask: its name may be
// made to lead to this machine when a browser looks it up again (DNS rebinding).
func (d *Door) here(h respond.Handler) respond.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		asked := (&url.URL{Host: r.Host}).Hostname()
		own, err := url.Parse(d.BaseURL)
		if ip := net.ParseIP(asked); asked == "localhost" || strings.HasSuffix(asked, ".localhost") || ip != nil && ip.IsLoopback() ||
			err == nil && own.Host != "" && strings.EqualFold(own.Host, r.Host) {
			return h(w, r)
		}
		return &provider.Error{Code: provider.CodeForbidden, Kind: "host", Message: "This page is there under localhost alone."}
	}
}

func (d *Door) config(w http.ResponseWriter, _ *http.Request) error {
	f := d.Facts()
	return respond.JSON(w, http.StatusOK, map[string]string{
		"issuer": f.Issuer, "client_id": f.ClientID, "redirect_uri": f.RedirectURI, "scope": f.Scope,
		"identity_pool_id": f.IdentityPoolID, "identity_pool_issuer": f.IdentityPoolIssuer,
	})
}

// mail is a message as scripts read it.
type mail struct {
	Channel string `json:"channel"`
	To      string `json:"to"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
	Code    string `json:"code"`
	Link    string `json:"link"`
	SentAt  string `json:"sent_at"` // RFC 3339
}

func (d *Door) mailbox(w http.ResponseWriter, r *http.Request) error {
	kept, err := d.Messages(r.Context())
	if err != nil {
		return err
	}
	w.Header().Add("Vary", "Accept")
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		out := make([]mail, 0, len(kept))
		for _, m := range kept {
			out = append(out, mail{string(m.Channel), m.To, m.Subject, m.Text, m.Code, m.Link, m.SentAt.Time().Format(time.RFC3339Nano)})
		}
		return respond.JSON(w, http.StatusOK, out)
	}
	view := page.Mailbox{Chrome: page.Chrome{Brand: page.Brand{Name: "Cognate"}}, Keeps: d.Keeps}
	for _, m := range kept {
		view.Messages = append(view.Messages, page.Mail{Channel: string(m.Channel), To: m.To, Subject: m.Subject, Text: m.Text, Code: m.Code, Link: m.Link, SentAt: m.SentAt.Time()})
	}
	return d.Pages.Render(w, r, http.StatusOK, view)
}

// OneOrigin sends a browser that came by another name of this machine, such as
// 127.0.0.1, to the server's own: cookies and scripts hold for one origin alone.
func OneOrigin(base *url.URL, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, port, err := net.SplitHostPort(r.Host)
		if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsLoopback() && port == base.Port() &&
			r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html") {
			there := *base
			there.Path, there.RawPath, there.RawQuery = r.URL.Path, r.URL.RawPath, r.URL.RawQuery
			http.Redirect(w, r, there.String(), http.StatusTemporaryRedirect)
			return
		}
		next.ServeHTTP(w, r)
	})
}
