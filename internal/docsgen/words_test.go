package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the repository.
const root = "../.."

// vagueWords are words and phrases that are almost always a sign of unclear
// English: words with a private meaning, where a standard term exists.
var vagueWords = regexp.MustCompile(`(?i)\b(` + strings.Join([]string{
	"tells?", "told", "untold", "telling", "anew", "mend", "mends", "mended", "forfeit", "forfeits", "forfeited", "namesakes?", "newcomers?",
	"newborn", "strangers?", "(?-i:[Ss]omebody|[Nn]obody)", "foretell", "undying", "misfortunes?", "handovers?",
	"is no (URL|deployment|whole|text|number|name)", `\w*[a-df-z] is none`, // not "there is none"
	"(has|have|wants?|no|enough|little) room", "time is up", "waited out", "broke off",
	"be rid of", "come to run", "how it fares", "given? away", "held to (a|the) (budget|price)", "hold it to", "asked for anew", "a text",
	"what is asked", "is asked", "did not take",
}, "|") + `)\b`)

// TestWords fails on words that readers have to decode. This file lists them, which
// shows that the expression finds them.
func TestWords(t *testing.T) {
	t.Parallel()
	found := 0
	for _, path := range textFiles(t) {
		for i, line := range strings.Split(readFile(t, path), "\n") {
			switch word := vagueWords.FindString(line); {
			case word == "":
			case path == "internal/docsgen/words_test.go":
				found++
			default:
				t.Errorf("%s:%d: %q: write a standard term instead\n\t%s", path, i+1, word, strings.TrimSpace(line))
			}
		}
	}
	if found < 5 {
		t.Errorf("found words in %d lines of the list", found)
	}
}

// textFiles returns the paths of all files that people read, relative to the
// repository, with slashes.
func textFiles(t *testing.T) []string {
	t.Helper()
	extensions := []string{".go", ".md", ".tmpl", ".tf", ".hcl", ".yml", ".yaml", ".sh"}
	var paths []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if strings.HasPrefix(name, ".") && path != root && name != ".github" || name == "node_modules" {
				return fs.SkipDir
			}
			return nil
		}
		if slices.Contains(extensions, filepath.Ext(name)) || name == "GNUmakefile" {
			relative, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			paths = append(paths, filepath.ToSlash(relative))
		}
		return nil
	})
	if err != nil || len(paths) < 50 {
		t.Fatal(fmt.Errorf("found %d files: %w", len(paths), err))
	}
	return paths
}

// readFile returns the content of a file of the repository.
func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
