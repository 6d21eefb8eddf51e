// Package factor keeps what people prove themselves with beside a password:
// authenticator apps, passkeys, recovery codes, and the browsers that they told us
// to remember. It enrols, checks and removes; when a factor is asked for is decided
// in package signin, and codes that are sent are package directory's.
package factor
