// Package visitor is a browser without a screen: it keeps cookies, follows
// redirects by hand, and fills in and sends the forms that it meets, as a
// person at the sign-in page would. Tests and load drivers that need many
// people at little cost use it where no script runs. What tokens mean is left
// to the caller.
package visitor

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// Visitor is one person with one browser. It is for one goroutine at a time.
type Visitor struct {
	Username, Password string
	// Pick names the link to press on a page that shows it, before any form
	// is filled in: an identity provider's button.
	Pick func(Document) (href string, ok bool)
	// Meet sees each page before anything is done on it; its error ends the way.
	Meet func(*Answer) error

	client *http.Client
}

// New makes a visitor with no cookies. transport may be shared; nil takes the
// default one.
func New(transport http.RoundTripper, username, password string) *Visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // cookiejar.New has no way to fail without a list of suffixes
	}
	return &Visitor{Username: username, Password: password, client: &http.Client{
		Transport:     transport,
		Jar:           jar,
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Answer is what a server said, read to its end.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	URL    *url.URL
}

// Page is an answer that stopped the visitor where it expected to be sent on.
type Page struct{ Answer }

// Error names the page.
func (p *Page) Error() string {
	body := p.Body[:min(len(p.Body), 400)]
	return fmt.Sprintf("%s answered %d: %s", p.URL, p.Status, body)
}

// Do sends a request and reads the whole answer; it follows nothing.
func (v *Visitor) Do(r *http.Request) (*Answer, error) {
	answer, err := v.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 8<<20))
	return &Answer{Status: answer.StatusCode, Header: answer.Header, Body: body, URL: r.URL}, err
}

// Get fetches an address; it follows nothing.
func (v *Visitor) Get(ctx context.Context, address string) (*Answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "text/html")
	return v.Do(r)
}

