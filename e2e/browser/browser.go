// Package browser drives a real Chromium for the end-to-end tests: windows with
// cookies of their own or shared, clicks and keys as a person gives them,
// screenshots, and axe-core's verdict on a page. It knows nothing of the server
// that it looks at.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// ErrNone says that this machine has no Chromium.
var ErrNone = errors.New("no Chromium is installed (apt-get install chromium)")

// Browser is one running Chromium.
type Browser struct {
	ctx     context.Context
	cancel  context.CancelFunc
	profile string
	axe     string
	shots   string

	pictures bool
}

// Options say where things are.
type Options struct {
	Axe         string // the file of axe-core's script
	Screenshots string // the folder for pictures
	Pictures    bool   // Screenshot keeps some; else only failures do
}

// Start starts Chromium, with nothing of a user's own and no traffic but the
// test's. It returns ErrNone where there is none.
func Start(ctx context.Context, opt Options) (*Browser, error) {
	path, err := program()
	if err != nil {
		return nil, err
	}
	axe, err := os.ReadFile(opt.Axe)
	if err != nil {
		return nil, fmt.Errorf("axe-core is not installed (run e2e/setup): %w", err)
	}
	profile, err := os.MkdirTemp("", "cognate-chromium-")
	if err != nil {
		return nil, err
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(profile),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true),
	)
	if os.Geteuid() == 0 {
		// Chromium's sandbox refuses root; the pages are our own.
		flags = append(flags, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(ctx, flags...)
	tab, cancel := chromedp.NewContext(allocator)
	b := &Browser{ctx: tab, profile: profile, axe: string(axe), shots: opt.Screenshots, pictures: opt.Pictures}
	b.cancel = func() { cancel(); stop() }
	if err := chromedp.Do(tab); err != nil {
		b.Close()
		return nil, fmt.Errorf("start Chromium: %w", err)
	}
	return b, nil
}

// Close ends Chromium and removes its profile.
func (b *Browser) Close() {
	b.cancel()
	_ = os.RemoveAll(b.profile)
}

// Look is how a window shows pages.
type Look struct {
	Dark      bool
	Phone     bool // 390 by 844 points instead of 1280 by 800
	NoScripts bool
}

func (l Look) String() string {
	name := "light"
	if l.Dark {
		name = "dark"
	}
	if l.Phone {
		name += "-phone"
	}
	if l.NoScripts {
		name += "-noscript"
	}
	return name
}

// Open opens a window that shares no cookies with any other. It closes with
// the test.
func (b *Browser) Open(t testing.TB, look Look) *Page {
	t.Helper()
	return b.window(t, b.ctx, look, chromedp.WithNewBrowserContext())
}

func program() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if p, err := exec.LookPath(name); err == nil {
			return filepath.Abs(p)
		}
	}
	return "", ErrNone
}
