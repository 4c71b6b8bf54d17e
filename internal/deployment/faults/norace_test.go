//go:build !race

package faults

// sparse is one: every cell, every sequence.
const sparse = 1
