// Package provider is the vocabulary of the house: the nouns that every other
// package speaks (Pool, User, Client, Session, Principal, IdentityPool, Role,
// Dataset, Error and their kin). It uses the standard library only and knows
// neither SQL nor HTTP.
package provider
