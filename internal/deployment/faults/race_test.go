//go:build race

package faults

// sparse: the race detector makes everything some five times as slow, and races
// show in a part of the matrix as well as in the whole.
const sparse = 7
