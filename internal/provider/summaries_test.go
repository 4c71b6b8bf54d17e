package provider_test

import (
	"regexp"
	"slices"
	"testing"
)

// TestSummaries_troubleshootingGuide checks that the troubleshooting guide has one
// section for each summary of a diagnostic, and no other sections.
func TestSummaries_troubleshootingGuide(t *testing.T) {
	t.Parallel()
	// matches returns the first submatch of each match in a file, in order.
	matches := func(path, expression string) (found []string) {
		for _, match := range regexp.MustCompile(expression).FindAllStringSubmatch(textOf(t, path), -1) {
			found = append(found, match[1])
		}
		slices.Sort(found)
		return found
	}
	summaries := slices.Compact(matches("summaries.go", `(?m)^\tsummary\w+ += "(.*)"$`))
	headings := matches("../../templates/guides/troubleshooting.md.tmpl", `(?m)^### (.*)$`)
	if len(summaries) < 50 || !slices.Equal(summaries, headings) {
		t.Errorf("the guide has the sections\n%q\nand the provider the summaries\n%q", headings, summaries)
	}
}
