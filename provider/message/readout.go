package message

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// readOut is what HTML says, as plain text for readers that show no HTML. Links are
// written out after their words.
func readOut(source string) string {
	var lines []string
	var line strings.Builder
	var link string // the address of the link that is being read
	hidden := 0     // how deep inside what nobody sees
	newline := func() {
		if said := oneLine(line.String()); said != "" {
			lines = append(lines, said)
		}
		line.Reset()
	}
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		kind := z.Next()
		t := z.Token()
		switch {
		case kind == html.ErrorToken:
			newline()
			return strings.Join(lines, "\n\n")
		case kind == html.TextToken && hidden == 0:
			line.WriteString(t.Data)
		case unseen(t.DataAtom) && kind == html.StartTagToken:
			hidden++
		case unseen(t.DataAtom) && kind == html.EndTagToken:
			hidden = max(hidden-1, 0)
		case t.DataAtom == atom.A && kind == html.StartTagToken:
			link = attribute(t, "href")
		case t.DataAtom == atom.A && kind == html.EndTagToken:
			if link != "" && !strings.HasSuffix(line.String(), link) {
				line.WriteString(": " + link)
			}
			link = ""
		case breaks(t.DataAtom):
			newline()
		}
	}
}

func unseen(a atom.Atom) bool { return a == atom.Style || a == atom.Script || a == atom.Title }

func breaks(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Br, atom.Tr, atom.Li, atom.Table, atom.H1, atom.H2, atom.H3, atom.H4, atom.Ul, atom.Ol, atom.Hr:
		return true
	}
	return false
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
