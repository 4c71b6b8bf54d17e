package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
)

// TestMeasure shows that the benchmark runs, and that each operation sends the
// calls that it needs and no other.
func TestMeasure(t *testing.T) {
	t.Parallel()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests run with TF_ACC=1")
	}
	baseline := filepath.Join(t.TempDir(), "terraform-provider-ioneth")
	if err := tfcli.Build(t.Context(), baseline, ""); err != nil {
		t.Fatal(err)
	}
	report, err := measure(t.Context(), scale{runs: 1, counts: []int{1}, calls: 2}, baseline)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| baseline | ratio |\n",
		"\n| plan | 1 | ", "\n| apply | 1 | ", "\n| refresh | 1 | ",
		"\n| refresh | 2 × GET /deployment/{id}, 2 × GET /deployment/{id}/containers, 1 × GET /deployments |\n",
		"2 × POST /deploy |\n",
	} {
		if !strings.Contains(report, want) {
			t.Errorf("the report lacks %q:\n%s", want, report)
		}
	}
}
