package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/e2e/server"
)

// TestBadInput sends every endpoint what it must not accept. The answer is
// always a refusal of the endpoint's own kind: never a success, never a 5xx,
// never a stack.
func TestBadInput(t *testing.T) {
	slow(t)
	p := start(t)
	m := discover(t, p.Dev.Issuer)
	exchangeURL := discover(t, p.Dev.BaseURL+"/identity/"+p.Dev.IdentityPoolID).Token
	c := credential(t, p)
	form := "application/x-www-form-urlencoded"
	amz := "application/x-amz-json-1.1"

	endpoints := []struct {
		name, method, url string
		header            http.Header
		contentType       string
		shape             func(t *testing.T, answer *http.Response, body []byte)
	}{
		{"token", http.MethodPost, m.Token, nil, form, oauthError},
		{"introspection", http.MethodPost, m.Introspection, nil, form, oauthError},
		{"revocation", http.MethodPost, m.Revocation, nil, form, oauthError},
		{"exchange", http.MethodPost, exchangeURL, nil, form, oauthError},
		{"userinfo", http.MethodPost, m.UserInfo, nil, form, nil},
		{"authorize", http.MethodPost, m.Authorization, nil, form, page},
		{"login", http.MethodPost, p.Dev.Issuer + "/login", http.Header{"Origin": {p.Dev.BaseURL}}, form, page},
		{"administration", http.MethodPost, p.URL + "/", http.Header{"X-Amz-Target": {server.UserPools + "ListUserPools"}}, amz, awsError},
		{"administration, signed", http.MethodPost, p.URL + "/", nil, amz, awsError},
		{"no operation", http.MethodPost, p.URL + "/", http.Header{"X-Amz-Target": {server.UserPools + "DoMagic"}}, amz, awsError},
		{"no target", http.MethodPost, p.URL + "/", nil, amz, awsError},
		{"sync", http.MethodPost, c.datasetURL("bad"), http.Header{"Authorization": {"Bearer " + c.token}}, amz, awsError},
	}
	bodies := map[string]string{
		"empty":            "",
		"nonsense":         "\x01\x02\x03",
		"NUL":              "grant_type=client_credentials&client_id=%00&client_secret=%00&token=%00&username=%00&password=%00",
		"invalid UTF-8":    "grant_type=%ff%fe&client_id=%c3%28&token=%ff&username=%ff&password=%ff",
		"raw invalid":      "grant_type=\xff\xfe&token=\xff&{\"a\":\"\xff\"}",
		"duplicates":       "grant_type=client_credentials&grant_type=refresh_token&client_id=a&client_id=b&token=a&token=b",
		"broken encoding":  "grant_type=%zz&token=%",
		"broken JSON":      `{"UserPoolId": "x", `,
		"JSON of no shape": `[1,2,3]`,
		"wrong types":      `{"MaxResults": "many", "RecordPatches": {"a": 1}, "SyncSessionToken": []}`,
		"deep JSON":        strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000),
		"huge numbers":     `{"MaxResults": 1e999, "SyncSessionToken": "x", "RecordPatches": [{"Op":"replace","Key":"k","SyncCount":99999999999999999999}]}`,
		"JSON duplicates":  `{"MaxResults": 1, "MaxResults": 2, "SyncSessionToken": "a", "SyncSessionToken": "b"}`,
		"oversized":        "token=" + strings.Repeat("a", 40<<20),
		"many parameters":  strings.Repeat("a=1&", 100_000),
		"long token":       "grant_type=refresh_token&refresh_token=" + strings.Repeat("x", 60_000),
	}
	types := map[string]string{"as it should be": "", "text": "text/plain", "multipart": "multipart/form-data; boundary=x", "broken": "a/b/c;;=", "charset": "application/x-www-form-urlencoded; charset=utf-16"}

	for _, e := range endpoints {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			for bodyName, body := range bodies {
				for typeName, contentType := range types {
					if contentType != "" && bodyName != "empty" && bodyName != "duplicates" && bodyName != "broken JSON" {
						continue
					}
					if contentType == "" {
						contentType = e.contentType
					}
					r, err := http.NewRequestWithContext(t.Context(), e.method, e.url, strings.NewReader(body))
					if strings.HasSuffix(e.name, "signed") {
						r, err = p.Signed(t.Context(), server.UserPools+"DescribeUserPool", []byte(body))
					}
					if err != nil {
						t.Fatal(err)
					}
					for k, v := range e.header {
						r.Header[k] = v
					}
					r.Header.Set("Content-Type", contentType)
					refuses(t, bodyName+", type "+typeName, r, e.shape)
				}
			}
		})
	}
}

