package faults

import (
	"context"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// knownTainted lists the cells in which a deployment is tainted although it runs
// or may still run. The rewrite of internal/deployment removes this list.
var knownTainted = map[string][]string{
	"create: read containers": append([]string{unauthorized}, permanent...),
	"create: first read":      {unauthorized, "404 always"},
	"create: wait":            {unauthorized, "404 always"},
}

// taintedUnread lists the cells in which a running deployment is tainted because
// the create timeout passed before its status could be read.
var taintedUnread = map[string][]string{
	"create: first read": permanent[1:],
	"create: wait":       permanent[1:],
}

// knownBoughtTwice lists the cells in which an extension is bought again, so that
// the hours never are those configured. The rewrite of internal/deployment removes
// this list too.
var knownBoughtTwice = map[string][]string{
	"extend: buy, shown 80 s later": {"429 with an absurd Retry-After"},
}

const unauthorized = "401 to every call from here on"

var permanent = []string{
	"404 always", "connection refused always", "reset always", "timeout always", "429 always", "500 always",
	"502 after the work always", "empty body always", "truncated body always",
}

// TestFaults runs every operation into every fault and checks the invariants.
func TestFaults(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // much garbage, little memory
	b := newBaseline(t)
	t.Run("cell", func(t *testing.T) {
		for _, o := range operations {
			for _, f := range faults {
				t.Run(o.name+"/"+f.name, func(t *testing.T) {
					t.Parallel()
					testCell(t, b, o, f)
				})
			}
		}
	})
}

func testCell(t *testing.T, b baseline, o operation, f fault) {
	e := newTestEnv(t, o.delay)
	e.Speak(o.dialect)
	if o.predecessor != "" {
		e.Add(caastest.Deployment{Name: "vllm", Status: o.predecessor})
	}
	e.unrelated = len(e.Deployments())
	if o.exists {
		e.restore(b)
	}
	if ok := e.runInto(o, f); !ok && f.name == "none" && o.delay == 0 {
		e.violate(converges, "the operation fails without a fault")
	}
	e.checkBought(o.config)
	e.checkNotTainted()
	if o.importKey == "" {
		e.checkNothingLost()
	}
	e.removeFaults()
	e.delayTotal(o)
	if o.importKey != "" && e.state == nil && len(e.live()) > 0 && !e.importState(o.key(e)) {
		e.violate(converges, "the import without the fault fails")
	}
	e.converge(o.config)
	e.checkBought(o.config)
	e.checkSecrets()
	twice := slices.Contains(knownBoughtTwice[o.name], f.name)
	e.report(map[string]bool{
		notTainted: slices.Contains(knownTainted[o.name], f.name) || slices.Contains(taintedUnread[o.name], f.name),
		boughtOnce: twice, converges: twice,
	})
}

// report fails the test unless exactly the known invariants are violated.
func (e *testEnv) report(known map[string]bool) {
	e.t.Helper()
	for _, invariant := range []string{boughtOnce, nothingLost, notTainted, noSecrets, converges} {
		switch violation := e.violations[invariant]; {
		case violation != "" && !known[invariant]:
			e.t.Errorf("violated: %s: %s\nTerraform showed:\n%s", invariant, violation, e.shown.String())
		case violation == "" && known[invariant]:
			e.t.Errorf("not violated, remove this cell from the list: %s", invariant)
		}
	}
}

// runInto runs the operation with the fault. It returns false after an error.
func (e *testEnv) runInto(o operation, f fault) bool {
	defer func(ctx context.Context) { e.ctx = ctx }(e.ctx)
	e.ctx, e.interrupt = context.WithCancel(e.ctx)
	defer e.interrupt()
	injectAll := func() {
		e.delayTotal(o)
		if o.afterLost.path != "" {
			inject(e, o.afterLost, lostReply)
		}
		f.inject(e, o.at)
	}
	if o.importKey != "" {
		injectAll()
		e.state = nil
		return e.importState(o.key(e))
	}
	if o.planning {
		injectAll()
	}
	p := e.plan(o.config)
	switch {
	case p.action == "":
		return false
	case o.planning:
		e.state = p.prior // as an apply would store it
		return true
	}
	injectAll()
	before := len(e.output())
	ok := e.apply(p)
	e.applyOutput += e.output()[before:]
	return ok
}

// key returns what the operation imports by.
func (o operation) key(e *testEnv) string {
	if o.importKey == "id" {
		return e.newest()
	}
	return o.importKey
}
