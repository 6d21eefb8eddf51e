// Package house keeps the plan of the house: which package stands where and
// which way imports may run. It holds tests only; the plan itself is the table
// in imports_test.go.
package house
