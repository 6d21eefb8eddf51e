// Package hosted is the door of a user pool's own pages: sign-in, the forced
// change of a password, consent, logout. It reads forms, asks signin who is there
// and oauth what follows, and draws package page's views. Every page works
// without JavaScript.
//
// It decides nothing itself: no password is checked and no code is made here.
package hosted
