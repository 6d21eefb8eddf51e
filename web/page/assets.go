package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// assets are the styles, scripts and images, under one address that changes
// whenever any of them does: /static/<hash>/<name>. One hash for all lets
// modules import each other by relative names.
type assets struct {
	hash  string
	files map[string][]byte
}

func openAssets(static fs.FS) (*assets, error) {
	a := &assets{files: map[string][]byte{}}
	sum := sha256.New()
	err := fs.WalkDir(static, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || contentType(name) == "" {
			return err
		}
		body, err := fs.ReadFile(static, name)
		if err != nil {
			return err
		}
		a.files[name] = body
		fmt.Fprintf(sum, "%s %d\n", name, len(body))
		sum.Write(body)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	a.hash = hex.EncodeToString(sum.Sum(nil))[:16]
	return a, nil
}

func (a *assets) url(name string) (string, error) {
	if _, ok := a.files[name]; !ok {
		return "", fmt.Errorf("no static file %s", name)
	}
	return "/static/" + a.hash + "/" + name, nil
}

// Static serves what pages load. Mount it at GET /static/ of the root, whatever
// pool a page belongs to. An address with another hash is that of a neighbour
// with another version: it is answered, but not kept.
func (p *Pages) Static() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/static/"), "/")
		p.assets.serve(w, r, name, hash == p.assets.hash)
	})
}

// Favicon serves /favicon.ico, which browsers ask for unasked.
func (p *Pages) Favicon() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.assets.serve(w, r, "img/favicon.ico", false)
	})
}

func (a *assets) serve(w http.ResponseWriter, r *http.Request, name string, forever bool) {
	body, ok := a.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", contentType(name))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	// An SVG opened by itself is a document; it may then run nothing.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	h.Set("ETag", `"`+a.hash+`"`)
	if forever {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
}

// contentType is fixed here, because the system's own table differs from machine
// to machine. Files of other kinds are not served.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".ico":
		return "image/x-icon"
	case ".woff2":
		return "font/woff2"
	}
	return ""
}
