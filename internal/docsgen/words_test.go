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

// vagueExceptions are files, and folders with a slash at the end, that may have
// such words, with the reason.
var vagueExceptions = map[string]string{
	"internal/docsgen/words_test.go": "lists the words",
}

// TestWords_plainEnglish fails on words that readers have to decode.
func TestWords_plainEnglish(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, path := range textFiles(t) {
		exception := exceptionFor(path)
		for i, line := range strings.Split(readFile(t, path), "\n") {
			word := vagueWords.FindString(line)
			switch {
			case word == "":
			case exception != "":
				used[exception] = true
			default:
				t.Errorf("%s:%d: %q: write a standard term instead\n\t%s", path, i+1, word, strings.TrimSpace(line))
			}
		}
	}
	for exception := range vagueExceptions {
		if !used[exception] {
			t.Errorf("the exception for %s is not needed: remove it", exception)
		}
	}
}

func TestWords_find(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"The API tells the status.":    "tells",
		"It is made Anew.":             "Anew",
		"The value is no URL.":         "is no URL",
		"A value that is none.":        "that is none",
		"Nil when there is none.":      "",
		"http.NoBody":                  "",
		"The API returns the status.":  "",
		"A newcomerish word, untolded": "",
	} {
		if got := vagueWords.FindString(line); got != want {
			t.Errorf("%q: found %q, want %q", line, got, want)
		}
	}
}

// exceptionFor returns the exception that covers a path, "" when there is none.
func exceptionFor(path string) string {
	for exception := range vagueExceptions {
		if path == exception || strings.HasSuffix(exception, "/") && strings.HasPrefix(path, exception) {
			return exception
		}
	}
	return ""
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
			if strings.HasPrefix(name, ".") && path != root && name != ".github" && name != ".ci" || name == "node_modules" {
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
