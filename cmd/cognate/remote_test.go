package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// The certificate that a development server made for itself is trusted where its
// dev.json is read, and nowhere else.
func TestOwnCertificate(t *testing.T) {
	t.Parallel()
	s := startServer(t, "--tls")
	s.must("pool", "list")
	if err := os.Remove(certificateBeside(devJSONPath(s.data))); err != nil {
		t.Fatal(err)
	}
	code, _, errs := s.try("", "pool", "list")
	if code != exitUnreachable || !strings.Contains(errs, "certificate") || !strings.Contains(errs, "localhost.crt") || strings.Contains(errs, "is the server running") {
		t.Errorf("%d %s", code, errs)
	}
}

// Another server's certificate is not trusted either.
func TestUntrustedCertificate(t *testing.T) {
	t.Parallel()
	stranger := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(stranger.Close)
	s := startServer(t)
	if code, _, errs := s.try("", "pool", "list", "--endpoint", stranger.URL); code != exitUnreachable || !strings.Contains(errs, "fix: use an address that the certificate names") {
		t.Errorf("%d %s", code, errs)
	}
}
