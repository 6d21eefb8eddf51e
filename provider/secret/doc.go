// Package secret keeps what must not be read: it seals values at rest, hashes
// passwords, makes random tokens and identifiers, and compares them without
// telling how far a guess was right.
//
// It stores nothing. Who may ask for a secret, and when, is the caller's to
// decide. Randomness is always the operating system's: a replaceable source
// would be one mistake away from predictable tokens.
package secret
