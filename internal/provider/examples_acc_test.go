package provider_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const examples = "../../examples"

// TestAccExamples_validate runs terraform validate on every example, as it
// stands in the documentation: each file alone, imports beside what they import.
// Modules have tests of their own.
func TestAccExamples_validate(t *testing.T) {
	server := caastest.Start(t, caastest.Options{})
	later := terraformIs(t, "1.14.0")
	validated := 0
	err := filepath.WalkDir(examples, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && path == modules {
			return fs.SkipDir
		}
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".tf" || needsLaterTerraform(path) && !later {
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
			if out, code := f.Try("validate"); code != 0 {
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

// needsLaterTerraform names what Terraform 1.11 can't read: identities, from
// 1.12, and actions, from 1.14. The tests at the protocol level cover what these
// files show, and TestExamples_laterSyntax how they are written.
func needsLaterTerraform(path string) bool {
	return filepath.Base(path) == "import-by-identity.tf" || filepath.Base(path) == "action.tf"
}

// modules are examples of a user's own modules.
var modules = filepath.Join(examples, "modules")

// TestAccExamples_modules runs terraform test in every module, with the provider
// as a mock: without a credential, and without a request.
func TestAccExamples_modules(t *testing.T) {
	server := caastest.Start(t, caastest.Options{})
	folders, err := filepath.Glob(filepath.Join(modules, "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no modules: %v", err)
	}
	for _, module := range folders {
		t.Run(filepath.Base(module), func(t *testing.T) {
			f := newFolder(t, server)
			f.Env = append(f.Env, "IONETH_TOKEN=", "IONETH_API_KEY=")
			if err := os.CopyFS(f.Path, os.DirFS(module)); err != nil {
				t.Fatal(err)
			}
			out := f.Run("test")
			if !strings.Contains(out, "Success!") || strings.Contains(out, " 0 passed") {
				t.Errorf("the tests passed without one that ran:\n%s", out)
			}
		})
	}
	if calls := server.Requests(); len(calls) > 0 {
		t.Errorf("a mock made a request: %s %s", calls[0].Method, calls[0].Path)
	}
}

// copyFrom copies an example into the folder; one that names no provider gets
// ours.
func (f *folder) copyFrom(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f.Write(filepath.Base(path), string(text))
	if _, err := os.Stat(filepath.Join(f.Path, "versions.tf")); err == nil || strings.Contains(string(text), "required_providers") {
		return
	}
	f.Write("versions.tf", acctest.Required)
}
