package account

import (
	"net/http"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

func (d *Door) showDevices(w http.ResponseWriter, v *visit) error { return d.drawDevices(w, v, nil) }

// changeDevices signs out one session or all others, or forgets a browser.
func (d *Door) changeDevices(w http.ResponseWriter, v *visit) error {
	notice := ""
	var err error
	switch f := v.form; {
	case f.Has("session"):
		notice, err = signedOut, d.Account.EndSession(v.Context(), v.pool, v.live, f.Get("session"))
	case f.Has("device"):
		notice, err = deviceForgotten, d.Account.ForgetDevice(v.Context(), v.pool, v.live, f.Get("device"))
	case f.Has("others"):
		notice, err = othersSignedOut, d.Account.EndOtherSessions(v.Context(), v.pool, v.live)
	default:
		err = provider.Invalid("", "Say what to do.")
	}
	if err != nil {
		return d.drawDevices(w, v, err)
	}
	if v.form.Has("device") && v.form.Get("device") == v.live.Device {
		// It is the one that was looked with: its own session has ended.
		if err := d.Browser.SetSessionID(w, v.Request, v.pool.ID, ""); err != nil {
			return err
		}
		return respond.Redirect(w, v.at("/signed-out"))
	}
	return d.done(w, v, home+"/devices", notice)
}

func (d *Door) drawDevices(w http.ResponseWriter, v *visit, why error) error {
	top, status, err := d.top(w, v, why)
	if err != nil {
		return err
	}
	s := v.pool.Settings.Devices
	out := page.AccountDevices{AccountPage: top, Kept: s.Remember != "", Spares: s.SkipSecond}
	sessions, err := d.Account.SignedIn(v.Context(), v.pool, v.live)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		id := s.Name()
		out.Sessions = append(out.Sessions, page.AccountSession{
			ID: id, Agent: provider.AgentOf(s.UserAgent), Address: s.Address, Since: page.Moment{At: s.CreatedAt}, Here: id == v.live.Principal.SessionID,
		})
	}
	devices, err := d.Account.Devices(v.Context(), v.pool, v.live)
	if err != nil {
		return err
	}
	for _, dev := range devices {
		one := page.AccountDevice{
			ID: dev.ID, Agent: provider.AgentOf(dev.UserAgent), Address: dev.Address, Used: page.Moment{At: dev.LastUsedAt},
			Remembered: dev.Remembered, Here: dev.ID == v.live.Device,
		}
		if dev.Spares(d.Account.Flow.Store.Now()) {
			one.Until = page.Moment{At: dev.RememberedUntil}
		}
		out.Devices = append(out.Devices, one)
	}
	return d.Pages.Render(w, v.Request, status, out)
}

// perPage is how many events a page of the activity holds.
const perPage = 25

// showActivity lists what happened to the account, newest first, a page at a time.
func (d *Door) showActivity(w http.ResponseWriter, v *visit) error {
	top, status, err := d.top(w, v, nil)
	if err != nil {
		return err
	}
	before := v.URL.Query().Get("before")
	if len(before) > 64 {
		before = ""
	}
	events, err := d.Account.Activity(v.Context(), v.pool, v.live, before, perPage+1)
	if err != nil {
		return err
	}
	out := page.AccountActivity{AccountPage: top}
	if len(events) > perPage {
		events = events[:perPage]
		out.NextURL = v.at(home+"/activity") + "?before=" + events[perPage-1].ID
	}
	for i := range events {
		out.Events = append(out.Events, event(&events[i]))
	}
	return d.Pages.Render(w, v.Request, status, out)
}
