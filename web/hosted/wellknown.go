package hosted

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/web/respond"
)

// keepWellKnown is how long browsers may keep what a well-known address says.
const keepWellKnown = "public, max-age=300"

// WellKnown serves the addresses at which browsers and password managers look for what
// a site says of passkeys and passwords.
type WellKnown struct {
	// Only finds the user pool that speaks for the whole host: the one there is.
	// provider.ErrPoolNotFound where there are several.
	Only    func(ctx context.Context) (*provider.Pool, error)
	BaseURL string
	Errors  *respond.Errors
}

// Pool mounts them below a user pool's path.
func (k *WellKnown) Pool(mux *http.ServeMux) {
	k.mount(mux, func(r *http.Request) (*provider.Pool, error) { return provider.TenantFrom(r.Context()).Pool, nil })
}

// Root mounts them at the root. Browsers ask there, at the relying party's own host.
func (k *WellKnown) Root(mux *http.ServeMux) {
	k.mount(mux, func(r *http.Request) (*provider.Pool, error) { return k.Only(r.Context()) })
}

func (k *WellKnown) mount(mux *http.ServeMux, find func(*http.Request) (*provider.Pool, error)) {
	serve := func(document func(*provider.Pool) any) http.Handler {
		return k.Errors.JSON(func(w http.ResponseWriter, r *http.Request) error {
			p, err := find(r)
			if err != nil {
				return err
			}
			d := document(p)
			if d == nil {
				return &provider.Error{Code: provider.CodeNotFound, Kind: "page", Message: "There is no such page."}
			}
			body, err := json.Marshal(d)
			if err != nil {
				return fmt.Errorf("well-known document: %w", err)
			}
			return respond.Document{Body: body, ETag: fmt.Sprintf(`"%x"`, secret.Hash(string(body))[:12]), Type: "application/json", Keep: keepWellKnown}.Serve(w, r)
		})
	}
	mux.Handle("GET /.well-known/webauthn", serve(relatedOrigins))
	mux.Handle("GET /.well-known/passkey-endpoints", serve(k.passkeyEndpoints))
	// Password managers lead people here (W3C, A Well-Known URL for Changing Passwords).
	mux.Handle("GET /.well-known/change-password", k.Errors.JSON(func(w http.ResponseWriter, r *http.Request) error {
		p, err := find(r)
		if err != nil {
			return err
		}
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, k.BaseURL+"/"+p.ID+"/account/password", http.StatusFound)
		return nil
	}))
}

// relatedOrigins lists the other sites that may use the pool's passkeys (WebAuthn
// Level 3 section 5.11.1).
func relatedOrigins(p *provider.Pool) any {
	if len(p.Settings.Passkeys.Origins) == 0 {
		return nil
	}
	return map[string][]string{"origins": p.Settings.Passkeys.Origins}
}

// passkeyEndpoints says where people add and manage their passkeys (W3C, A Well-Known
// URL for Relying Party Passkey Endpoints).
func (k *WellKnown) passkeyEndpoints(p *provider.Pool) any {
	if !p.Settings.TakesPasskeys() {
		return nil
	}
	passkeys := k.BaseURL + "/" + p.ID + "/account/passkeys"
	return map[string]string{"enroll": passkeys + "/add", "manage": passkeys}
}
