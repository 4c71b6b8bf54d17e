package provider_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const examples = "../../examples"

// TestAccExamples_validate runs terraform validate on every example, as it
// stands in the documentation: each file alone, imports beside what they import.
func TestAccExamples_validate(t *testing.T) {
	server := caastest.Start(t, caastest.Options{})
	validated := 0
	err := filepath.WalkDir(examples, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".tf" || needsLaterTerraform(path) {
			return err
		}
		name, err := filepath.Rel(examples, path)
		if err != nil {
			return err
		}
		validated++
		t.Run(name, func(t *testing.T) {
			f := newFolder(t, server)
			f.copyFrom(t, path)
			if strings.HasPrefix(filepath.Base(path), "import") {
				f.copyFrom(t, filepath.Join(filepath.Dir(path), "resource.tf"))
			}
			if out, code := f.run(t, "validate", "-no-color"); code != 0 {
				t.Errorf("exit %d:\n%s", code, out)
			}
		})
		return nil
	})
	if err != nil || validated == 0 {
		t.Fatalf("validated %d examples: %v", validated, err)
	}
	if calls := server.Requests(); len(calls) > 0 {
		t.Errorf("validate made a request: %s %s", calls[0].Method, calls[0].Path)
	}
}

// needsLaterTerraform names what Terraform 1.11 can't read; the tests at the
// protocol level cover what these files show.
func needsLaterTerraform(path string) bool {
	return filepath.Base(path) == "import-by-identity.tf"
}

// copyFrom copies an example into the folder; one that names no provider gets
// ours.
func (f *folder) copyFrom(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f.write(t, filepath.Base(path), string(text))
	if _, err := os.Stat(filepath.Join(f.path, "versions.tf")); err == nil || strings.Contains(string(text), "required_providers") {
		return
	}
	f.write(t, "versions.tf", required)
}
