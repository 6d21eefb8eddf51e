package sigv4_test

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/web/sigv4"
)

const (
	exampleKey    = "AKIDEXAMPLE"
	exampleSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)

// The requests and signatures of AWS's Signature Version 4 test suite, and the
// ListUsers example of the signing reference.
var vectors = []struct {
	name, request, service, signed, signature string
}{
	{"get-vanilla", "GET / HTTP/1.1\nHost: example.amazonaws.com\nX-Amz-Date: 20150830T123600Z\n\n", "service", "host;x-amz-date",
		"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
	{"get-vanilla-empty-query-key", "GET /?Param1=value1 HTTP/1.1\nHost: example.amazonaws.com\nX-Amz-Date: 20150830T123600Z\n\n", "service", "host;x-amz-date",
		"a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
	{"get-vanilla-query-order-key-case", "GET /?Param2=value2&Param1=value1 HTTP/1.1\nHost: example.amazonaws.com\nX-Amz-Date: 20150830T123600Z\n\n", "service", "host;x-amz-date",
		"b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
	{"get-unreserved", "GET /-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz HTTP/1.1\nHost: example.amazonaws.com\nX-Amz-Date: 20150830T123600Z\n\n", "service", "host;x-amz-date",
		"07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
	{"get-header-value-trim", "GET / HTTP/1.1\nHost: example.amazonaws.com\nMy-Header1:  value1\nMy-Header2:  \"a   b   c\"\nX-Amz-Date: 20150830T123600Z\n\n", "service", "host;my-header1;my-header2;x-amz-date",
		"acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
	{"get-header-key-duplicate", "GET / HTTP/1.1\nHost: example.amazonaws.com\nMy-Header1: value2\nMy-Header1: value2\nMy-Header1: value1\nX-Amz-Date: 20150830T123600Z\n\n", "service", "host;my-header1;x-amz-date",
		"c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
	{"post-vanilla", "POST / HTTP/1.1\nHost: example.amazonaws.com\nX-Amz-Date: 20150830T123600Z\n\n", "service", "host;x-amz-date",
		"5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
	{"post-x-www-form-urlencoded", "POST / HTTP/1.1\nHost: example.amazonaws.com\nContent-Type: application/x-www-form-urlencoded\nX-Amz-Date: 20150830T123600Z\nContent-Length: 13\n\nParam1=value1", "service", "content-type;host;x-amz-date",
		"ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
	{"list-users", "GET /?Action=ListUsers&Version=2010-05-08 HTTP/1.1\nHost: iam.amazonaws.com\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\nX-Amz-Date: 20150830T123600Z\n\n", "iam", "content-type;host;x-amz-date",
		"5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
}

func readRequest(t *testing.T, text string) *http.Request {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func exampleVerifier(service string) *sigv4.Verifier {
	return &sigv4.Verifier{
		Services: []string{service},
		Now:      func() time.Time { return time.Date(2015, 8, 30, 12, 40, 0, 0, time.UTC) },
		Lookup: func(_ context.Context, id, token string) (string, any, error) {
			if id != exampleKey || token != "" {
				return "", nil, sigv4.ErrUnknownKey
			}
			return exampleSecret, "holder", nil
		},
	}
}

func TestPublishedVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			authorization := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/" + v.service +
				"/aws4_request, SignedHeaders=" + v.signed + ", Signature="
			r := readRequest(t, v.request)
			r.Header.Set("Authorization", authorization+v.signature)
			principal, err := exampleVerifier(v.service).Verify(r)
			if err != nil || principal != "holder" {
				t.Fatalf("principal %v, error %v", principal, err)
			}
			r = readRequest(t, v.request)
			r.Header.Set("Authorization", authorization+"0"+v.signature[:63])
			_, err = exampleVerifier(v.service).Verify(r)
			var e *sigv4.Error
			if !errors.As(err, &e) || e.Code != sigv4.InvalidSignature {
				t.Fatalf("shifted signature: %v", err)
			}
		})
	}
}

func FuzzVerify(f *testing.F) {
	for _, v := range vectors {
		f.Add("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/"+v.service+
			"/aws4_request, SignedHeaders="+v.signed+", Signature="+v.signature, "20150830T123600Z", "/a%3Ab?x=1&x=%20&y", "body")
	}
	f.Add("AWS4-HMAC-SHA256 Credential=////,SignedHeaders=;,Signature=", "", "/%?%", "")
	f.Fuzz(func(t *testing.T, authorization, date, target, body string) {
		r, err := http.NewRequest("POST", "http://host.test/", strings.NewReader(body))
		if err != nil {
			t.Skip()
		}
		r.RequestURI = target
		r.Header.Set("Authorization", authorization)
		r.Header.Set("X-Amz-Date", date)
		v := exampleVerifier("service")
		v.Lookup = func(context.Context, string, string) (string, any, error) {
			// A secret no input can know: nothing that arrives may verify.
			return "q6Jr0vS8bTz3nXw1", nil, nil
		}
		_, err = v.Verify(r)
		var e *sigv4.Error
		if !errors.As(err, &e) || e.Code == "" || e.Message == "" {
			t.Fatalf("want a signature error, got %v", err)
		}
	})
}
