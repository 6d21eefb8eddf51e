package browser

import (
	"net/http"
	"strings"

	"github.com/gorilla/sessions"
)

// Store is a gorilla sessions.Store. Its sessions, named by pool, carry the
// opaque id of a sign-in session (Session.ID) and at most one flash: the key of
// a text that the next page shows once. It touches no database, so it cannot
// mistake a fault for a signed-out browser.
type Store struct {
	Cookies Cookies
}

var _ sessions.Store = (*Store)(nil)

const flashKey = "_flash"

// Get returns the pool's session of this request, read once.
func (s *Store) Get(r *http.Request, pool string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, pool)
}

// New reads the pool's session from its cookie. A cookie that this package did
// not write counts as none.
func (s *Store) New(r *http.Request, pool string) (*sessions.Session, error) {
	session := sessions.NewSession(s, pool)
	session.Options = &sessions.Options{Path: "/", Secure: !s.Cookies.Plain, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	id, flash, _ := strings.Cut(s.Cookies.read(r, s.Cookies.name(pool, "sid")), ".")
	session.ID = token(id)
	if flash = word(flash); flash != "" {
		session.AddFlash(flash, flashKey)
	}
	session.IsNew = session.ID == ""
	return session, nil
}

// Save writes the cookie; call it before the response's header is written. A
// session without id and flash is deleted.
func (s *Store) Save(_ *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	value := session.ID
	if waiting, ok := session.Values[flashKey].([]any); ok && len(waiting) > 0 {
		if flash, ok := waiting[0].(string); ok && word(flash) != "" {
			value += "." + flash
		}
	}
	s.Cookies.set(w, s.Cookies.name(session.Name(), "sid"), value)
	return nil
}

// SessionID returns the opaque id of the pool's sign-in session, or "".
func (s *Store) SessionID(r *http.Request, pool string) string {
	session, err := s.Get(r, pool)
	if err != nil {
		return ""
	}
	return session.ID
}

// SetSessionID replaces the id: at sign-in and step-up with a new one, which ends
// whatever id the browser was given before (session fixation), at sign-out with "".
func (s *Store) SetSessionID(w http.ResponseWriter, r *http.Request, pool, id string) error {
	session, err := s.Get(r, pool)
	if err != nil {
		return err
	}
	session.ID = id
	return s.Save(r, w, session)
}

// Flash leaves the key of a text for the next page.
func (s *Store) Flash(w http.ResponseWriter, r *http.Request, pool, key string) error {
	session, err := s.Get(r, pool)
	if err != nil {
		return err
	}
	session.Flashes(flashKey)
	session.AddFlash(key, flashKey)
	return s.Save(r, w, session)
}

// TakeFlash returns the key that Flash left and forgets it, or "".
func (s *Store) TakeFlash(w http.ResponseWriter, r *http.Request, pool string) (string, error) {
	session, err := s.Get(r, pool)
	if err != nil {
		return "", err
	}
	waiting := session.Flashes(flashKey)
	if len(waiting) == 0 {
		return "", nil
	}
	key, _ := waiting[0].(string)
	return key, s.Save(r, w, session)
}

// word returns s when it can be the key of a text, else "". The cookie is not
// signed, so a flash is never text itself.
func word(s string) string {
	if len(s) > 64 {
		return ""
	}
	for i := range len(s) {
		switch b := s[i]; {
		case 'a' <= b && b <= 'z', '0' <= b && b <= '9', b == '_':
		default:
			return ""
		}
	}
	return s
}
