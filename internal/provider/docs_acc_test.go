package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func textOf(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fenced are the blocks of code of a language in a Markdown text.
func fenced(text, language string) (blocks []string) {
	for _, match := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```").FindAllStringSubmatch(text, -1) {
		blocks = append(blocks, match[1])
	}
	return blocks
}

// The configuration in the README has the plan in the README.
func TestAccReadme_plan(t *testing.T) {
	t.Parallel()
	readme := textOf(t, "../../README.md")
	config, screen := fenced(readme, "hcl"), fenced(readme, "text")
	if len(config) == 0 || len(screen) == 0 || !strings.Contains(screen[0], "USDC") {
		t.Fatalf("the README has %d configurations and %d screens", len(config), len(screen))
	}
	tf := acctest.New(t, caastest.Options{}).Terraform(t)
	tf.Env = append(tf.Env, exampleVariables...)
	tf.Write("main.tf", config[0])
	tf.Write("versions.tf", "") // the README has its own requirement
	tf.WantOutput(tf.Run("plan"), screen[0])
}

// The guides have no configuration of their own: they show the examples, which have
// tests.
func TestGuides_snippetsAreExamples(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../templates/guides/*.tmpl")
	if err != nil || len(pages) < 7 {
		t.Fatalf("%d guides: %v", len(pages), err)
	}
	for _, page := range append(pages, "../../templates/index.md.tmpl", "../../templates/resources/caas_deployment.md.tmpl") {
		text := textOf(t, page)
		for _, language := range []string{"hcl", "terraform", "tf"} {
			for _, block := range fenced(text, language) {
				t.Errorf("%s has a configuration that no test runs; put it into examples/:\n%s", filepath.Base(page), block)
			}
		}
	}
}

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
