package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// sequences is how many misfortunes are drawn.
const sequences = 1000

// TestRandom draws sequences of applies and of what goes wrong in them. Nothing
// may be bought twice or lost, and one apply without a fault, with what its error
// says to do, brings each to the configured state. The seed is in the log; to draw
// the same again, set IONETH_SEED to it, or to the one of a single sequence.
func TestRandom(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("IONETH_SEED"); text != "" {
		given, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = given
	}
	t.Logf("IONETH_SEED=%d", seed)
	if testing.Short() {
		t.Skip("not in short tests")
	}
	draws := make(chan uint64)
	var workers sync.WaitGroup
	for range 2 * runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for n := range draws {
				t.Run(fmt.Sprintf("%d", n), func(t *testing.T) { sequence(t, n) })
			}
		})
	}
	for i := range uint64(sequences / sparse) {
		draws <- seed + i
	}
	close(draws)
	workers.Wait()
}

// luck draws what happens.
type luck struct {
	*rand.Rand
	wanted settings // the last configuration
	story  []string
}

func (l *luck) chance(percent int) bool { return l.IntN(100) < percent }

func pick[T any](l *luck, of ...T) T { return of[l.IntN(len(of))] }

// sequence is one of them: up to three applies into faults, then one without.
func sequence(t *testing.T, seed uint64) {
	t.Helper()
	w := newWorld(t, caastest.Options{AbsentContract: true})
	l := &luck{Rand: rand.New(rand.NewPCG(seed, seed)), wanted: base24}
	c := &trial{driver: newDriver(t, w), gone: map[string]bool{}}
	c.quick, c.ctx = true, context.Background()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("IONETH_SEED=%d:\n%s", seed, strings.Join(l.story, "\n"))
		}
	})
	if l.chance(60) {
		c.begin(t)
	}
	var said strings.Builder
	for range 1 + l.IntN(3) {
		config := l.configuration(c)
		l.misfortunes(c)
		ctx, cancel := context.WithCancel(context.Background())
		c.ctx, c.interrupt = ctx, cancel
		r := c.run(config)
		cancel()
		c.ctx = context.Background()
		l.story = append(l.story, fmt.Sprintf("  %s: %s", r.action, c.summaries(r)))
		said.WriteString(words(r.diags))
		c.nothingLost(said.String())
		c.nothingTwice(operation{after: l.wanted})
		c.mend()
	}
	o := operation{after: l.wanted}
	l.story = append(l.story, "  then: "+c.goOn(o))
	c.nothingTwice(o)
}

// configuration is what is applied next: something else, the same again, or
// nothing. Hours only grow, as they can't be lowered, and a name changes only when
// the state has the deployment: who gives a purchase that failed another name
// makes another.
func (l *luck) configuration(c *trial) settings {
	changes := settings{}
	for _, name := range []string{"duration_hours", "resource_private_name", "hardware_id"} {
		changes[name] = l.wanted[name]
	}
	switch l.IntN(7) {
	case 0:
		l.story = append(l.story, "destroy")
		return nil
	case 1, 2:
		changes["duration_hours"] = l.wanted["duration_hours"].(int) + 1 + l.IntN(6)
	case 3:
		changes["image_url"] = fmt.Sprintf("ghcr.io/org/image:%d", l.IntN(5))
	case 4:
		if c.held != nil {
			changes["resource_private_name"] = pick(l, "vllm", "sglang", "tgi")
		}
	case 5:
		changes["hardware_id"] = pick(l, 203, 204)
	}
	l.story = append(l.story, fmt.Sprintf("apply %v", changes))
	l.wanted = plain(changes)
	return l.wanted
}

// misfortunes are up to three faults on calls that matter.
func (l *luck) misfortunes(c *trial) {
	calls := []target{
		post(onDeploy), post(onDeploy), post(onExtend), post(onExtend), {http.MethodPatch, onDeployment, 0}, {http.MethodPut, onRename, 0},
		destroy(onDeployment), get(onDeployment), get(onContainers), get(onList), get(onName), get(onPrice),
	}
	for range 1 + l.IntN(3) {
		c.at = pick(l, calls...)
		if c.at.method == http.MethodGet {
			c.at.skip = l.IntN(5)
		}
		f := pick(l, faults...)
		for strings.Contains(f.name, "10 MB") || strings.Contains(f.name, "meanwhile") || strings.Contains(f.name, "unheard") || strings.Contains(f.name, "nobody") {
			f = pick(l, faults...) // those take long, or are the deployment's own end
		}
		l.story = append(l.story, fmt.Sprintf("  %s %s, after %d: %s", c.at.method, c.at.path, c.at.skip, f.name))
		f.begin(c)
	}
}
