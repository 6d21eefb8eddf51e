package visitor

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Document is a parsed page.
type Document struct{ root *html.Node }

// Parse reads a page's HTML.
func Parse(page []byte) (Document, error) {
	root, err := html.Parse(bytes.NewReader(page))
	return Document{root}, err
}

// Each calls f for every element of a name, in order.
func (d Document) Each(name string, f func(attribute func(string) string)) {
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			f(attributes(n))
		}
	}
}

// Link returns the address of the first link that has the attribute with this value.
func (d Document) Link(attribute, value string) (href string, ok bool) {
	d.Each("a", func(at func(string) string) {
		if !ok && at(attribute) == value {
			href, ok = at("href"), true
		}
	})
	return href, ok
}

// Form is a form as a person would send it.
type Form struct {
	action, method string
	values         url.Values
	identifier     string // the name of the field for the user's name
	password       string // the name of the field for the password
	// Repeats says that the page reports a problem with what was sent before.
	Repeats bool
}

// Form returns the page's first form that is sent by POST, with the values that
// it shows and its first button pressed.
func (d Document) Form() (Form, bool) {
	var form *html.Node
	repeats := false
	for n := range d.root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		at := attributes(n)
		if at("role") == "alert" {
			repeats = true
		}
		if form == nil && n.Data == "form" && strings.EqualFold(at("method"), "post") {
			form = n
		}
	}
	if form == nil {
		return Form{}, false
	}
	at := attributes(form)
	f := Form{action: at("action"), method: http.MethodPost, values: url.Values{}, Repeats: repeats}
	pressed, text := false, ""
	for n := range form.Descendants() {
		at := attributes(n)
		if n.Type != html.ElementNode {
			continue
		}
		switch {
		case n.Data == "button" || n.Data == "input" && at("type") == "submit":
			if !pressed && at("type") != "button" && at("type") != "reset" {
				pressed = true
				f.add(at)
			}
		case n.Data == "input" && at("type") == "password":
			f.password = at("name")
		case n.Data == "input" && strings.Contains(at("autocomplete"), "username"):
			f.identifier = at("name")
		case n.Data == "input" && (at("type") == "checkbox" || at("type") == "radio"):
			if has(n, "checked") {
				f.add(at)
			}
		case n.Data == "input":
			if text == "" && (at("type") == "text" || at("type") == "email") {
				text = at("name")
			}
			f.add(at)
		}
	}
	if f.password != "" && f.identifier == "" {
		f.identifier = text // a sign-in page that does not say which field is which
	}
	return f, true
}

func (f *Form) add(at func(string) string) {
	if name := at("name"); name != "" {
		f.values.Add(name, at("value"))
	}
}

// Fill makes the request that sends the form from a page's address.
func (f Form) Fill(ctx context.Context, page *url.URL, username, password string) (*http.Request, error) {
	if f.identifier != "" {
		f.values.Set(f.identifier, username)
	}
	if f.password != "" {
		f.values.Set(f.password, password)
	}
	to, err := page.Parse(f.action)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, f.method, to.String(), strings.NewReader(f.values.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	// What every browser sends with a form of its own site.
	r.Header.Set("Origin", page.Scheme+"://"+page.Host)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r, nil
}

func attributes(n *html.Node) func(string) string {
	return func(name string) string {
		for _, a := range n.Attr {
			if a.Key == name {
				return a.Val
			}
		}
		return ""
	}
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}
