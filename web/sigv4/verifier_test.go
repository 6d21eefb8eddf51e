package sigv4_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/cognate-idp/cognate/web/sigv4"
)

// newServer answers the principal's name, or the error's code, for each
// request, and echoes the body that is left for the door to read.
func newServer(t *testing.T) *httptest.Server {
	t.Helper()
	v := &sigv4.Verifier{
		Services: sigv4.Services(),
		Now:      time.Now,
		MaxBody:  1 << 16,
		Lookup: func(_ context.Context, id, token string) (string, any, error) {
			switch {
			case id == "AKLONG" && token == "":
				return "long-term-secret", "operator", nil
			case id == "AKTEMP" && token == "session-token":
				return "temporary-secret", "identity", nil
			case id == "AKPAST":
				return "", nil, sigv4.ErrExpiredKey
			case id == "AKBROKEN":
				return "", nil, errors.New("database is away")
			case id == "AKEMPTY":
				return "", "nobody", nil
			}
			return "", nil, sigv4.ErrUnknownKey
		},
	}
	server := httptest.NewServer(http.StripPrefix("/base", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		principal, err := v.Verify(r)
		var refused *sigv4.Error
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &refused):
			http.Error(w, string(refused.Code), http.StatusForbidden)
		case errors.As(err, &tooLarge):
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		case err != nil:
			http.Error(w, err.Error(), http.StatusInternalServerError)
		default:
			body, _ := io.ReadAll(r.Body)
			io.WriteString(w, principal.(string)+":"+string(body))
		}
	})))
	t.Cleanup(server.Close)
	return server
}

// call is one request signed by the AWS SDK for Go, with room to spoil it
// before and after signing.
type call struct {
	key, secret, token string
	service            string
	method, target     string
	body               string
	header             http.Header
	at                 time.Time
	spoil              func(*http.Request)
}

func (c call) do(t *testing.T, server *httptest.Server) (int, string) {
	t.Helper()
	if c.at.IsZero() {
		c.at = time.Now()
	}
	if c.service == "" {
		c.service = "cognito-sync"
	}
	r, err := http.NewRequest(c.method, server.URL+"/base"+c.target, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range c.header {
		r.Header[name] = values
	}
	sum := sha256.Sum256([]byte(c.body))
	credentials := aws.Credentials{AccessKeyID: c.key, SecretAccessKey: c.secret, SessionToken: c.token}
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, hex.EncodeToString(sum[:]), c.service, "us-east-1", c.at); err != nil {
		t.Fatal(err)
	}
	if c.spoil != nil {
		c.spoil(r)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(answer))
}

