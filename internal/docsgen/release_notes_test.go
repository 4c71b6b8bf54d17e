package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestReleaseNotes runs the script that the release workflow takes the notes from.
func TestReleaseNotes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the script needs a POSIX shell")
	}
	t.Parallel()
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "tools"), 0o750); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write("tools/release-notes.sh", readFile(t, "tools/release-notes.sh"))
	write("CHANGELOG.md", "# Changelog\n\n## 0.3.0 (Unreleased)\n\n* three\n\n## 0.2.0 (November 30, 2026)\n\nFEATURES:\n\n* two\n\n## 0.1.0 (November 1, 2026)\n\n* one\n")

	for version, want := range map[string]string{"0.2.0": "FEATURES:\n\n* two", "0.1.0": "* one"} {
		out, err := exec.CommandContext(t.Context(), filepath.Join(folder, "tools/release-notes.sh"), version).Output()
		if err != nil || strings.TrimSpace(string(out)) != want {
			t.Errorf("%s: %v, got %q, want %q", version, err, out, want)
		}
	}
	for version, want := range map[string]string{"0.3.0": "unreleased", "0.4.0": "no section", "0.2": "no section"} {
		out, err := exec.CommandContext(t.Context(), filepath.Join(folder, "tools/release-notes.sh"), version).CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v, got %q, want an error with %q", version, err, out, want)
		}
	}
}
