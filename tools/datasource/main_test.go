package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBegin shows that what is begun compiles and passes its own tests, without
// writing it into the tree.
func TestBegin(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	files, err := begin(root, "node_pools")
	if err != nil {
		t.Fatal(err)
	}
	var overlay struct{ Replace map[string]string }
	overlay.Replace = map[string]string{}
	folder := t.TempDir()
	for path, text := range files {
		written := filepath.Join(folder, strings.ReplaceAll(path, "/", "-"))
		if err := os.WriteFile(written, text, 0o600); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[filepath.Join(root, path)] = written
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(folder, "overlay.json")
	if err := os.WriteFile(at, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "test", "-overlay", at, "-run", "TestAccNodePools", "-v", "./internal/inventory")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "TF_ACC=1")
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Count(string(out), "--- PASS: TestAccNodePools") != 2 {
		t.Errorf("what is begun does not pass: %v\n%s", err, out)
	}
}

// TestBegin_refuses shows what is no name, and that nothing is written over.
func TestBegin_refuses(t *testing.T) {
	for _, name := range []string{"", "NodePools", "node-pools", "node_", "price"} {
		if _, err := begin("../..", name); err == nil {
			t.Errorf("%q is taken", name)
		}
	}
}
