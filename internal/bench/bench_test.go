package main

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
)

// TestMeasure shows that the benchmark runs, and that each operation sends the
// calls that it needs and no other.
func TestMeasure(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath(tfcli.Path()); err != nil {
		t.Skip("Terraform not found")
	}
	report, err := measure(t.Context(), scale{runs: 1, counts: []int{1}, calls: 2, limited: 10}, "")
	if err != nil && !errors.Is(err, errTooSlow) { // speed depends on the machine
		t.Fatal(err)
	}
	for _, want := range []string{
		"\n| plan | 1 | ", "\n| apply | 1 | ", "\n| refresh | 1 | ",
		"\n| refresh | 2 × GET /deployment/{id}, 2 × GET /deployment/{id}/containers, 1 × GET /deployments |\n",
		"2 × POST /deploy |\n",
		"\n| apply | 10 | ", "\n| refresh | 10 | ",
	} {
		if !strings.Contains(report, want) {
			t.Errorf("the report lacks %q:\n%s", want, report)
		}
	}
}
