package browser_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/e2e/browser"
)

const good = `<!doctype html><html lang="en"><head><title>Good</title></head><body><main><h1>Good</h1>
<form method="post"><label for="n">Name</label><input id="n" name="n"><button>Send</button></form>
<p id="script">off</p><script src="/s.js"></script></main></body></html>`

// start serves one page with the strictest policy and starts a browser.
func start(t *testing.T, page string) (*browser.Browser, string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'")
		if r.URL.Path == "/s.js" {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = io.WriteString(w, "document.querySelector('#script').textContent = 'on'")
			return
		}
		if r.URL.Path == "/favicon.ico" {
			return
		}
		if r.Method == http.MethodPost {
			time.Sleep(200 * time.Millisecond)
		}
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "yes"})
		if _, err := r.Cookie("seen"); err == nil {
			_, _ = io.WriteString(w, strings.Replace(page, "Good</h1>", "Again Good "+r.FormValue("n")+"</h1>", 1))
			return
		}
		_, _ = io.WriteString(w, page)
	}))
	t.Cleanup(site.Close)
	b, err := browser.Start(t.Context(), browser.Options{Axe: "../node/node_modules/axe-core/axe.min.js", Screenshots: t.TempDir(), Pictures: true})
	if errors.Is(err, browser.ErrNone) || errors.Is(err, os.ErrNotExist) {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b, site.URL
}

func TestWindows(t *testing.T) {
	t.Parallel()
	b, url := start(t, good)
	for _, look := range []browser.Look{{}, {Dark: true, Phone: true}, {NoScripts: true}} {
		t.Run(look.String(), func(t *testing.T) {
			p := b.Open(t, look)
			p.Goto(url)
			want := "on"
			if look.NoScripts {
				want = "off"
			}
			if got := p.See("#script"); got != want {
				t.Errorf("the script is %s, want %s", got, want)
			}
			if dark := browser.Eval[bool](p, "matchMedia('(prefers-color-scheme: dark)').matches"); dark != look.Dark {
				t.Errorf("dark = %v", dark)
			}
			if got := p.See("h1"); got != "Good" {
				t.Errorf("a new window has somebody's cookies: %s", got)
			}
			p.Fill("#n", "somebody else")
			p.Fill("#n", "Ada")
			p.Click("button")
			// A click has arrived where it leads to, however slow the server.
			if got := p.See("h1"); got != "Again Good Ada" {
				t.Errorf("after the click the page says %q", got)
			}
			w := p.Window()
			w.Goto(url)
			w.AwaitText("h1", "Again")
			p.AssertAccessible("good page")
			if problems := p.Problems(); len(problems) > 0 {
				t.Errorf("console: %q", problems)
			}
			p.Screenshot("good")
		})
	}
}

// TestAxeBites shows that a bad page does not pass, with and without scripts.
func TestAxeBites(t *testing.T) {
	t.Parallel()
	b, url := start(t, `<!doctype html><html><head><title>Bad</title></head><body><main><h1>Bad</h1><input><img src="data:,"></main></body></html>`)
	for _, look := range []browser.Look{{}, {NoScripts: true}} {
		p := b.Open(t, look)
		p.Goto(url)
		found := map[string]bool{}
		for _, v := range p.Violations() {
			found[v.ID] = true
		}
		for _, id := range []string{"html-has-lang", "label", "image-alt"} {
			if !found[id] {
				t.Errorf("%s: axe-core did not report %s, only %v", look, id, found)
			}
		}
	}
}

func TestProblemsHearThePolicy(t *testing.T) {
	t.Parallel()
	b, url := start(t, `<!doctype html><html lang="en"><head><title>Inline</title></head><body><h1>Inline</h1><script>1</script></body></html>`)
	p := b.Open(t, browser.Look{})
	p.Goto(url)
	if all := strings.Join(p.Problems(), "\n"); !strings.Contains(all, "Content Security Policy") {
		t.Errorf("an inline script went unnoticed: %q", all)
	}
}
