package message

import (
	"strings"
	"testing"
)

func TestAgents(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]agent{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36":                         {"Chrome", "Windows"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0":           {"Edge", "Windows"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15":                   {"Safari", "macOS"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1": {"Safari", "iPhone"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1":  {"Chrome", "iPhone"},
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36":     {"Samsung Internet", "Android"},
		"Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0":                                                                  {"Firefox", "Linux"},
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 OPR/116.0.0.0":            {"Opera", "ChromeOS"},
		"aws-sdk-go-v2/1.30": {}, "": {}, "<script>alert(1)</script>": {},
	} {
		if got := agentOf(header); got != want {
			t.Errorf("%s: %+v", header, got)
		}
	}
}

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
