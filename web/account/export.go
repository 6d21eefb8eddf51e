package account

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

func (d *Door) showExport(w http.ResponseWriter, v *visit) error {
	top, status, err := d.top(w, v, nil)
	if err != nil {
		return err
	}
	return d.Pages.Render(w, v.Request, status, page.AccountExport{AccountPage: top})
}

// export sends the person what is kept of them, as a file. Their activity may be long:
// it is read and written a page at a time.
func (d *Door) export(w http.ResponseWriter, v *visit) error {
	record, err := d.Account.Export(v.Context(), v.pool, v.live)
	if err != nil {
		return err
	}
	apps, err := d.OAuth.Connections(v.Context(), v.live.User.ID)
	if err != nil {
		return err
	}
	now := d.Account.Flow.Store.Now()
	head, err := json.MarshalIndent(exportOf(v, record, apps, now), "", "  ")
	if err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	first, err := d.events(v, "")
	if err != nil {
		return err
	}
	respond.Attach(w, "account-"+now.Time().Format("2006-01-02")+".json", "application/json")
	if err := d.writeExport(w, v, head, first); err != nil {
		// Part of the file is sent. The connection is cut, so that nobody takes the
		// part for the whole (RFC 9112 section 8).
		d.Errors.Log.WarnContext(v.Context(), "export broke off", "pool", v.pool.ID, "request_id", provider.ActorFrom(v.Context()).RequestID, "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// perRead is how many events are read at once for an export.
const perRead = 500

func (d *Door) events(v *visit, before string) ([]provider.Event, error) {
	return d.Account.Activity(v.Context(), v.pool, v.live, before, perRead)
}

// writeExport writes the head, an object, with the activity as its last member.
func (d *Door) writeExport(w io.Writer, v *visit, head []byte, events []provider.Event) error {
	out := bufio.NewWriter(w)
	out.Write(bytes.TrimSuffix(head, []byte("\n}")))
	out.WriteString(",\n  \"activity\": [")
	between := "\n    "
	for len(events) > 0 {
		for i := range events {
			line, err := json.Marshal(exportEvent(&events[i]))
			if err != nil {
				return fmt.Errorf("write export: %w", err)
			}
			out.WriteString(between)
			out.Write(line)
			between = ",\n    "
		}
		last, full := events[len(events)-1].ID, len(events) == perRead
		events = nil
		if full {
			var err error
			if events, err = d.events(v, last); err != nil {
				return err
			}
		}
	}
	out.WriteString("\n  ]\n}\n")
	return out.Flush() // tells of every write that failed
}

// exported is the file, as docs/account.md tells of it. Nothing in it lets anybody in:
// no secret, no hash, no id of a session.
type exported struct {
	ExportedAt string             `json:"exported_at"`
	Issuer     string             `json:"issuer"`
	Subject    string             `json:"sub"`
	Username   string             `json:"username"`
	Status     string             `json:"status"`
	CreatedAt  string             `json:"created_at"`
	UpdatedAt  string             `json:"updated_at"`
	Attributes map[string]string  `json:"attributes"`
	Verified   map[string]bool    `json:"addresses_verified"`
	Groups     []exportedGroup    `json:"groups"`
	Password   *exportedPassword  `json:"password,omitempty"`
	TwoStep    []exportedFactor   `json:"two_step"`
	Codes      int                `json:"recovery_codes_left"`
	Passkeys   []exportedPasskey  `json:"passkeys"`
	Devices    []exportedDevice   `json:"devices"`
	Sessions   []exportedSession  `json:"sessions"`
	Apps       []exportedApp      `json:"connected_apps"`
	Identities []exportedIdentity `json:"linked_identities"`
}

type exportedGroup struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

type exportedPassword struct {
	SetAt string `json:"set_at,omitempty"`
}

type exportedFactor struct {
	Kind      provider.Factor `json:"kind"`
	Name      string          `json:"name,omitempty"`
	Preferred bool            `json:"preferred"`
}

type exportedPasskey struct {
	Name       string `json:"name"`
	CreatedAt  string `json:"created_at"`
	LastUsedAt string `json:"last_used_at,omitempty"`
	Synced     bool   `json:"synced"`
}

type exportedDevice struct {
	Name            string `json:"name,omitempty"`
	Address         string `json:"address,omitempty"`
	UserAgent       string `json:"user_agent,omitempty"`
	CreatedAt       string `json:"created_at"`
	LastUsedAt      string `json:"last_used_at,omitempty"`
	RememberedUntil string `json:"remembered_until,omitempty"`
}

type exportedSession struct {
	Current   bool     `json:"current"`
	Address   string   `json:"address,omitempty"`
	UserAgent string   `json:"user_agent,omitempty"`
	Methods   []string `json:"amr"`
	Provider  string   `json:"provider,omitempty"`
	CreatedAt string   `json:"created_at"`
	ExpiresAt string   `json:"expires_at"`
}

type exportedApp struct {
	ClientID   string   `json:"client_id"`
	Name       string   `json:"name"`
	Scopes     []string `json:"scopes"`
	Since      string   `json:"since"`
	LastUsedAt string   `json:"last_used_at,omitempty"`
}

type exportedIdentity struct {
	Provider   string `json:"provider"`
	Issuer     string `json:"issuer"`
	Subject    string `json:"subject"`
	LinkedAt   string `json:"linked_at"`
	LastUsedAt string `json:"last_used_at,omitempty"`
}

type exportedActivity struct {
	At         string `json:"at"`
	Action     string `json:"action"`
	Outcome    string `json:"outcome"`
	ByOperator bool   `json:"by_operator"`
	Address    string `json:"address,omitempty"`
	UserAgent  string `json:"user_agent,omitempty"`
	Methods    string `json:"amr,omitempty"`
	Provider   string `json:"provider,omitempty"`
	ClientID   string `json:"client_id,omitempty"`
}

func exportOf(v *visit, r *signin.Record, apps []oauth.Connection, now provider.Time) exported {
	u := &r.User
	out := exported{
		ExportedAt: written(now), Issuer: provider.TenantFrom(v.Context()).Issuer, Subject: u.ID, Username: u.Username, Status: string(u.Status),
		CreatedAt: written(u.CreatedAt), UpdatedAt: written(u.UpdatedAt), Attributes: map[string]string{}, Verified: map[string]bool{}, Codes: r.RecoveryCodes,
		Groups: []exportedGroup{}, TwoStep: []exportedFactor{}, Passkeys: []exportedPasskey{}, Devices: []exportedDevice{},
		Sessions: []exportedSession{}, Apps: []exportedApp{}, Identities: []exportedIdentity{},
	}
	for name, value := range u.Attributes {
		if name != "identities" { // told below
			out.Attributes[name] = value
		}
	}
	for _, by := range []provider.Channel{provider.ByEmail, provider.BySMS} {
		if name := by.Attribute(); u.Attributes[name] != "" {
			out.Verified[name] = u.Attributes[name+"_verified"] == "true"
			delete(out.Attributes, name+"_verified")
		}
	}
	for _, g := range r.Groups {
		out.Groups = append(out.Groups, exportedGroup{g.Name, g.Description})
	}
	if r.PasswordSet != 0 {
		out.Password = &exportedPassword{written(r.PasswordSet)}
	}
	for _, f := range u.MFA.Enabled {
		one := exportedFactor{Kind: f, Preferred: f == u.MFA.Preferred}
		if f == provider.FactorTOTP {
			one.Name = r.App.Name
		}
		out.TwoStep = append(out.TwoStep, one)
	}
	for _, k := range r.Passkeys {
		out.Passkeys = append(out.Passkeys, exportedPasskey{k.Name, written(k.CreatedAt), written(k.LastUsedAt), k.BackupState})
	}
	for _, x := range r.Devices {
		out.Devices = append(out.Devices, exportedDevice{x.Name, x.Address, x.UserAgent, written(x.CreatedAt), written(x.LastUsedAt), written(x.RememberedUntil)})
	}
	for _, s := range r.Sessions {
		out.Sessions = append(out.Sessions, exportedSession{s.Name() == v.live.Principal.SessionID, s.Address, s.UserAgent, s.AMR, s.Provider, written(s.CreatedAt), written(s.ExpiresAt)})
	}
	for _, a := range apps {
		one := exportedApp{ClientID: a.ClientID, Name: a.Name, Scopes: []string{}, Since: written(a.Since), LastUsedAt: written(a.UsedAt)}
		for _, s := range a.Scopes {
			one.Scopes = append(one.Scopes, s.Name)
		}
		out.Apps = append(out.Apps, one)
	}
	for _, l := range r.Identities {
		out.Identities = append(out.Identities, exportedIdentity{l.Provider, l.Issuer, l.Subject, written(l.CreatedAt), written(l.LastUsedAt)})
	}
	return out
}

// exportEvent tells of an entry of the trail as the page does: what an operator's
// address and browser are is not its user's to know.
func exportEvent(e *provider.Event) exportedActivity {
	out := exportedActivity{At: written(e.At), Action: e.Action, Outcome: e.Outcome, ByOperator: e.ActorKind == "operator",
		Methods: e.Detail["amr"], Provider: e.Detail["provider"], ClientID: e.Detail["client"]}
	if !out.ByOperator {
		out.Address, out.UserAgent = e.Address, e.UserAgent
	}
	return out
}

// written is a moment as RFC 3339 has it; empty for never.
func written(t provider.Time) string {
	if t == 0 {
		return ""
	}
	return t.Time().Format(time.RFC3339)
}
