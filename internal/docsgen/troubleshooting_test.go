package main

import (
	"os"
	"regexp"
	"testing"
)

// entry is a summary that the guide explains.
var entry = regexp.MustCompile(`\*\*(.+?)\*\*`)

// TestTroubleshooting holds the guide to the code: it explains every summary of
// an error or a warning that the provider can give, and no other.
func TestTroubleshooting(t *testing.T) {
	t.Parallel()
	const guide = "../../templates/guides/troubleshooting.md.tmpl"
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{}
	for _, match := range entry.FindAllStringSubmatch(string(text), -1) {
		if explained[match[1]] {
			t.Errorf("the guide explains %q twice", match[1])
		}
		explained[match[1]] = true
	}
	given := map[string]bool{}
	for _, folder := range []string{"deployment", "inventory", "provider", "diagnose"} {
		for summary := range parsed(t, "../"+folder).summaries() {
			given[summary] = true
		}
	}
	if len(given) < 50 {
		t.Errorf("the code has %d summaries: some are not found", len(given))
	}
	for summary := range given {
		if !explained[summary] {
			t.Errorf("the guide does not explain %q", summary)
		}
	}
	for summary := range explained {
		if !given[summary] {
			t.Errorf("the guide explains %q, which the code never says", summary)
		}
	}
}
