package page

// Work is what a browser works out before a text is sent to somebody unknown. A
// script posts flow and solution to Action. Forms that may have a text sent carry
// data-texts and wait for it.
type Work struct {
	Challenge string
	Bits      int // how many leading zero bits the solution's SHA-256 has
	Action    string
	Flow      string
}
