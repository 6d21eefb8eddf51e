package provider

import "strings"

// Agent is a browser and its system in plain words; each is empty where the browser
// does not tell.
type Agent struct{ Browser, System string }

// AgentOf reads a User-Agent header (RFC 9110 section 10.1.5) as far as people need
// it to know a browser again. Everybody's browser claims to be several others, so
// the order decides. The header is whatever its sender likes: only names from these
// lists come out.
func AgentOf(header string) Agent {
	return Agent{
		Browser: firstIn(header, "Edg", "Edge", "OPR/", "Opera", "SamsungBrowser/", "Samsung Internet", "Firefox/", "Firefox",
			"FxiOS/", "Firefox", "CriOS/", "Chrome", "Chrome/", "Chrome", "Safari/", "Safari"),
		System: firstIn(header, "iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "CrOS", "ChromeOS",
			"Mac OS X", "macOS", "Macintosh", "macOS", "Linux", "Linux"),
	}
}

// firstIn answers the name behind the first sign that a text holds.
func firstIn(text string, signs ...string) string {
	for i := 0; i < len(signs); i += 2 {
		if strings.Contains(text, signs[i]) {
			return signs[i+1]
		}
	}
	return ""
}
