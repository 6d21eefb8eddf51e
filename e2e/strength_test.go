package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
)

// TestStrengthMeter types passwords into the pages that take a new one. The meter
// says how good each is and why, and ticks off the rules, for eyes and for ears.
func TestStrengthMeter(t *testing.T) {
	slow(t)
	b := openBrowser(t)
	p := start(t)
	w := b.Open(t, browser.Look{})
	for _, c := range []struct {
		page, field, password string
		level                 int
		says                  string
		unmet                 string
	}{
		{"new-password", "new-password", "Short-7", 0, "too short", "length"},
		{"new-password", "new-password", "Sunshine2024!", 0, "common", "common"},
		{"new-password", "new-password", "Lindqvist-rides-7!", 0, "your name", ""},
		{"new-password", "new-password", "mika.Lindqvist@northwind.example-1", 0, "your name", "personal"},
		{"new-password", "new-password", "Abcabcabcabcabc1!", 1, "repeats", ""},
		{"new-password", "new-password", "Qwertzuiop-1234", 1, "keyboard", ""},
		{"new-password", "new-password", "Abcdefghijkl-9", 1, "sequence", ""},
		{"new-password", "new-password", "Correct horse battery 7", 4, "Strong.", ""},
		{"sign-up", "password", "kedjor och bulor", 4, "Strong.", "digit upper"},
		{"reset-password", "new-password", "Aardvark-river-7", 4, "Strong.", ""},
	} {
		w.Goto(p.Dev.BaseURL + "/preview/" + c.page)
		w.Fill("#"+c.field, c.password)
		w.Await(`document.querySelector("[data-strength]").dataset.level === "` + fmt.Sprint(c.level) + `"`)
		w.Await(`document.querySelector("[data-verdict]").textContent.includes("` + c.says + `")`)
		if said := browser.Eval[string](w, `document.querySelector("[role=meter]").getAttribute("aria-valuetext")`); !strings.Contains(said, c.says) {
			t.Errorf("%s: the meter says %q", c.password, said)
		}
		unmet := browser.Eval[string](w, `[...document.querySelectorAll("[data-met=no]")].map((r) => r.dataset.rule).sort().join(" ")`)
		if c.unmet != "" && unmet != c.unmet {
			t.Errorf("%s: unmet rules: %q", c.password, unmet)
		}
		w.AssertAccessible(c.password)
		w.Screenshot("strength-" + strings.NewReplacer(" ", "-", "@", "-", "!", "").Replace(strings.ToLower(c.password)))
	}
	for _, other := range []browser.Look{{Dark: true}, {Phone: true}, {NoScripts: true}} {
		w := b.Open(t, other)
		w.Goto(p.Dev.BaseURL + "/preview/new-password-common")
		if !other.NoScripts {
			w.Fill("#new-password", "Abcabcabcabcabc1!")
			w.Await(`document.querySelector("[data-strength]").dataset.level === "1"`)
		}
		w.AssertAccessible(other.String())
		w.Screenshot("strength")
	}
}
