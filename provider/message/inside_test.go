package message

import (
	"strings"
	"testing"
)

func FuzzPlaceholders(f *testing.F) {
	for _, s := range []string{"", "{####}", "{username}", "{##Click##}", "{##a{####}##}", "{#####}", "{####}{##", "{##}##}", "a {##x##} b {username} {####}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		var again strings.Builder
		for _, p := range pieces(source) {
			switch p.is {
			case isWords:
				again.WriteString(p.words)
			case isCode:
				again.WriteString(codeMark)
			case isUsername:
				again.WriteString(usernameMark)
			case isLink:
				again.WriteString(linkOpens + p.words + linkCloses)
			}
		}
		if again.String() != source {
			t.Fatalf("%q comes back as %q", source, again.String())
		}
		v := values{code: "<1>", username: "{####}", link: "https://x.example/?a=1&b=\"<"}
		escaped := v.escaped(source)
		for _, bad := range []string{"<1>", `"<`} {
			if strings.Contains(escaped, bad) {
				t.Fatalf("%q lets %q through: %q", source, bad, escaped)
			}
		}
		readOut(v.html(source))
	})
}
