package main

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\[[^\]]*\]\(([^)\s]+)\)`)
	fence   = regexp.MustCompile("(?ms)^```.*?^```")
	heading = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *$`)
	anchor  = regexp.MustCompile(`<a id="([^"]+)">`)
	code    = regexp.MustCompile("`[^`\n]*`")
	// repository is the address of a file or a folder of this repository.
	repository = regexp.MustCompile(`^https://github\.com/ioneth/terraform-provider-ioneth/(?:tree|blob)/main/(.+)$`)
)

// TestLinks checks that every relative link of a Markdown file leads to a file,
// and its anchor to a heading. Addresses on other hosts are not checked, because a
// test must not need the network.
func TestLinks(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, file := range textFiles(t) {
		if path.Ext(file) != ".md" {
			continue
		}
		text := code.ReplaceAllString(fence.ReplaceAllString(readFile(t, file), ""), "")
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			target := match[1]
			if inside := repository.FindStringSubmatch(target); inside != nil {
				target = "/" + inside[1]
			}
			if strings.Contains(target, ":") {
				continue
			}
			checked++
			if problem := checkLink(t, file, target); problem != "" {
				t.Errorf("%s: %s: %s", file, match[1], problem)
			}
		}
	}
	if checked < 30 {
		t.Errorf("only %d links were checked", checked)
	}
}

// checkLink returns what is wrong with a link of a file, "" when nothing is. A link
// that starts with a slash is relative to the repository.
func checkLink(t *testing.T, file, target string) string {
	t.Helper()
	name, fragment, _ := strings.Cut(target, "#")
	switch {
	case name == "":
		name = file
	case strings.HasPrefix(name, "/"):
		name = strings.TrimPrefix(name, "/")
	default:
		name = path.Join(path.Dir(file), name)
	}
	name, ok := resolve(name)
	if !ok {
		return "there is no such file"
	}
	if fragment == "" || hasAnchor(readFile(t, name), fragment) {
		return ""
	}
	return "the page has no such heading"
}

// resolve returns the path of what a link means. The Registry's links between pages
// have no extension, and a folder of docs stands for its index.
func resolve(name string) (string, bool) {
	inDocs := name == "docs" || strings.HasPrefix(name, "docs/")
	for _, candidate := range []string{name, name + ".md", path.Join(name, "index.md")} {
		info, err := os.Stat(filepath.Join(root, filepath.FromSlash(candidate)))
		if err == nil && (!info.IsDir() || !inDocs) {
			return candidate, true
		}
	}
	return "", false
}

// hasAnchor reports whether a page has a heading, or an element, with that anchor.
func hasAnchor(page, fragment string) bool {
	page = fence.ReplaceAllString(page, "")
	for _, match := range heading.FindAllStringSubmatch(page, -1) {
		if slug(match[1]) == fragment {
			return true
		}
	}
	for _, match := range anchor.FindAllStringSubmatch(page, -1) {
		if match[1] == fragment {
			return true
		}
	}
	return false
}

// slug returns the anchor that GitHub and the Registry give to a heading.
func slug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z':
			return r
		default:
			return -1
		}
	}, strings.ToLower(heading))
}

func TestLinks_broken(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"docs/no-such-page.md", "docs/guides/no-such-guide", "CONTRIBUTING.md#no-such-heading"} {
		if checkLink(t, "README.md", target) == "" {
			t.Errorf("a link to %s is accepted", target)
		}
	}
}

// TestLinks_guides checks that the index links to every guide.
func TestLinks_guides(t *testing.T) {
	t.Parallel()
	guides, err := filepath.Glob(filepath.Join(root, "templates/guides/*.md.tmpl"))
	if err != nil || len(guides) == 0 {
		t.Fatalf("found %d guides: %v", len(guides), err)
	}
	index := readFile(t, "templates/index.md.tmpl")
	for _, guide := range guides {
		if name := strings.TrimSuffix(filepath.Base(guide), ".md.tmpl"); !strings.Contains(index, "](guides/"+name+")") {
			t.Errorf("the index does not link to the guide %s", name)
		}
	}
}
