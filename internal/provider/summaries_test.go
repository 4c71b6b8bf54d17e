package provider_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// TestSummaries_troubleshootingGuide checks that the troubleshooting guide has one
// section for each summary of a diagnostic, and no other sections.
func TestSummaries_troubleshootingGuide(t *testing.T) {
	t.Parallel()
	summaries := map[string]bool{}
	for _, summary := range parseSummaries(t) {
		summaries[summary] = true
	}
	var headings []string
	for _, match := range regexp.MustCompile(`(?m)^### (.*)$`).FindAllStringSubmatch(textOf(t, "../../templates/guides/troubleshooting.md.tmpl"), -1) {
		headings = append(headings, match[1])
	}
	for summary := range summaries {
		if !slices.Contains(headings, summary) {
			t.Errorf("the guide has no section %q", summary)
		}
	}
	for i, heading := range headings {
		if !summaries[heading] {
			t.Errorf("the section %q is not a summary of the provider", heading)
		}
		if slices.Contains(headings[:i], heading) {
			t.Errorf("the guide has the section %q twice", heading)
		}
	}
}

// parseSummaries returns the values of the constants in summaries.go.
func parseSummaries(t *testing.T) (summaries []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "summaries.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			summary, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			summaries = append(summaries, summary)
		}
		return true
	})
	if len(summaries) < 50 {
		t.Fatalf("found %d summaries", len(summaries))
	}
	return summaries
}
