package message

import (
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// A pool's own words hold Cognito's placeholders: {####} for the code, {username},
// and {##words##} for a link with those words. Nothing else in braces means
// anything: these are no templates that run.

// piece is a part of a template: words as they stand, or a placeholder.
type piece struct {
	is    pieceKind
	words string // as written; of a link, the words alone
}

type pieceKind int

const (
	isWords pieceKind = iota
	isCode
	isUsername
	isLink
)

const (
	codeMark     = "{####}"
	usernameMark = "{username}"
	linkOpens    = "{##"
	linkCloses   = "##}"
	linkMark     = "{##words##}" // any link, in what is told of them
)

// pieces takes a template apart. What is no placeholder is words, whatever it holds.
func pieces(source string) []piece {
	var out []piece
	from := 0
	add := func(at int, p piece, length int) {
		if at > from {
			out = append(out, piece{isWords, source[from:at]})
		}
		out = append(out, p)
		from = at + length
	}
	for at := 0; at < len(source); {
		rest := source[at:]
		switch {
		case strings.HasPrefix(rest, codeMark):
			add(at, piece{is: isCode}, len(codeMark))
		case strings.HasPrefix(rest, usernameMark):
			add(at, piece{is: isUsername}, len(usernameMark))
		case strings.HasPrefix(rest, linkOpens):
			words, _, closed := strings.Cut(rest[len(linkOpens):], linkCloses)
			if !closed || strings.Trim(words, "# ") == "" || strings.ContainsAny(words, "{}") {
				at++
				continue
			}
			add(at, piece{isLink, words}, len(linkOpens)+len(words)+len(linkCloses))
		default:
			at++
			continue
		}
		at = from
	}
	if from < len(source) {
		out = append(out, piece{isWords, source[from:]})
	}
	return out
}

// values are what placeholders stand for. They come from outside and are never
// looked into for placeholders themselves.
type values struct{ code, username, link string }

func (w *writing) values() values { return values{w.Code, w.Username, w.Link} }

// plain fills in a template of plain text.
func (v values) plain(source string) string {
	return v.fill(source, func(s string) string { return s }, func(s string) string { return s }, func(words string) string {
		if v.link == "" {
			return words
		}
		return words + ": " + v.link
	})
}

// html fills in a template that is HTML: its own words are the operator's and stay,
// what is filled in is escaped.
func (v values) html(source string) string {
	return v.fill(source, func(s string) string { return s }, html.EscapeString, v.anchor)
}

// escaped makes HTML of a template of plain text.
func (v values) escaped(source string) string {
	return v.fill(source, html.EscapeString, html.EscapeString, func(words string) string { return v.anchor(html.EscapeString(words)) })
}

func (v values) anchor(words string) string {
	if v.link == "" {
		return words
	}
	return `<a href="` + html.EscapeString(v.link) + `">` + words + `</a>`
}

func (v values) fill(source string, words, value, link func(string) string) string {
	var b strings.Builder
	for _, p := range pieces(source) {
		switch p.is {
		case isWords:
			b.WriteString(words(p.words))
		case isCode:
			b.WriteString(value(v.code))
		case isUsername:
			b.WriteString(value(v.username))
		case isLink:
			b.WriteString(link(p.words))
		}
	}
	return b.String()
}

// looksLikeOne matches what somebody may have meant as a placeholder. CSS in braces has a
// colon.
var looksLikeOne = regexp.MustCompile(`\{\s*[\pL\pN_.#-]+\s*\}|\{#[^{}]*\}`)

// doubled matches how other systems write theirs.
var doubled = regexp.MustCompile(`\{\{[^{}]*\}\}`)

// stray is the first of a template's placeholders that the message does not know there;
// empty where it knows all. It would go out as it stands, or with nothing in its place.
func stray(source string, about About, by provider.Channel, body bool) string {
	if found := doubled.FindString(source); found != "" {
		return found
	}
	known := about.Placeholders(by, body)
	for _, p := range pieces(source) {
		name := map[pieceKind]string{isCode: codeMark, isUsername: usernameMark, isLink: linkMark}[p.is]
		switch {
		case p.is == isWords:
			if found := looksLikeOne.FindString(p.words); found != "" {
				return found
			}
		case slices.Contains(known, name):
		case p.is == isLink:
			return linkOpens + p.words + linkCloses
		default:
			return name
		}
	}
	return ""
}

// has reports whether a template holds a placeholder.
func has(source string, is pieceKind) bool {
	for _, p := range pieces(source) {
		if p.is == is {
			return true
		}
	}
	return false
}