// TestBadAuthorizationRequests checks who gets to hear of an error: the client
// by its registered redirect URI, or the person at the screen alone.
func TestBadAuthorizationRequests(t *testing.T) {
	slow(t)
	p := start(t)
	m := discover(t, p.Dev.Issuer)
	good := url.Values{
		"response_type": {"code"}, "client_id": {p.Dev.Clients.Public.ID}, "redirect_uri": {p.Dev.RedirectURI}, "scope": {"openid"},
		"state": {"s"}, "code_challenge": {strings.Repeat("a", 43)}, "code_challenge_method": {"S256"},
	}
	tests := []struct {
		name   string
		change func(url.Values)
		want   string // the error at the redirect URI; empty for a page
	}{
		{"unknown client", func(q url.Values) { q.Set("client_id", "nosuchclient") }, ""},
		{"no client", func(q url.Values) { q.Del("client_id") }, ""},
		{"other redirect", func(q url.Values) { q.Set("redirect_uri", "https://evil.example/") }, ""},
		{"longer redirect", func(q url.Values) { q.Set("redirect_uri", p.Dev.RedirectURI+"/more") }, ""},
		{"script redirect", func(q url.Values) { q.Set("redirect_uri", "javascript:alert(1)") }, ""},
		{"two redirects", func(q url.Values) { q.Add("redirect_uri", "https://evil.example/") }, ""},
		{"two clients", func(q url.Values) { q.Add("client_id", "other") }, ""},
		{"NUL in the client", func(q url.Values) { q.Set("client_id", "a\x00b") }, ""},
		{"invalid UTF-8 in the client", func(q url.Values) { q.Set("client_id", "\xff\xfe") }, ""},
		{"no response type", func(q url.Values) { q.Del("response_type") }, "invalid_request"},
		{"unknown response type", func(q url.Values) { q.Set("response_type", "magic") }, "unsupported_response_type"},
		{"no PKCE", func(q url.Values) { q.Del("code_challenge"); q.Del("code_challenge_method") }, "invalid_request"},
		{"plain PKCE", func(q url.Values) { q.Set("code_challenge_method", "plain") }, "invalid_request"},
		{"unknown scope", func(q url.Values) { q.Set("scope", "openid no.such.scope") }, "invalid_scope"},
		{"prompt none, nobody signed in", func(q url.Values) { q.Set("prompt", "none") }, "login_required"},
		{"prompt none and login", func(q url.Values) { q.Set("prompt", "none login") }, "invalid_request"},
		{"max_age is no number", func(q url.Values) { q.Set("max_age", "soon") }, "invalid_request"},
		{"two states", func(q url.Values) { q.Add("state", "t") }, "invalid_request"},
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			q := url.Values{}
			for k, v := range good {
				q[k] = append([]string(nil), v...)
			}
			test.change(q)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, m.Authorization+"?"+q.Encode(), nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", "text/html")
			answer, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			body, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			location := answer.Header.Get("Location")
			if test.want == "" {
				if location != "" || answer.StatusCode/100 != 4 {
					t.Fatalf("status %d, sent to %q; want a page", answer.StatusCode, location)
				}
				page(t, answer, body)
				return
			}
			back, err := url.Parse(location)
			if err != nil || !strings.HasPrefix(location, p.Dev.RedirectURI+"?") {
				t.Fatalf("status %d, sent to %q; want the client's redirect URI\n%s", answer.StatusCode, location, body[:min(len(body), 500)])
			}
			got := back.Query()
			if got.Get("error") != test.want {
				t.Errorf("error = %q (%s), want %s", got.Get("error"), got.Get("error_description"), test.want)
			}
			if got.Get("iss") != p.Dev.Issuer {
				t.Errorf("iss = %q", got.Get("iss"))
			}
			if want := q.Get("state"); len(q["state"]) == 1 && got.Get("state") != want {
				t.Errorf("state = %q, want %q", got.Get("state"), want)
			}
		})
	}
}

