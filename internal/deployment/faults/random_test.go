package faults

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

const sequences = 40

// seedVariable replays one sequence: the one whose failure printed the seed.
const seedVariable = "IONETH_SEED"

// TestFaults_random draws sequences of applies with faults in them. It asserts
// what TestFaults asserts, but for the taint.
func TestFaults_random(t *testing.T) {
	b := newBaseline(t)
	first, n := uint64(time.Now().UnixNano()), sequences
	if text := os.Getenv(seedVariable); text != "" {
		first, n = must(strconv.ParseUint(text, 10, 64)), 1
	}
	t.Run("seed", func(t *testing.T) {
		for i := range uint64(n) {
			t.Run(strconv.FormatUint(first+i, 10), func(t *testing.T) {
				t.Parallel()
				testSequence(t, b, first+i)
			})
		}
	})
}

// testSequence applies up to three configurations into faults, and then the last
// one without a fault.
func testSequence(t *testing.T, b baseline, seed uint64) {
	e, rng := newTestEnv(t, 0), rand.New(rand.NewPCG(seed, seed))
	var steps []string
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s=%d replays:\n%s", seedVariable, seed, strings.Join(steps, "\n"))
		}
	})
	if rng.IntN(100) < 60 {
		e.restore(b)
	}
	wanted, changes := baseConfig, settings{}
	for range 1 + rng.IntN(3) {
		var o operation // a destroy, unless there is a configuration
		if rng.IntN(7) > 0 {
			draw(rng, changes, e.state != nil)
			wanted = newConfig(changes)
			o.config = wanted
		}
		steps = append(steps, fmt.Sprintf("apply %v, destroy: %t", changes, o.config == nil))
		e.runInto(o, fault{inject: func(*testEnv, request) {
			for range 1 + rng.IntN(3) {
				at, f := drawFault(rng)
				steps = append(steps, fmt.Sprintf("  %s %s after %d: %s", at.method, at.path, at.skip, f.name))
				f.inject(e, at)
			}
		}})
		e.checkNothingLost()
		e.checkBought(wanted)
		e.removeFaults()
	}
	e.converge(wanted)
	e.checkBought(wanted)
	e.checkSecrets()
	e.report(nil)
}

// draw changes one setting. Hours only grow, because they can't be reduced, and a
// name changes only in the state: otherwise it is another deployment.
func draw(rng *rand.Rand, changes settings, exists bool) {
	switch n := rng.IntN(6); {
	case n <= 1:
		hours, _ := changes["duration_hours"].(int)
		changes["duration_hours"] = max(hours, 24) + 1 + rng.IntN(6)
	case n == 2:
		changes["registry_config.image_url"] = fmt.Sprintf("ghcr.io/org/image:%d", rng.IntN(5))
	case n == 3 && exists:
		changes["resource_private_name"] = []string{"vllm", "sglang", "tgi"}[rng.IntN(3)]
	case n == 4:
		changes["hardware_id"] = 203 + rng.IntN(2)
	}
}

// drawFault draws a call and a fault, but for those in which the deployment ends
// without the provider.
func drawFault(rng *rand.Rand) (request, fault) {
	calls := []request{
		deploy, deploy, extend, extend, patch, rename, terminate,
		get(pathDeployment, 0), get(pathContainers, 0), get(pathList, 0), get(pathName, 0), get(pathPrice, 0),
	}
	at := calls[rng.IntN(len(calls))]
	if at.method == http.MethodGet {
		at.skip = rng.IntN(5)
	}
	for {
		f := faults[rng.IntN(len(faults))]
		if !strings.Contains(f.name, "meanwhile") && f.name != "unknown status" {
			return at, f
		}
	}
}
