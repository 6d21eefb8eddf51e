package factor

import (
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
)

// Factors enrols, checks and removes factors. All but Post are required.
type Factors struct {
	Store  *store.Store
	Sealer *secret.Sealer
	Audit  *audit.Log
	Post   *message.Post // tells users what was added or removed; nil tells nobody
	// BaseURL is where the pages are: passkeys are bound to its host.
	BaseURL string
}
