package message

import "strings"

// agent is a browser and its system in plain words; empty where it does not tell.
type agent struct{ browser, system string }

// agentOf reads a User-Agent header (RFC 9110 section 10.1.5) as far as a notice
// needs it: everybody's browser claims to be several others, so the order decides.
// The header is whatever its sender likes. Only names from these lists come out.
func agentOf(header string) agent {
	return agent{
		browser: firstOf(header, [][2]string{
			{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
			{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
		}),
		system: firstOf(header, [][2]string{
			{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"},
			{"Mac OS X", "macOS"}, {"Macintosh", "macOS"}, {"Linux", "Linux"},
		}),
	}
}

func firstOf(header string, names [][2]string) string {
	for _, n := range names {
		if strings.Contains(header, n[0]) {
			return n[1]
		}
	}
	return ""
}
