// Package directory owns who and what a user pool knows: pools themselves, app
// clients and their secrets, resource servers, users with their attributes and
// names, groups, and the operators who administer all of it.
//
// It checks no passwords and signs nobody in (package signin), issues no tokens
// (package oauth) and asks nobody for permission: doors ask Operator.May first.
package directory
