// Package signin decides who is at the door. It runs one attempt from the first
// question to a provider.Principal, one step at a time, keeping all state in the
// store, and it owns the single sign-on sessions that follow.
//
// Everything that protects a credential sits in here: throttling, lock-out,
// disabled users, equal work and equal answers for users who do not exist. So no
// door can forget it. It issues no tokens; see package oauth.
package signin
