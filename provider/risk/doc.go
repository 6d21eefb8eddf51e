// Package risk decides whether a try to prove something may be made now. It
// counts failures by who is tried and by where the try comes from, and makes
// both wait longer and longer. It sits under the check itself, so no door can
// forget it, and it treats a user who does not exist like one who does.
//
// It checks no credentials; see package signin.
package risk
