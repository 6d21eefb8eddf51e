package oidc

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/cognate-idp/cognate/provider/oauth"
)

// maxForm bounds a request's body in bytes. The largest honest one holds an
// id_token_hint.
const maxForm = 64 << 10

// readForm reads the body of a POST (RFC 6749 appendix B). Parameters in the
// address are not looked at: secrets and tokens must not stand there.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, invalidRequest(http.StatusBadRequest, "The body must be application/x-www-form-urlencoded.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, invalidRequest(http.StatusRequestEntityTooLarge, "The body is too large.")
	}
	if err != nil {
		return nil, invalidRequest(http.StatusBadRequest, "The body could not be read.")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, invalidRequest(http.StatusBadRequest, "The body is not well-formed.")
	}
	return form, nil
}

// readQuery reads a GET's address or a POST's body.
func readQuery(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if r.Method == http.MethodPost {
		return readForm(w, r)
	}
	if len(r.URL.RawQuery) > maxForm {
		return nil, invalidRequest(http.StatusRequestURITooLong, "The address is too long.")
	}
	form, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, invalidRequest(http.StatusBadRequest, "The address is not well-formed.")
	}
	return form, nil
}

// readCredentials reads a POST of a client.
func readCredentials(w http.ResponseWriter, r *http.Request) (oauth.Credentials, error) {
	form, err := readForm(w, r)
	return oauth.Credentials{Form: form, Authorization: r.Header.Get("Authorization")}, err
}
