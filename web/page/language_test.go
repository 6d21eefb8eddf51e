package page_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cognate-idp/cognate/static"
	"github.com/cognate-idp/cognate/templates"
	"github.com/cognate-idp/cognate/web/page"
)

// withArabic adds a catalogue that says a few things in Arabic, and leaves the
// rest to English.
func withArabic(t *testing.T) *page.Pages {
	t.Helper()
	all := fstest.MapFS{}
	err := fs.WalkDir(templates.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(templates.FS, name)
		all[name] = &fstest.MapFile{Data: body}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	words, err := json.Marshal(map[string]string{"signin.heading": "مرحبًا بعودتك"})
	if err != nil {
		t.Fatal(err)
	}
	all["locales/ar.json"] = &fstest.MapFile{Data: words}
	p, err := page.Open(all, static.FS)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLanguageOfAPage(t *testing.T) {
	t.Parallel()
	p := withArabic(t)
	for _, c := range []struct {
		name, target, accept, lang, dir string
	}{
		{"nothing asked", "/", "", "en", "ltr"},
		{"accept-language", "/", "ar-EG, en;q=0.5", "ar", "rtl"},
		{"ui_locales before accept-language", "/?ui_locales=ar+de", "en", "ar", "rtl"},
		{"lang before ui_locales", "/?lang=en&ui_locales=ar", "ar", "en", "ltr"},
		{"a language nobody speaks here", "/", "tlh", "en", "ltr"},
		{"a region of English", "/", "en-GB", "en", "ltr"},
		{"not a language at all", "/?lang=%00%ff;q=x", "", "en", "ltr"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, c.target, nil)
			r.Header.Set("Accept-Language", c.accept)
			w := httptest.NewRecorder()
			if err := p.Render(w, r, http.StatusOK, page.SignIn{}); err != nil {
				t.Fatal(err)
			}
			body := w.Body.String()
			if want := `<html lang="` + c.lang + `" dir="` + c.dir + `">`; !strings.Contains(body, want) {
				t.Errorf("no %s", want)
			}
			// What a catalogue lacks is said in English.
			if heard := strings.Contains(body, "مرحبًا"); heard != (c.lang == "ar") || !strings.Contains(body, ">Password<") {
				t.Errorf("the words are not those of %s", c.lang)
			}
		})
	}
}

func TestATemplateThatCannotBeDrawnIsRefusedAtStart(t *testing.T) {
	t.Parallel()
	for name, breakIt := range map[string]func(fstest.MapFS){
		"a missing text":   func(m fstest.MapFS) { m["locales/en.json"] = &fstest.MapFile{Data: []byte(`{}`)} },
		"broken catalogue": func(m fstest.MapFS) { m["locales/en.json"] = &fstest.MapFile{Data: []byte(`{"`)} },
		"a missing field":  func(m fstest.MapFS) { m["pages/signin.html"].Data = []byte(`{{define "main"}}{{.NoSuch}}{{end}}`) },
		"a missing file":   func(m fstest.MapFS) { delete(m, "pages/consent.html") },
		"a missing style": func(m fstest.MapFS) {
			m["pages/signin.html"].Data = []byte(`{{define "main"}}{{asset "css/none.css"}}{{end}}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := fstest.MapFS{}
			for _, glob := range []string{"*.html", "pages/*", "locales/*"} {
				names, _ := fs.Glob(templates.FS, glob)
				for _, n := range names {
					body, err := fs.ReadFile(templates.FS, n)
					if err != nil {
						t.Fatal(err)
					}
					m[n] = &fstest.MapFile{Data: body}
				}
			}
			if _, err := page.Open(m, static.FS); err != nil {
				t.Fatalf("the whole set: %v", err)
			}
			breakIt(m)
			if _, err := page.Open(m, static.FS); err == nil {
				t.Error("it was taken")
			}
		})
	}
}
