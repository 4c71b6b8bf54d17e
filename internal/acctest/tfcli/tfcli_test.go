package tfcli_test

import (
	"slices"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
)

func TestCleanEnvironment(t *testing.T) {
	for name, kept := range map[string]bool{"TF_LOG": false, "IONETH_TOKEN": false, "IOCLOUD_API_KEY": false, "TFX": true} {
		t.Setenv(name, "value")
		if got := slices.Contains(tfcli.CleanEnvironment(), name+"=value"); got != kept {
			t.Errorf("%s: got %t", name, got)
		}
	}
}
