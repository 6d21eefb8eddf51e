package oauth

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/ory/fosite"

	"github.com/cognate-idp/cognate/provider"
)

// session is what fosite carries from handler to handler.
type session struct {
	subject, username     string
	code, access, refresh time.Time // when each expires
}

func (s *session) SetExpiresAt(kind fosite.TokenType, at time.Time) {
	switch kind {
	case fosite.AuthorizeCode:
		s.code = at
	case fosite.AccessToken:
		s.access = at
	case fosite.RefreshToken:
		s.refresh = at
	}
}

func (s *session) GetExpiresAt(kind fosite.TokenType) time.Time {
	switch kind {
	case fosite.AuthorizeCode:
		return s.code
	case fosite.AccessToken:
		return s.access
	case fosite.RefreshToken:
		return s.refresh
	}
	return time.Time{}
}

func (s *session) GetUsername() string { return s.username }
func (s *session) GetSubject() string  { return s.subject }

func (s *session) Clone() fosite.Session {
	copied := *s
	return &copied
}

// grantVersion is the form of grantRequest that is written. Readers know all
// older ones: grants outlive releases.
const grantVersion = 1

// grantRequest is what of an authorization request outlives it, in its grant's
// row: what the code's exchange must match, and what tokens say about sign-in.
type grantRequest struct {
	Version       int      `json:"v"`
	RedirectURI   string   `json:"redirect_uri,omitempty"` // as the client gave it; empty if it gave none
	CodeChallenge string   `json:"code_challenge,omitempty"`
	Nonce         string   `json:"nonce,omitempty"`
	AMR           []string `json:"amr,omitempty"`
	Provider      string   `json:"provider,omitempty"`
}

func parseGrantRequest(g *provider.Grant) (grantRequest, error) {
	var r grantRequest
	if err := json.Unmarshal(g.Request, &r); err != nil {
		return r, fmt.Errorf("read request of grant %s: %w", g.ID, err)
	}
	if r.Version < 1 || r.Version > grantVersion {
		return r, fmt.Errorf("read request of grant %s: version %d is not known", g.ID, r.Version)
	}
	return r, nil
}
