package message

import "strings"

// shortest is how far the owner's name is cut to make a text fit.
const shortest = 8

// sms writes a text. A code that is typed in ends with the line that binds it to
// the pages' host, so that a browser fills it in there and nowhere else (WICG
// Origin-Bound One-Time Codes). A long name of the owner is cut where that saves a
// second message.
func (w *writing) sms(host string) string {
	bound := ""
	if w.about.Typed && w.Code != "" && host != "" {
		bound = "\n@" + host + " #" + w.Code
	}
	if w.Own.SMS != "" {
		text := w.values().plain(w.Own.SMS)
		if strings.HasSuffix(text, bound) {
			return text
		}
		return text + bound
	}
	text := w.short() + bound
	name := []rune(oneLine(w.owner))
	for n := len(name) - 1; n >= shortest && Segments(text) > 1 && w.failed == nil; n-- {
		w.owner = strings.TrimRight(string(name[:n]), " ") + "."
		if shorter := w.short() + bound; Segments(shorter) == 1 {
			return shorter
		}
	}
	return text
}

// short is a kind's words for a text.
func (w *writing) short() string {
	if w.Kind == Invitation && w.Lasts >= day {
		return w.say("sms.invitation_lasts", "Count", int(w.Lasts/day))
	}
	return w.say("sms." + string(w.Kind))
}