// TestBadPaths asks for what is not there, in ways that have broken servers.
func TestBadPaths(t *testing.T) {
	slow(t)
	p := start(t)
	host := strings.TrimPrefix(p.URL, "http://")
	for _, request := range []string{
		"GET /no/such/page HTTP/1.1", "GET /us-east-1_NoSuchOne/.well-known/openid-configuration HTTP/1.1",
		"GET /%00 HTTP/1.1", "GET /%ff%fe HTTP/1.1", "GET /..%2f..%2fetc%2fpasswd HTTP/1.1", "GET //evil.example/ HTTP/1.1",
		"GET /static/../../etc/passwd HTTP/1.1", "GET /identity/us-east-1%3Anone/.well-known/openid-configuration HTTP/1.1",
		"GET /identitypools/%00/identities/%ff/datasets HTTP/1.1", "DELETE / HTTP/1.1", "BREW / HTTP/1.1",
		"GET /" + p.Dev.UserPoolID + "/%2e%2e/login HTTP/1.1", "GET /" + p.Dev.UserPoolID + "/login?" + strings.Repeat("a", 20_000) + " HTTP/1.1",
		"GET /" + p.Dev.UserPoolID + "/login HTTP/1.1\r\nCookie: " + strings.Repeat("a=b; ", 3000),
		"GET /" + p.Dev.UserPoolID + "/login HTTP/1.1\r\nCookie: \x01=\x02; =; ==; \"",
		"GET /" + p.Dev.UserPoolID + "/login HTTP/1.1\r\nX-Forwarded-For: \x01,,,\r\nAccept-Language: ;;q=;,*;q=9e9,\x01",
		"GET / HTTP/1.1\r\nX-Big: " + strings.Repeat("x", 100_000),
	} {
		conn, err := net.DialTimeout("tcp", host, 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, request+"\r\nHost: "+host+"\r\nConnection: close\r\n\r\n"); err != nil {
			t.Logf("%.80q: %v", request, err) // refused before it was read to the end
		}
		answer, _ := io.ReadAll(conn)
		conn.Close()
		if bytes.HasPrefix(answer, []byte("HTTP/1.1 5")) || bytes.Contains(answer, []byte("goroutine ")) {
			t.Errorf("%.120q is answered by\n%.600s", request, answer)
		}
	}
	if log := p.Log(); bytes.Contains(log, []byte("panic")) {
		t.Errorf("the log tells of a panic:\n%s", log)
	}
}

// refuses sends a request and checks that it is refused in the right way.
func refuses(t *testing.T, name string, r *http.Request, shape func(*testing.T, *http.Response, []byte)) {
	t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		// The server may close the connection in the middle of an endless body.
		if r.ContentLength > 1<<20 {
			return
		}
		t.Errorf("%s: %v", name, err)
		return
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if answer.StatusCode < 400 || answer.StatusCode >= 500 {
		t.Errorf("%s: status %d: %.300s", name, answer.StatusCode, body)
		return
	}
	if bytes.Contains(body, []byte("goroutine ")) || bytes.Contains(body, []byte(".go:")) {
		t.Errorf("%s: a stack: %s", name, body)
	}
	if shape != nil {
		t.Run(name, func(t *testing.T) { shape(t, answer, body) })
	}
}

// oauthError checks RFC 6749 section 5.2's form.
func oauthError(t *testing.T, answer *http.Response, body []byte) {
	var e struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal(body, &e); err != nil || e.Error == "" {
		t.Errorf("status %d, not an OAuth error: %.300s", answer.StatusCode, body)
	}
	if cache := answer.Header.Get("Cache-Control"); !strings.Contains(cache, "no-store") {
		t.Errorf("Cache-Control = %q", cache)
	}
	if answer.StatusCode == http.StatusUnauthorized && answer.Header.Get("WWW-Authenticate") == "" {
		t.Error("401 without WWW-Authenticate")
	}
}

// awsError checks the form that the AWS SDKs read.
func awsError(t *testing.T, answer *http.Response, body []byte) {
	var e struct {
		Type string `json:"__type"`
	}
	name := answer.Header.Get("X-Amzn-Errortype")
	if err := json.Unmarshal(body, &e); err != nil || e.Type == "" && name == "" {
		t.Errorf("status %d, no error type: %.300s", answer.StatusCode, body)
	}
}

// page checks that a person gets a page with the headers that protect it.
func page(t *testing.T, answer *http.Response, body []byte) {
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") || !bytes.Contains(body, []byte("<h1")) {
		t.Errorf("status %d, no page: %.300s", answer.StatusCode, body)
	}
	policy := answer.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("Content-Security-Policy = %q", policy)
	}
	if answer.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(answer.Header.Get("Cache-Control"), "no-store") {
		t.Errorf("headers = %v", answer.Header)
	}
}
