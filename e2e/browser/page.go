package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take to show what a test waits for. It is
// far beyond what any page needs, so that a busy machine fails no test.
const patience = 30 * time.Second

// Page is one window. Its methods end the test when the page does not do what
// they ask.
type Page struct {
	t    testing.TB
	b    *Browser
	ctx  context.Context
	look Look
	axed bool // every page has axe-core from its start

	mu       sync.Mutex
	problems []string
	motion   motion
	requests int // how often something on the page has asked to leave it
}

// motion is how far a page is on its way to another one.
type motion int

const (
	still   motion = iota
	asked          // something on the page has asked to leave it
	leaving        // the request is under way
	stopped        // loading stopped, and no other page came: a download, or the old page's end
	arrived        // the other page has begun
)

func (b *Browser) window(t testing.TB, parent context.Context, look Look, opts ...chromedp.ContextOption) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, opts...)
	t.Cleanup(cancel)
	p := &Page{t: t, b: b, ctx: ctx, look: look}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatalf("open a window: %v", err)
	}
	scheme, width, height := "light", int64(1280), int64(800)
	if look.Dark {
		scheme = "dark"
	}
	var view []chromedp.EmulateViewportOption
	if look.Phone {
		width, height = 390, 844
		view = append(view, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2))
	}
	p.do("open a window",
		chromedp.EmulateViewport(width, height, view...),
		chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			if _, err := cdp.Call(ctx, target, log.Enable, cdp.Empty{}); err != nil {
				return err
			}
			// Of the windows side by side each has the focus, as if it were the only one.
			if _, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
				return err
			}
			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{
					{Name: "prefers-color-scheme", Value: scheme},
					{Name: "prefers-reduced-motion", Value: "reduce"},
				},
			})
			return err
		}))
	p.scripts(!look.NoScripts)
	return p
}

// Window opens another window of the same person: it shares this one's cookies.
func (p *Page) Window() *Page {
	p.t.Helper()
	return p.b.window(p.t, p.ctx, p.look)
}

// hear collects what the browser's console would show in red: broken scripts,
// what the content security policy refused, resources that failed. It follows
// the way from one page to the next too.
func (p *Page) hear(event any) {
	var problem string
	switch e := event.(type) {
	case *page.EventFrameRequestedNavigation:
		p.moves(func(motion) motion { p.requests++; return asked })
		return
	case *page.EventFrameStartedNavigating:
		p.moves(func(motion) motion { return leaving })
		return
	case *page.EventFrameNavigated, *page.EventNavigatedWithinDocument:
		p.moves(func(m motion) motion {
			if m == still {
				return still
			}
			return arrived
		})
		return
	case *page.EventFrameStoppedLoading:
		p.moves(func(m motion) motion {
			switch m {
			case leaving:
				return stopped
			case arrived:
				return still
			}
			return m
		})
		return
	case *runtime.EventExceptionThrown:
		problem = e.ExceptionDetails.Text
		if thrown := e.ExceptionDetails.Exception; thrown != nil {
			problem += " " + thrown.Description
		}
	case *log.EventEntryAdded:
		if e.Entry.Level != log.EntryLevelError {
			return
		}
		problem = e.Entry.Text + " " + e.Entry.URL
	default:
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems = append(p.problems, problem)
}

func (p *Page) moves(to func(motion) motion) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.motion = to(p.motion)
}

func (p *Page) moved() (motion, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.motion, p.requests
}

// leads is true of an element whose click leads to another page, unless a script
// thinks otherwise.
const leads = `((e) => {
	const at = e?.closest("a[href], button, input[type=submit]");
	if (!at || at.target || at.form?.target) return false;
	if (at.tagName === "A") return !at.getAttribute("href").startsWith("#");
	return at.type === "submit" && at.form !== null && (at.form.noValidate || at.formNoValidate || !at.form.matches(":invalid"));
})(document.querySelector(%s))`

