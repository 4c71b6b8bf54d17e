// Package faults holds the tests that let every call of every operation go wrong
// in every way, and that draw such misfortunes at random. Nothing may be bought
// twice, nothing lost, and no secret told.
//
// It has no code but for tests. FAULTS.md, one folder up, is the table that the
// matrix (matrix_test.go) prints.
package faults
