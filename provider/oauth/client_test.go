package oauth

import (
	"encoding/base64"
	"net/url"
	"testing"

	"github.com/cognate-idp/cognate/provider"
)

func FuzzParseBasic(f *testing.F) {
	for _, seed := range []string{"Basic YTpi", "basic YTpi", "Basic", "Basic !!", "Bearer x", "Basic " + base64.StdEncoding.EncodeToString([]byte("a%3Ab:c+d%00"))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		id, password, ok := parseBasic(header)
		if ok && id == "" || !ok && id+password != "" {
			t.Fatalf("%q is %q, %q, %v", header, id, password, ok)
		}
		if !ok {
			return
		}
		again := "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(password)))
		if id2, password2, ok := parseBasic(again); !ok || id2 != id || password2 != password {
			t.Errorf("%q does not round-trip: %q, %q", header, id2, password2)
		}
	})
}

func FuzzMatchRedirect(f *testing.F) {
	c := &client{Client: &provider.Client{Settings: provider.ClientSettings{RedirectURIs: []string{
		"https://app.example.com/cb", "http://127.0.0.1/cb", "http://[::1]:8000/cb?x=1", "http://localhost/cb"}}}}
	for _, seed := range []string{"https://app.example.com/cb", "http://127.0.0.1:80/cb", "http://[::1]/cb?x=1", "http://localhost:1/cb", "http://localhost:1@evil/cb", "http://localhost\\@evil/cb"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		target, ok := c.matchRedirect(given)
		if !ok {
			return
		}
		u, err := url.Parse(target)
		if err != nil {
			t.Fatalf("%q goes to what is no URL", given)
		}
		switch u.Hostname() {
		case "app.example.com":
			if target != "https://app.example.com/cb" {
				t.Errorf("%q goes to %q", given, target)
			}
		case "127.0.0.1", "::1", "localhost":
			if u.Scheme != "http" || u.Path != "/cb" || u.User != nil {
				t.Errorf("%q goes to %q", given, target)
			}
		default:
			t.Errorf("%q goes to %q", given, target)
		}
	})
}

func TestPreferredRole(t *testing.T) {
	t.Parallel()
	at := func(n int) *int { return &n }
	for name, c := range map[string]struct {
		groups []provider.Group
		want   string
	}{
		"none":                        {nil, ""},
		"the lowest precedence":       {[]provider.Group{{Precedence: at(0), RoleARN: "a"}, {Precedence: at(1), RoleARN: "b"}}, "a"},
		"the first has no role":       {[]provider.Group{{Precedence: at(0)}, {Precedence: at(1), RoleARN: "b"}}, ""},
		"two alike, one role":         {[]provider.Group{{Precedence: at(0), RoleARN: "a"}, {Precedence: at(0), RoleARN: "a"}}, "a"},
		"two alike, two roles":        {[]provider.Group{{Precedence: at(0), RoleARN: "a"}, {Precedence: at(0), RoleARN: "b"}}, ""},
		"two alike, one without role": {[]provider.Group{{Precedence: at(0)}, {Precedence: at(0), RoleARN: "b"}}, "b"},
		"no precedence at all":        {[]provider.Group{{RoleARN: "a"}}, "a"},
		"a precedence beats none":     {[]provider.Group{{Precedence: at(9), RoleARN: "a"}, {RoleARN: "b"}}, "a"},
	} {
		if got := preferredRole(c.groups); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestDescriptionsFitTheWire(t *testing.T) {
	t.Parallel()
	got := invalidRequest("a\"b\\c\nd\x00é").Description
	if got != "a'b/c?d??" {
		t.Errorf("described as %q", got)
	}
}

// A client that names Cognito's authentication flows gets refresh tokens only when the
// one for them is among them.
func TestWhichClientsGetRefreshTokens(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flows []string
		want  bool
	}{
		"names none": {nil, true}, "names it": {[]string{"ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}, true}, "names others": {[]string{"ALLOW_USER_AUTH"}, false},
	} {
		settings := provider.ClientSettings{OAuthEnabled: true, GrantTypes: []string{"authorization_code"}, ExplicitAuthFlows: c.flows}
		if got := newClient(&provider.Client{Settings: settings}, &provider.Pool{}).grantTypes.Has("refresh_token"); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
