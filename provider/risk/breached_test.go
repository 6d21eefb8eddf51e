package risk_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider/risk"
)

// The SHA-1 of "password" is 5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8.
const known, prefix, suffix = "password", "5BAA6", "1E4C9B93F3F0682250B6CF8331B7EE68FD8"

func TestBreachedPasswords(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	answer := func(w http.ResponseWriter) {}
	asked := ""
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Path
		if r.Header.Get("Add-Padding") != "true" {
			t.Error("the answer would not be padded")
		}
		answer(w)
	}))
	defer api.Close()
	b := &risk.Breached{HTTP: api.Client(), URL: api.URL + "/range/", Log: slog.New(slog.NewTextHandler(&log, nil))}
	for _, c := range []struct {
		name   string
		answer func(w http.ResponseWriter)
		found  bool
		failed uint64
	}{
		{"known", func(w http.ResponseWriter) { fmt.Fprintf(w, "%035X:4\r\n%s:37\r\n", 7, suffix) }, true, 0},
		{"in small letters", func(w http.ResponseWriter) { fmt.Fprint(w, strings.ToLower(suffix)+":1") }, true, 0},
		{"padding", func(w http.ResponseWriter) { fmt.Fprintf(w, "%s:0\r\n", suffix) }, false, 0},
		{"others", func(w http.ResponseWriter) { fmt.Fprintf(w, "%035X:4\r\n", 7) }, false, 0},
		{"nothing", func(http.ResponseWriter) {}, false, 0},
		{"out of order", func(w http.ResponseWriter) { http.Error(w, suffix+":1", http.StatusServiceUnavailable) }, false, 1},
		{"nonsense", func(w http.ResponseWriter) { fmt.Fprint(w, strings.Repeat("x", 1<<17)) }, false, 1},
	} {
		answer = c.answer
		before := b.Failed()
		if found := b.Found(t.Context(), known); found != c.found || b.Failed()-before != c.failed {
			t.Errorf("%s: found = %v, %d failures", c.name, found, b.Failed()-before)
		}
	}
	if asked != "/range/"+prefix {
		t.Errorf("asked for %s", asked)
	}
	api.Close()
	if b.Found(t.Context(), known) || b.Failed() != 3 || b.Asked() != 8 {
		t.Errorf("%d asked, %d failed", b.Asked(), b.Failed())
	}
	if strings.Contains(log.String(), prefix) || strings.Count(log.String(), "the password was taken") != 3 {
		t.Errorf("the log says %s", &log)
	}
	if (*risk.Breached)(nil).Found(t.Context(), known) {
		t.Error("nobody to ask knows it")
	}
}