// PostForm sends a form the way a script does, without a browser's headers.
func (v *Visitor) PostForm(ctx context.Context, address string, form url.Values, client Client) (*Answer, error) {
	if client.ID != "" && client.Secret == "" {
		form.Set("client_id", client.ID)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if client.Secret != "" {
		r.SetBasicAuth(url.QueryEscape(client.ID), url.QueryEscape(client.Secret))
	}
	return v.Do(r)
}

// Client names an OAuth client; one with a secret sends it by HTTP Basic.
type Client struct{ ID, Secret string }

// Arrive opens an address and goes on, through redirects, sign-in and consent,
// until it is sent to an address that begins with destination, which it does
// not open. It returns that address.
//
// Errors: a *Page when it meets a page without a form, or any failing status.
func (v *Visitor) Arrive(ctx context.Context, address, destination string) (*url.URL, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	for range 20 {
		r.Header.Set("Accept", "text/html")
		answer, err := v.Do(r)
		if err != nil {
			return nil, err
		}
		if location := answer.Header.Get("Location"); location != "" && answer.Status/100 == 3 {
			next, err := answer.URL.Parse(location)
			if err != nil {
				return nil, err
			}
			if strings.HasPrefix(next.String(), destination) {
				return next, nil
			}
			if r, err = http.NewRequestWithContext(ctx, http.MethodGet, next.String(), nil); err != nil {
				return nil, err
			}
			continue
		}
		if answer.Status != http.StatusOK {
			return nil, &Page{*answer}
		}
		if v.Meet != nil {
			if err := v.Meet(answer); err != nil {
				return nil, err
			}
		}
		if r, err = v.act(ctx, answer); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("the server sends the visitor round in circles")
}

// act decides what a person does on a page.
func (v *Visitor) act(ctx context.Context, page *Answer) (*http.Request, error) {
	d, err := Parse(page.Body)
	if err != nil {
		return nil, err
	}
	if v.Pick != nil {
		if href, ok := v.Pick(d); ok {
			next, err := page.URL.Parse(href)
			if err != nil {
				return nil, err
			}
			return http.NewRequestWithContext(ctx, http.MethodGet, next.String(), nil)
		}
	}
	form, ok := d.Form()
	if !ok {
		return nil, &Page{*page}
	}
	if form.Repeats {
		return nil, fmt.Errorf("the form was refused: %w", &Page{*page})
	}
	return form.Fill(ctx, page.URL, v.Username, v.Password)
}

// Flow is one authorization code flow with PKCE (RFC 7636), state and nonce.
type Flow struct {
	Authorize, Token string // endpoints
	Client           Client
	RedirectURI      string
	Scope            string
	Extra            url.Values // further parameters of the authorization request
}

// Tokens is a token endpoint's answer.
type Tokens struct {
	Access    string `json:"access_token"`
	ID        string `json:"id_token"`
	Refresh   string `json:"refresh_token"`
	Type      string `json:"token_type"`
	ExpiresIn int    `json:"expires_in"`
	Scope     string `json:"scope"`
	Issued    string `json:"issued_token_type"`
	Identity  string `json:"identity_id"` // an identity pool's answer only
}

// Code runs the flow up to the code and returns it with its PKCE verifier.
//
// Errors: the error that the redirect carries, or what Arrive returns.
func (v *Visitor) Code(ctx context.Context, f Flow) (code, verifier string, err error) {
	verifier, state := rand.Text()+rand.Text(), rand.Text()
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"response_type": {"code"}, "client_id": {f.Client.ID}, "redirect_uri": {f.RedirectURI}, "scope": {f.Scope},
		"state": {state}, "nonce": {rand.Text()}, "code_challenge_method": {"S256"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
	}
	for name, values := range f.Extra {
		q[name] = values
	}
	back, err := v.Arrive(ctx, f.Authorize+"?"+q.Encode(), f.RedirectURI)
	if err != nil {
		return "", "", err
	}
	got := back.Query()
	if e := got.Get("error"); e != "" {
		return "", "", fmt.Errorf("authorization error %s: %s", e, got.Get("error_description"))
	}
	if got.Get("state") != state {
		return "", "", fmt.Errorf("state is %q, sent %q", got.Get("state"), state)
	}
	if got.Get("code") == "" {
		return "", "", fmt.Errorf("no code in %s", back)
	}
	return got.Get("code"), verifier, nil
}

// SignIn runs the whole flow and returns the tokens.
func (v *Visitor) SignIn(ctx context.Context, f Flow) (Tokens, error) {
	code, verifier, err := v.Code(ctx, f)
	if err != nil {
		return Tokens{}, err
	}
	return v.Redeem(ctx, f.Token, url.Values{"grant_type": {"authorization_code"}, "code": {code},
		"redirect_uri": {f.RedirectURI}, "code_verifier": {verifier}}, f.Client)
}

// Refused is an OAuth error answer (RFC 6749 section 5.2).
type Refused struct {
	Status      int
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func (r *Refused) Error() string {
	return fmt.Sprintf("status %d: %s: %s", r.Status, r.Code, r.Description)
}

// Redeem makes a token request.
//
// Errors: a *Refused when the server answers with an OAuth error.
func (v *Visitor) Redeem(ctx context.Context, endpoint string, form url.Values, client Client) (Tokens, error) {
	var t Tokens
	answer, err := v.PostForm(ctx, endpoint, form, client)
	if err != nil {
		return t, err
	}
	if answer.Status != http.StatusOK {
		refused := &Refused{Status: answer.Status}
		if err := json.Unmarshal(answer.Body, refused); err != nil || refused.Code == "" {
			return t, &Page{*answer}
		}
		return t, refused
	}
	if err := json.Unmarshal(answer.Body, &t); err != nil {
		return t, fmt.Errorf("token answer %s: %w", answer.Body, err)
	}
	if t.Access == "" {
		return t, fmt.Errorf("no access token in %s", answer.Body)
	}
	return t, nil
}