func TestSDKSigner(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	long := call{key: "AKLONG", secret: "long-term-secret", method: "GET", target: "/"}
	for name, edit := range map[string]func(*call){
		"root":            func(*call) {},
		"encoded colon":   func(c *call) { c.target = "/identitypools/us-east-1%3A01/identities/us-east-1%3A02/datasets" },
		"bare colon":      func(c *call) { c.target = "/identitypools/us-east-1:01" },
		"encoded slash":   func(c *call) { c.target = "/a%2Fb/%20/%C3%A9" },
		"query":           func(c *call) { c.target = "/x?b=2&a=%2F%2B+%20&a=%21&B=3&empty=&flag" },
		"repeated header": func(c *call) { c.header = http.Header{"X-Amz-Twice": {"one", " two  parts "}} },
		"json service":    func(c *call) { c.service, c.method, c.body = "cognito-idp", "POST", `{"a":1}` },
		"own service":     func(c *call) { c.service = "cognate" },
		"declared hash": func(c *call) {
			c.method, c.body = "POST", "x"
			sum := sha256.Sum256([]byte("x"))
			c.header = http.Header{"X-Amz-Content-Sha256": {hex.EncodeToString(sum[:])}}
		},
		"near the edge": func(c *call) { c.at = time.Now().Add(-sigv4.Skew + time.Minute) },
		"ahead of us":   func(c *call) { c.at = time.Now().Add(sigv4.Skew - time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := long
			edit(&c)
			if status, answer := c.do(t, server); status != http.StatusOK || answer != "operator:"+c.body {
				t.Fatalf("%d %s", status, answer)
			}
		})
	}
	t.Run("session token", func(t *testing.T) {
		t.Parallel()
		c := call{key: "AKTEMP", secret: "temporary-secret", token: "session-token", method: "POST", target: "/", body: "b"}
		if status, answer := c.do(t, server); status != http.StatusOK || answer != "identity:b" {
			t.Fatalf("%d %s", status, answer)
		}
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	edit := func(from, to string) func(*call) {
		return func(c *call) {
			c.spoil = func(r *http.Request) {
				r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), from, to, 1))
			}
		}
	}
	for _, test := range []struct {
		name string
		edit func(*call)
		want sigv4.Code
	}{
		{"no header", func(c *call) { c.spoil = func(r *http.Request) { r.Header.Del("Authorization") } }, sigv4.MissingAuthenticationToken},
		{"another scheme", func(c *call) { c.spoil = func(r *http.Request) { r.Header.Set("Authorization", "Basic eDp5") } }, sigv4.IncompleteSignature},
		{"two headers", func(c *call) {
			c.spoil = func(r *http.Request) { r.Header.Add("Authorization", "AWS4-HMAC-SHA256 x=y") }
		}, sigv4.IncompleteSignature},
		{"no credential", edit("Credential=", "Kredential="), sigv4.IncompleteSignature},
		{"no signed headers", edit("SignedHeaders=", "Headers="), sigv4.IncompleteSignature},
		{"no signature", edit("Signature=", "Sig="), sigv4.IncompleteSignature},
		{"short signature", edit("Signature=", "Signature=0"), sigv4.IncompleteSignature},
		{"parameter twice", edit("SignedHeaders=", "Credential=a, SignedHeaders="), sigv4.IncompleteSignature},
		{"credential too short", edit("/us-east-1/", "/"), sigv4.IncompleteSignature},
		{"unsorted headers", edit("SignedHeaders=", "SignedHeaders=zz;"), sigv4.IncompleteSignature},
		{"upper case headers", edit("SignedHeaders=", "SignedHeaders=A;"), sigv4.IncompleteSignature},
		{"host unsigned", edit("host;", ""), sigv4.InvalidSignature},
		{"date unsigned", edit(";x-amz-date", ""), sigv4.InvalidSignature},
		{"absent header signed", edit("host;", "host;origin;"), sigv4.InvalidSignature},
		{"no date", func(c *call) { c.spoil = func(r *http.Request) { r.Header.Del("X-Amz-Date") } }, sigv4.IncompleteSignature},
		{"malformed date", func(c *call) { c.spoil = func(r *http.Request) { r.Header.Set("X-Amz-Date", "yesterday") } }, sigv4.IncompleteSignature},
		{"expired", func(c *call) { c.at = time.Now().Add(-sigv4.Skew - time.Minute) }, sigv4.InvalidSignature},
		{"not yet current", func(c *call) { c.at = time.Now().Add(sigv4.Skew + time.Minute) }, sigv4.InvalidSignature},
		{"scope of another day", func(c *call) {
			c.spoil = func(r *http.Request) {
				today := r.Header.Get("X-Amz-Date")[:8]
				r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), today, "20010101", 1))
			}
		}, sigv4.InvalidSignature},
		{"another service", func(c *call) { c.service = "s3" }, sigv4.InvalidSignature},
		{"unknown key", func(c *call) { c.key = "AKNONE" }, sigv4.UnrecognizedClient},
		{"expired key", func(c *call) { c.key = "AKPAST" }, sigv4.ExpiredToken},
		{"temporary key without its token", func(c *call) { c.key, c.secret = "AKTEMP", "temporary-secret" }, sigv4.UnrecognizedClient},
		{"wrong secret", func(c *call) { c.secret = "guess" }, sigv4.InvalidSignature},
		{"another body", func(c *call) {
			c.spoil = func(r *http.Request) { r.Body = io.NopCloser(bytes.NewReader([]byte(`{"a":2}`))) }
		}, sigv4.InvalidSignature},
		{"another path", func(c *call) { c.spoil = func(r *http.Request) { r.URL.Path += "x" } }, sigv4.InvalidSignature},
		{"another query", func(c *call) { c.spoil = func(r *http.Request) { r.URL.RawQuery = "q=2" } }, sigv4.InvalidSignature},
		{"broken query", func(c *call) { c.spoil = func(r *http.Request) { r.URL.RawQuery = "q=%zz" } }, sigv4.InvalidSignature},
		{"another method", func(c *call) { c.spoil = func(r *http.Request) { r.Method = "PUT" } }, sigv4.InvalidSignature},
		{"target added", func(c *call) { c.spoil = func(r *http.Request) { r.Header.Set("X-Amz-Target", "Service.Delete") } }, sigv4.InvalidSignature},
		{"unsigned payload", func(c *call) { c.header = http.Header{"X-Amz-Content-Sha256": {"UNSIGNED-PAYLOAD"}} }, sigv4.InvalidSignature},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := call{key: "AKLONG", secret: "long-term-secret", method: "POST", target: "/x?q=1", body: `{"a":1}`}
			test.edit(&c)
			if status, answer := c.do(t, server); status != http.StatusForbidden || answer != string(test.want) {
				t.Fatalf("want %s, got %d %s", test.want, status, answer)
			}
		})
	}
}

func TestNotTheSignersFault(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	for _, test := range []struct {
		name string
		call call
		want int
	}{
		{"lookup fails", call{key: "AKBROKEN"}, http.StatusInternalServerError},
		{"an empty secret signs nothing", call{key: "AKEMPTY"}, http.StatusInternalServerError},
		{"body over the limit", call{key: "AKLONG", secret: "long-term-secret", body: strings.Repeat("x", 1<<16+1)}, http.StatusRequestEntityTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.call.method, test.call.target = "POST", "/"
			if status, answer := test.call.do(t, server); status != test.want {
				t.Fatalf("%d %s", status, answer)
			}
		})
	}
}

func TestIsSigned(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{"": false, "Bearer x": false, "AWS4-HMAC-SHA256 Credential=a": true} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", header)
		if sigv4.IsSigned(r) != want {
			t.Errorf("%q: want %v", header, want)
		}
	}
}
