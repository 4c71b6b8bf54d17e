// Command datasource begins a data source of the inventory, as code that
// compiles, with a test that passes and an example. Run from the root as
//
//	go -C tools run ./datasource node_pools
//
// CONTRIBUTING.md tells the steps before and after.
package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"
)

//go:embed templates
var templates embed.FS

// register is where a new data source is added to the provider, and after what.
const register, after = "internal/provider/provider.go", "\t\tinventory.NewPrice,\n"

// source is a data source in the words of the templates.
type source struct {
	Name    string // node_pools
	Full    string // ioneth_caas_node_pools
	Type    string // NodePools
	Private string // nodePools
	Title   string // Node pools
}

func main() {
	if len(os.Args) != 2 {
		fail(errors.New("usage: go -C tools run ./datasource NAME, where NAME is what is listed, such as node_pools"))
	}
	files, err := begin("..", os.Args[1])
	if err != nil {
		fail(err)
	}
	for path, text := range files {
		path = filepath.Join("..", path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, text, 0o600)); err != nil {
			fail(err)
		}
		fmt.Println(path)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

var snake = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)

// begin is what to write for a data source of that name, by path within root. It
// is an error when one is there already.
func begin(root, name string) (map[string][]byte, error) {
	if !snake.MatchString(name) {
		return nil, fmt.Errorf("%q is no name in lower case, with _ between words", name)
	}
	words := strings.Split(name, "_")
	s := source{Name: name, Full: "ioneth_caas_" + name, Title: upper(strings.Join(words, " "))}
	for _, word := range words {
		s.Type += upper(word)
	}
	s.Private = strings.ToLower(s.Type[:1]) + s.Type[1:]
	files := map[string][]byte{}
	for path, from := range map[string]string{
		"internal/inventory/" + name + ".go":                  "source.go.tmpl",
		"internal/inventory/" + name + "_acc_test.go":         "acc_test.go.tmpl",
		"examples/data-sources/" + s.Full + "/data-source.tf": "example.tf.tmpl",
	} {
		if _, err := os.Stat(filepath.Join(root, path)); !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s is there already", path)
		}
		text, err := s.render(from)
		if err != nil {
			return nil, err
		}
		files[path] = text
	}
	list, err := os.ReadFile(filepath.Join(root, register))
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(list, []byte(after)) {
		return nil, fmt.Errorf("%s has no line %q to write the new one after", register, strings.TrimSpace(after))
	}
	files[register] = bytes.Replace(list, []byte(after), []byte(after+"\t\tinventory.New"+s.Type+",\n"), 1)
	return files, nil
}

func upper(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

func (s source) render(name string) ([]byte, error) {
	t, err := template.ParseFS(templates, "templates/"+name)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := t.Execute(&text, s); err != nil {
		return nil, err
	}
	if strings.HasSuffix(name, ".go.tmpl") {
		return format.Source(text.Bytes())
	}
	return text.Bytes(), nil
}
