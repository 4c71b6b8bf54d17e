// Package faults contains tests that make each API call of each operation fail in
// each way, and check the invariants that must hold whatever happens. It has no
// code but the tests.
package faults
