package browser

import (
	"fmt"
	"strings"
	"time"
)

// Violation is one rule of accessibility that a page breaks.
type Violation struct {
	ID     string   `json:"id"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Nodes  []string `json:"nodes"`
}

func (v Violation) String() string {
	return fmt.Sprintf("%s (%s): %s\n\t%s", v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "\n\t"))
}

// Violations runs axe-core with all of its rules, best practices included.
// The script comes in through the debugger, so the page's content security
// policy stays as it is. On a page without scripts they are let run only now,
// after the page has been laid out without them.
func (p *Page) Violations() []Violation {
	p.t.Helper()
	if p.look.NoScripts {
		p.scripts(true)
		defer p.scripts(false)
	}
	const tries = 5
	script := `(async () => {
		if (!window.axe) { ` + p.b.axe + ` }
		const result = await axe.run(document, {resultTypes: ["violations"]});
		return result.violations.map(v => ({
			id: v.id, impact: v.impact ?? "", help: v.help,
			nodes: v.nodes.map(n => n.html.slice(0, 200) + " :: " + (n.failureSummary ?? "").slice(0, 300)),
		}));
	})()`
	// A click may still be on its way to the next page, which takes the script with it.
	for try := 1; ; try++ {
		found, err := evaluate[[]Violation](p, script)
		if err == nil {
			return found
		}
		if try == tries {
			p.fail("run axe-core", err)
		}
		time.Sleep(300 * time.Millisecond)
	}
}

// AssertAccessible fails the test for every violation on the page.
func (p *Page) AssertAccessible(state string) {
	p.t.Helper()
	for _, v := range p.Violations() {
		p.t.Errorf("%s (%s): axe-core: %s", state, p.look, v)
	}
}
