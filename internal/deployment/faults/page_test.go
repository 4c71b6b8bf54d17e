package faults

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var rewrite = flag.Bool("update", false, "write FAULTS.md anew instead of comparing with it")

const pagePath = "../FAULTS.md"

const preface = `<!-- Written by the test TestMatrix: go test ./internal/deployment/faults -run TestMatrix -update -->

# When a call goes wrong

Every call of every operation meets every fault. What is told here is what the provider does, as the tests see it;
a change of behaviour fails them until this page is written anew.

In every cell: at most one deployment runs; each one that exists is in the state or named in the error; nothing is paid for twice;
no credential, secret or escape sequence is in a diagnostic, the state, or the log at TRACE; after the fault is gone, the applies of the
last column bring the account to what is configured.

* **Bold** is an error's summary. "success" is no diagnostic at all; the price, which every plan tells, is left out.
* "account" is what the mock of the API has afterwards, ended deployments included.
* "sent" are the calls that could have changed something.
* "then" is what the next apply does. "replace" is the replacement of a tainted deployment, which the error has warned of, and how to avoid it.
  "refuses" stops before anything is bought.
`

// golden compares the page with the one on file, or writes it.
func golden(t *testing.T, cells [][]cell) {
	t.Helper()
	now := render(cells)
	if *rewrite {
		if err := os.WriteFile(pagePath, []byte(now), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	before, err := os.ReadFile(pagePath)
	if err != nil {
		t.Fatal(err)
	}
	if was, is := strings.Split(string(before), "\n"), strings.Split(now, "\n"); string(before) != now {
		for i := range max(len(was), len(is)) {
			if i >= len(was) || i >= len(is) || was[i] != is[i] {
				t.Fatalf("FAULTS.md differs from line %d on; run with -update and read the difference.\nwas: %s\nis:  %s",
					i+1, line(was, i), line(is, i))
			}
		}
	}
}

func line(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(end)"
}

// render is the page: one table for each call, one row for each behaviour, with
// the faults that lead to it.
func render(cells [][]cell) string {
	var b strings.Builder
	b.WriteString(preface)
	for i, o := range operations {
		fmt.Fprintf(&b, "\n## %s: %s\n\n`%s %s`\n\n", o.name, o.about, o.at.method, o.at.path)
		b.WriteString("| fault | the user sees | state | account | sent | then |\n| --- | --- | --- | --- | --- | --- |\n")
		var order []cell
		met := map[cell][]string{}
		for j, c := range cells[i] {
			if met[c] == nil {
				order = append(order, c)
			}
			met[c] = append(met[c], faults[j].name)
		}
		for _, c := range order {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", strings.Join(met[c], "; "), c.says, c.state, c.account, c.calls, c.then)
		}
	}
	return b.String()
}
