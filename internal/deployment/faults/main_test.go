package faults

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets the garbage wait: the matrix makes much and keeps little.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
