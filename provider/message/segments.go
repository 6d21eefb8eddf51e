package message

import "unicode/utf16"

// What fits into one text message, and into each part of a long one, in septets of
// the GSM alphabet or in UTF-16 units (3GPP TS 23.040 section 9.2.3.24.1).
const (
	gsmOne, gsmPart   = 160, 153
	ucs2One, ucs2Part = 70, 67
)

// The GSM 7-bit default alphabet and its extension, each of whose characters takes
// two septets (3GPP TS 23.038 section 6.2.1).
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "\f^{}\\[~]|€"
)

// Segments is how many text messages a text takes, and so how many are paid for.
func Segments(text string) int {
	septets := map[rune]int{}
	for _, r := range gsmBasic {
		septets[r] = 1
	}
	for _, r := range gsmExtended {
		septets[r] = 2
	}
	n := 0
	for _, r := range text {
		if septets[r] == 0 {
			return parts(len(utf16.Encode([]rune(text))), ucs2One, ucs2Part)
		}
		n += septets[r]
	}
	return parts(n, gsmOne, gsmPart)
}

func parts(n, one, part int) int {
	if n <= one {
		return 1
	}
	return (n + part - 1) / part
}
