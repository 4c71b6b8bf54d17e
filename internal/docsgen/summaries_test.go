package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// source is the Go code of one package, without its tests.
type source struct{ functions []*ast.FuncDecl }

// parsed reads the code in a folder.
func parsed(t *testing.T, folder string) source {
	t.Helper()
	packages, err := parser.ParseDir(token.NewFileSet(), folder, nil, parser.SkipObjectResolution) //nolint:staticcheck // no build tags matter here
	if err != nil {
		t.Fatal(err)
	}
	var s source
	for _, p := range packages {
		for path, file := range p.Files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			for _, d := range file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
					s.functions = append(s.functions, f)
				}
			}
		}
	}
	return s
}

// summaryAt is which argument of a call is a diagnostic's summary.
var summaryAt = map[string]int{
	"AddError": 0, "AddWarning": 0, "NewErrorDiagnostic": 0, "NewWarningDiagnostic": 0,
	"AddAttributeError": 1, "AddAttributeWarning": 1, "NewAttributeErrorDiagnostic": 1, "NewAttributeWarningDiagnostic": 1,
}

// summaries are those of all diagnostics that the code can give; what it fills
// in is "…".
func (s source) summaries() map[string]bool {
	found := map[string]bool{}
	for _, f := range s.functions {
		ast.Inspect(f, func(n ast.Node) bool {
			for _, e := range summariesIn(n) {
				for _, text := range s.texts(e, f) {
					found[text] = true
				}
			}
			definition, ok := n.(*ast.CompositeLit) // of a function: its summary is no diagnostic's
			return !ok || named(definition.Type) != "Definition"
		})
	}
	return found
}

// summariesIn are the expressions that a node, without those in it, makes
// summaries of.
func summariesIn(n ast.Node) (found []ast.Expr) {
	switch n := n.(type) {
	case *ast.CallExpr:
		if at, ok := summaryAt[named(n.Fun)]; ok && at < len(n.Args) {
			found = append(found, n.Args[at])
		}
	case *ast.KeyValueExpr:
		if named(n.Key) == "Summary" {
			found = append(found, n.Value)
		}
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			if _, field := left.(*ast.SelectorExpr); field && named(left) == "Summary" {
				found = append(found, n.Rhs[min(i, len(n.Rhs)-1)])
			}
		}
	}
	return found
}

// named is the last name of an expression: Sprintf of fmt.Sprintf.
func named(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	default:
		return ""
	}
}

var verb = regexp.MustCompile(`%[.0-9]*[a-z]`)

// texts are what an expression in a function can be: a text itself, a format, a
// name in the function, one of its parameters, or the first result of another.
func (s source) texts(e ast.Expr, in *ast.FuncDecl) []string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil || e.Kind != token.STRING {
			return nil
		}
		return []string{text}
	case *ast.Ident:
		if values := s.values(e.Name, in); values != nil {
			return values
		}
		return s.arguments(e.Name, in)
	case *ast.CallExpr:
		if named(e.Fun) == "Sprintf" {
			formats := s.texts(e.Args[0], in)
			for i, format := range formats {
				formats[i] = strings.ReplaceAll(verb.ReplaceAllString(format, "…"), "%%", "%")
			}
			return formats
		}
		return s.results(named(e.Fun))
	default:
		return nil
	}
}

// values are those of a constant or variable of the function.
func (s source) values(name string, in *ast.FuncDecl) (found []string) {
	ast.Inspect(in, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 && spec.Names[0].Name == name {
			found = append(found, s.texts(spec.Values[0], in)...)
		}
		return true
	})
	return found
}

// arguments are what the function's parameter of that name is called with.
func (s source) arguments(name string, in *ast.FuncDecl) (found []string) {
	at, n := -1, 0
	for _, field := range in.Type.Params.List {
		for _, parameter := range field.Names {
			if parameter.Name == name {
				at = n
			}
			n++
		}
	}
	if at < 0 {
		return nil
	}
	for _, caller := range s.functions {
		ast.Inspect(caller, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && named(call.Fun) == in.Name.Name && at < len(call.Args) {
				found = append(found, s.texts(call.Args[at], caller)...)
			}
			return true
		})
	}
	return found
}

// results are what the first result of a function of the package can be.
func (s source) results(name string) (found []string) {
	for _, f := range s.functions {
		if f.Name.Name != name {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) > 0 {
				found = append(found, s.texts(r.Results[0], f)...)
			}
			return true
		})
	}
	return found
}
