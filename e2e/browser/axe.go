package browser

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
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
	p.bring()
	const tries = 5
	const script = `(async () => {
		const result = await axe.run(document, {resultTypes: ["violations"]});
		return result.violations.map(v => ({
			id: v.id, impact: v.impact ?? "", help: v.help,
			nodes: v.nodes.map(n => n.html.slice(0, 200) + " :: " + (n.failureSummary ?? "").slice(0, 300)),
		}));
	})()`
	// A click may still be on its way to the next page, which takes the script with it.
	for try := 1; ; try++ {
		found, err := evaluate[[]Violation](p, script)
		if err != nil {
			if _, err = evaluate[bool](p, "(() => { if (!window.axe) { "+p.b.axe+" } return true })()"); err == nil {
				found, err = evaluate[[]Violation](p, script)
			}
		}
		if err == nil {
			return found
		}
		if try == tries {
			p.fail("run axe-core", err)
		}
		time.Sleep(300 * time.Millisecond)
	}
}

// bring has the window keep axe-core from now on: each page then finds it there, and
// it crosses the debugger's line once only. Without scripts no page could have it.
func (p *Page) bring() {
	p.t.Helper()
	if p.axed || p.look.NoScripts {
		return
	}
	p.axed = true
	p.do("keep axe-core", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: p.b.axe})
		return err
	}))
}

// AssertAccessible fails the test for every violation on the page.
func (p *Page) AssertAccessible(state string) {
	p.t.Helper()
	for _, v := range p.Violations() {
		p.t.Errorf("%s (%s): axe-core: %s", state, p.look, v)
	}
}
