package deployment_test

import (
	"os"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// folder is a working folder with the built provider, which is on real time, so
// the mock must have nothing to wait for: see instant.
type folder struct {
	*acctest.Folder
	t *testing.T
}

// instant makes every phase of a deployment take no time.
var instant = caastest.Timings{Terminate: -1}

// folder makes one for the world's mock.
func (w *world) folder(t *testing.T) *folder {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests run with TF_ACC=1")
	}
	f := &folder{acctest.NewFolder(t), t}
	f.provider(w, "")
	return f
}

// provider writes the provider's configuration with something added.
func (f *folder) provider(w *world, more string) {
	f.t.Helper()
	f.Write("provider.tf", acctest.Required+strings.Replace(w.hcl(""), "{\n", "{\n  "+more+"\n", 1))
}

// says checks words of an output.
func (f *folder) says(out, words string) {
	f.t.Helper()
	if !said(words).MatchString(out) {
		f.t.Errorf("Terraform does not say %q, but\n%s", words, out)
	}
}
