// Package faults makes each API call of each operation fail in each way, and checks
// the invariants that must hold whatever happens.
package faults

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestFaults runs every operation into the faults of its API call and checks the
// invariants.
func TestFaults(t *testing.T) {
	percent := debug.SetGCPercent(400) // much garbage, little memory
	t.Cleanup(func() { debug.SetGCPercent(percent) })
	for _, o := range operations {
		for _, f := range faults {
			if f.affects(o.at) {
				t.Run(o.name+"/"+f.name, func(t *testing.T) {
					t.Parallel()
					testFault(t, o, f)
				})
			}
		}
	}
}

func testFault(t *testing.T, o operation, f fault) {
	e := newTestEnv(t, o)
	if ok := e.runInto(o, func() { f.inject(e, o.at) }); !ok && f.name == "none" {
		e.violate(converges, "the operation fails without a fault")
	}
	wanted := cmp.Or(o.config, o.before)
	e.checkBought(wanted)
	e.checkNotTainted()
	e.checkNothingLost()
	e.removeFaults()
	if o.readiness {
		e.checkReadiness()
	}
	e.converge(o.config)
	e.checkBought(wanted)
	e.checkSecrets()
}

// runInto runs the operation with faults. It returns false after an error.
func (e *testEnv) runInto(o operation, injectFaults func()) bool {
	defer func(ctx context.Context) { e.interrupt(); e.Context = ctx }(e.Context)
	e.Context, e.interrupt = context.WithCancel(e.Context)
	if o.afterLost.path != "" {
		inject(e, o.afterLost, lostReply)
	}
	switch {
	case o.readiness:
		injectFaults()
		return e.applyReadiness()
	case o.planning:
		injectFaults()
		p := e.plan(o.config)
		if p.Action != "" {
			p.Action = "no-op" // the apply stores the refreshed state, and nothing else
		}
		return e.apply(p)
	}
	p := e.plan(o.config)
	injectFaults()
	return e.apply(p)
}

// seedVariable replays the sequence whose failure printed the seed.
const seedVariable = "IONETH_SEED"

// TestFaults_random draws sequences of applies with faults in them.
func TestFaults_random(t *testing.T) {
	first, sequences := uint64(time.Now().UnixNano()), uint64(30)
	if seed, err := strconv.ParseUint(os.Getenv(seedVariable), 10, 64); err == nil {
		first, sequences = seed, 1
	}
	for i := range sequences {
		t.Run(strconv.FormatUint(first+i, 10), func(t *testing.T) {
			t.Parallel()
			testSequence(t, first+i)
		})
	}
}

// testSequence applies some configurations into faults, and the last one without.
func testSequence(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, seed))
	e := newTestEnv(t, operation{before: []config{{}, baseConfig}[rng.IntN(2)]})
	fmt.Fprintf(&e.output, "%s=%d replays this sequence.\n", seedVariable, seed)
	wanted := baseConfig
	for range 1 + rng.IntN(3) {
		var o operation // a destroy, unless there is a configuration
		if rng.IntN(7) > 0 {
			wanted.draw(rng, e.id() != "")
			o.config = wanted
		}
		fmt.Fprintf(&e.output, "apply %+v\n", o.config)
		before := e.id()
		e.runInto(o, func() {
			for range 1 + rng.IntN(3) {
				at, f := drawFault(rng)
				fmt.Fprintf(&e.output, "  %s %s after %d: %s\n", at.method, at.path, at.skip, f.name)
				f.inject(e, at)
			}
		})
		e.checkNothingLost()
		if e.id() != before {
			e.checkNotTainted()
		}
		e.checkBought(wanted)
		e.removeFaults()
	}
	e.converge(wanted)
	e.checkBought(wanted)
	e.checkSecrets()
}

// draw changes one setting. Hours only grow, because they can't be reduced, and a
// name changes only in the state: otherwise it is another deployment.
func (c *config) draw(rng *rand.Rand, exists bool) {
	switch n := rng.IntN(6); {
	case n <= 1:
		c.hours += 1 + rng.IntN(6)
	case n == 2:
		c.image = fmt.Sprintf("ghcr.io/org/image:%d", rng.IntN(5))
	case n == 3 && exists:
		c.name = []string{"vllm", "sglang", "tgi"}[rng.IntN(3)]
	case n == 4:
		c.hardware = 203 + rng.IntN(2)
	}
}

// drawFault draws a call and a fault of it, but for those in which the deployment
// ends without the provider.
func drawFault(rng *rand.Rand) (request, fault) {
	for {
		at, f := operations[rng.IntN(len(operations))].at, faults[rng.IntN(len(faults))]
		if f.affects(at) && !strings.Contains(f.name, "meanwhile") && f.name != "unknown status" {
			return at, f
		}
	}
}
