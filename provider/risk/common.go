package risk

import (
	"crypto/sha256"
	_ "embed"
	"sort"
	"strings"
	"unicode"
)

// commonList is the sorted fingerprints of common passwords; common.NOTICE.txt says
// whence.
//
//go:embed common.bin
var commonList string

// fingerprint is how many bytes of a password's SHA-256 the list holds.
const fingerprint = 5

// decorations is how many characters around a common password make it no better:
// a year and a mark.
const decorations = 5

// Common reports whether a password is one of those that guessers try first, or one
// of them in other letters or with a few digits or marks before or behind it.
func Common(password string) bool {
	folded := strings.ToLower(strings.TrimSpace(password))
	if listed(folded) {
		return true
	}
	bare := strings.TrimFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) })
	return len(bare) >= 4 && len(folded)-len(bare) <= decorations && listed(bare)
}

func listed(password string) bool {
	sum := sha256.Sum256([]byte(password))
	want := string(sum[:fingerprint])
	at := func(i int) string { return commonList[i*fingerprint : (i+1)*fingerprint] }
	n := len(commonList) / fingerprint
	i := sort.Search(n, func(i int) bool { return at(i) >= want })
	return i < n && at(i) == want
}
