// Package oidctest is a small OpenID Connect provider to test against: real
// keys, real codes, PKCE, client authentication, userinfo and a sign-in page
// that a browser can use. Its hooks let a test make it misbehave in the ways
// that a relying party must withstand. It keeps everything in memory and is no
// provider for anybody's real users.
package oidctest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// User is one person that the provider knows; their claims go into the ID token
// and userinfo.
type User struct {
	Subject string
	Claims  map[string]any
}

// Provider is the upstream. Set fields before the first request, or under Lock.
type Provider struct {
	sync.Mutex
	ClientID     string
	ClientSecret string
	Users        []User
	// Current signs this subject in without a page; empty shows a page with a
	// button for each user and one to deny.
	Current string
	// Deny answers every authorization with access_denied.
	Deny bool
	// Down answers everything with 503.
	Down bool

	// The hooks change what is about to be sent; nil leaves it as it is.
	EditMetadata func(map[string]any)
	EditCallback func(url.Values)
	EditIDToken  func(map[string]any)
	EditUserInfo func(map[string]any)
	// SignIDToken replaces the signature; the default is Algorithm by the key.
	SignIDToken func(claims map[string]any) string
	// LeanIDToken leaves the user's claims to userinfo.
	LeanIDToken bool

	// Algorithm signs ID tokens: ES256 when empty, whose keys are made in no time,
	// or RS256.
	Algorithm jose.SignatureAlgorithm

	// Issuer is set by Start.
	Issuer string
	// Requests counts what was asked, by path.
	Requests map[string]int

	key    crypto.Signer
	kid    string
	codes  map[string]grant
	tokens map[string]string // access token -> subject
}

type grant struct {
	subject, redirect, nonce, challenge string
	at                                  time.Time
}

// Start serves p on a loopback port until the test ends and returns it.
func Start(t testing.TB, p *Provider) *Provider {
	t.Helper()
	p.codes, p.tokens, p.Requests = map[string]grant{}, map[string]string{}, map[string]int{}
	p.Rotate()
	s := httptest.NewServer(p.handler())
	t.Cleanup(s.Close)
	p.Issuer = s.URL
	return p
}

// Rotate makes a new signing key; the old one leaves the key set at once.
func (p *Provider) Rotate() {
	p.Lock()
	defer p.Unlock()
	if p.Algorithm == "" {
		p.Algorithm = jose.ES256
	}
	var err error
	if p.Algorithm == jose.RS256 {
		p.key, err = rsa.GenerateKey(rand.Reader, 2048)
	} else {
		p.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		panic(err)
	}
	p.kid = random()
}

// PublicKey returns the current verification key.
func (p *Provider) PublicKey() crypto.PublicKey { return p.key.Public() }

// Sign returns claims as a JWT under the current key, with typ in its header.
func (p *Provider) Sign(typ string, claims map[string]any) string {
	return sign(jose.SigningKey{Algorithm: p.Algorithm, Key: jose.JSONWebKey{Key: p.key, KeyID: p.kid}}, typ, claims)
}

// SignWith returns claims as a JWT under another algorithm and key, under the
// current kid.
func (p *Provider) SignWith(alg jose.SignatureAlgorithm, key any, claims map[string]any) string {
	return sign(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: p.kid}}, "JWT", claims)
}

func sign(key jose.SigningKey, typ string, claims map[string]any) string {
	s, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
	if err != nil {
		panic(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	sig, err := s.Sign(payload)
	if err != nil {
		panic(err)
	}
	raw, err := sig.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return raw
}

// IDToken returns a well-formed ID token for subject, as its app would hold it.
func (p *Provider) IDToken(subject string, edit func(map[string]any)) string {
	p.Lock()
	defer p.Unlock()
	c := p.claims(subject, "")
	if edit != nil {
		edit(c)
	}
	return p.Sign("JWT", c)
}

func (p *Provider) claims(subject, nonce string) map[string]any {
	now := time.Now().Unix()
	c := map[string]any{"iss": p.Issuer, "sub": subject, "aud": p.ClientID, "iat": now, "exp": now + 300, "auth_time": now}
	if nonce != "" {
		c["nonce"] = nonce
	}
	if u := p.user(subject); u != nil && !p.LeanIDToken {
		for k, v := range u.Claims {
			c[k] = v
		}
	}
	return c
}

func (p *Provider) user(subject string) *User {
	i := slices.IndexFunc(p.Users, func(u User) bool { return u.Subject == subject })
	if i < 0 {
		return nil
	}
	return &p.Users[i]
}

func (p *Provider) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /jwks", p.jwks)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("/userinfo", p.userinfo)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.Lock()
		defer p.Unlock()
		p.Requests[r.URL.Path]++
		if p.Down {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	m := map[string]any{
		"issuer": p.Issuer, "authorization_endpoint": p.Issuer + "/authorize", "token_endpoint": p.Issuer + "/token",
		"userinfo_endpoint": p.Issuer + "/userinfo", "jwks_uri": p.Issuer + "/jwks", "response_types_supported": []string{"code"},
		"subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{string(p.Algorithm)},
		"code_challenge_methods_supported": []string{"S256"}, "authorization_response_iss_parameter_supported": true,
	}
	if p.EditMetadata != nil {
		p.EditMetadata(m)
	}
	reply(w, http.StatusOK, m)
}

func (p *Provider) jwks(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: p.kid, Algorithm: string(p.Algorithm), Use: "sig"}}})
}

var page = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><title>Upstream</title>
<h1>Upstream sign-in</h1><form>{{range $k, $v := .Query}}{{range $v}}<input type="hidden" name="{{$k}}" value="{{.}}">{{end}}{{end}}
{{range .Users}}<p><button name="as" value="{{.Subject}}">{{.Subject}}</button></p>{{end}}
<p><button name="as" value="">Deny</button></p></form>`))

func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != p.ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" ||
		!slices.Contains(strings.Fields(q.Get("scope")), "openid") || q.Get("redirect_uri") == "" || q.Get("state") == "" {
		http.Error(w, "bad authorization request: "+r.URL.RawQuery, http.StatusBadRequest)
		return
	}
	subject, deny := p.Current, p.Deny
	if subject == "" && !deny {
		if !q.Has("as") {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = page.Execute(w, map[string]any{"Query": q, "Users": p.Users})
			return
		}
		subject = q.Get("as")
		deny = subject == ""
	}
	back := url.Values{"state": {q.Get("state")}, "iss": {p.Issuer}}
	if deny {
		back.Set("error", "access_denied")
		back.Set("error_description", "the person said no")
	} else {
		code := random()
		p.codes[code] = grant{subject: subject, redirect: q.Get("redirect_uri"), nonce: q.Get("nonce"), challenge: q.Get("code_challenge"), at: time.Now()}
		back.Set("code", code)
	}
	if p.EditCallback != nil {
		p.EditCallback(back)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func random() string { return fmt.Sprintf("%x", rand.Text()) }