// settle waits until the page that a click leads to has taken the place of the
// old one, so that what follows does not meet the old one's fields. before is how
// many pages had been asked for when the click came.
func (p *Page) settle(leads bool, before int) {
	const grace = 2 * time.Second // for what comes after all
	since := time.Now()
	for deadline := since.Add(patience); time.Now().Before(deadline) && p.ctx.Err() == nil; {
		m, requests := p.moved()
		waits := m == stopped || m == still && leads && requests == before
		switch {
		case m == still && !waits, waits && time.Since(since) > grace:
			return
		case !waits:
			since = time.Now()
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// Problems returns what the console showed in red since the last call.
func (p *Page) Problems() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	problems := p.problems
	p.problems = nil
	return problems
}

func (p *Page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.fail(what, err)
	}
}

// fail keeps a picture of the page, which says more than the error.
func (p *Page) fail(what string, err error) {
	p.t.Helper()
	name := "failed-" + strings.NewReplacer("/", "-", " ", "-").Replace(p.t.Name())
	text := "(nothing)"
	if errors.Is(p.ctx.Err(), context.Canceled) {
		p.t.Fatalf("%s: the browser is gone: %v", what, err)
	}
	if body, e := evaluate[string](p, "document.body ? document.body.innerText.slice(0, 600) : ''"); e == nil {
		text = body
	}
	p.t.Fatalf("%s: %v\nat %s, see %s\nconsole: %q\nthe page says:\n%s", what, err, p.address(), p.capture(name), p.Problems(), text)
}

// Goto loads an address and waits until the page is loaded.
func (p *Page) Goto(url string) {
	p.t.Helper()
	p.do("go to "+url, chromedp.Navigate(url))
}

// Reload loads the page again.
func (p *Page) Reload() {
	p.t.Helper()
	p.do("reload", chromedp.Reload())
}

// Click waits until the element that the CSS selector names can be seen, clicks
// it, and waits for the page that it leads to, if any.
func (p *Page) Click(css string) {
	p.t.Helper()
	p.do("see "+css, chromedp.WaitVisible(chromedp.CSS(css)), chromedp.ScrollIntoView(chromedp.CSS(css)))
	leads, _ := evaluate[bool](p, fmt.Sprintf(leads, quote(css)))
	_, before := p.moved()
	p.do("click "+css, chromedp.Click(chromedp.CSS(css)))
	p.settle(leads, before)
}

// Download clicks what the browser answers with a file, and returns its name and what
// is in it.
func (p *Page) Download(css string) (name string, content []byte) {
	p.t.Helper()
	folder := p.t.TempDir()
	p.do("allow downloads", chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
		at, err := cdp.Call(ctx, page, target.GetTargetInfo, target.GetTargetInfoParams{})
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, page, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: at.TargetInfo.BrowserContextID, DownloadPath: folder,
		})
		return err
	}))
	p.Click(css)
	deadline := time.Now().Add(patience)
	for {
		// A file has its own name once it is whole.
		files, err := os.ReadDir(folder)
		if err == nil && len(files) == 1 && !strings.HasPrefix(files[0].Name(), ".") && filepath.Ext(files[0].Name()) != ".crdownload" {
			name = files[0].Name()
			if content, err = os.ReadFile(filepath.Join(folder, name)); err == nil {
				return name, content
			}
		}
		if time.Now().After(deadline) || p.ctx.Err() != nil {
			p.fail("download by "+css, errors.Join(errors.New("no file came"), err))
		}
		time.Sleep(25 * time.Millisecond)
	}
}

// Fill types a text into a field, in place of what it held.
func (p *Page) Fill(css, text string) {
	p.t.Helper()
	p.do("fill "+css, chromedp.WaitVisible(chromedp.CSS(css)))
	// chromedp.Clear empties the attribute, which a field that was typed into ignores.
	Eval[string](p, fmt.Sprintf("document.querySelector(%s).value = ''", quote(css)))
	p.do("fill "+css, chromedp.SendKeys(chromedp.CSS(css), text))
}

// Press presses keys, one after another, wherever the focus is: \r is Enter, \t Tab.
func (p *Page) Press(keys string) {
	p.t.Helper()
	p.do("press keys", chromedp.KeyEvent(keys))
}

// See waits until the element can be seen and returns its text.
func (p *Page) See(css string) string {
	p.t.Helper()
	for {
		p.do("see "+css, chromedp.WaitVisible(chromedp.CSS(css)))
		// The page may have moved on in between; then it is waited for again.
		if text := Eval[*string](p, fmt.Sprintf("(e => e && (e.innerText ?? ''))(document.querySelector(%s))", quote(css))); text != nil {
			return strings.TrimSpace(*text)
		}
	}
}

// Await waits until a JavaScript expression is true on the page.
func (p *Page) Await(expression string) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		ok, err := evaluate[bool](p, "Boolean("+expression+")")
		if ok && err == nil {
			return
		}
		if time.Now().After(deadline) || p.ctx.Err() != nil {
			p.fail("wait for "+expression, errors.Join(errors.New("it never came true"), err))
		}
		time.Sleep(25 * time.Millisecond)
	}
}

// AwaitText waits until the element's text contains what is wanted.
func (p *Page) AwaitText(css, want string) {
	p.t.Helper()
	p.Await(fmt.Sprintf("(document.querySelector(%s)?.innerText ?? '').includes(%s)", quote(css), quote(want)))
}

// Has tells whether the page has such an element at this moment.
func (p *Page) Has(css string) bool {
	p.t.Helper()
	return Eval[bool](p, fmt.Sprintf("document.querySelector(%s) !== null", quote(css)))
}

// URL returns the page's address.
func (p *Page) URL() string {
	p.t.Helper()
	return p.address()
}

func (p *Page) address() string {
	url, err := evaluate[string](p, "location.href")
	if err != nil {
		return err.Error()
	}
	return url
}

// Eval evaluates an expression on the page, waiting for it if it is a promise.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	v, err := evaluate[T](p, expression)
	if err != nil {
		p.fail("evaluate "+expression, err)
	}
	return v
}

func evaluate[T any](p *Page, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

func (p *Page) scripts(on bool) {
	p.t.Helper()
	p.do("switch scripts", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	}))
}

// Screenshot keeps a picture of the whole page as NAME-LOOK.png where pictures are
// asked for.
func (p *Page) Screenshot(name string) {
	p.t.Helper()
	if !p.b.pictures {
		return
	}
	p.capture(strings.NewReplacer("/", "-", " ", "-").Replace(strings.Trim(name, "/")) + "-" + p.look.String())
}

func (p *Page) capture(name string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return "(no picture: " + err.Error() + ")"
	}
	path := filepath.Join(p.b.shots, name+".png")
	if err := errors.Join(os.MkdirAll(p.b.shots, 0o755), os.WriteFile(path, png, 0o644)); err != nil {
		return "(no picture: " + err.Error() + ")"
	}
	return path
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}
