package catalog_test

import (
	"net/http"
	"testing"

	"github.com/cognate-idp/cognate/federation"
	"github.com/cognate-idp/cognate/federation/catalog"
	"github.com/cognate-idp/cognate/federation/oidc/oidctest"
)

func TestRedirector(t *testing.T) {
	t.Parallel()
	c := &catalog.Catalog{HTTP: http.DefaultClient}
	details := func(id string) map[string]string {
		return map[string]string{"client_id": id, "oidc_issuer": "https://idp.example"}
	}
	one, err := c.Redirector(t.Context(), "OIDC", details("a"))
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := c.Redirector(t.Context(), "OIDC", details("a")); again != one {
		t.Error("equal details gave another connector, which forgets keys and metadata")
	}
	if other, _ := c.Redirector(t.Context(), "OIDC", details("b")); other == one {
		t.Error("other details gave the same connector")
	}
	for _, kind := range []string{"", "oidc", "Digits"} {
		if _, err := c.Redirector(t.Context(), kind, details("a")); federation.KindOf(err) != federation.Misconfigured {
			t.Errorf("%q: %v", kind, err)
		}
	}
}

func TestTokenVerifier(t *testing.T) {
	t.Parallel()
	p := oidctest.Start(t, &oidctest.Provider{ClientID: "app-1"})
	c := &catalog.Catalog{HTTP: http.DefaultClient}
	for audience, ok := range map[string]bool{"app-1": true, "app-2": false} {
		v, err := c.TokenVerifier(t.Context(), p.Issuer, []string{audience})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.VerifyToken(t.Context(), p.IDToken("u-1", nil)); (err == nil) != ok {
			t.Errorf("%s: %v", audience, err)
		}
	}
}
