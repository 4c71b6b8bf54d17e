package deployment_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

var (
	simLives = flag.Int("sim.lives", 2000, "number of lives that TestSimulation simulates")
	simSeed  = flag.Uint64("sim.seed", 1, "seed of the first one")
	simTrace = flag.Bool("sim.trace", false, "print the trace of every life")
)

// TestSimulation lets deployments live against the mock, without Terraform: a seed
// draws what the user does and what goes wrong.
func TestSimulation(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // the lives leave much garbage
	failed, requests := 0, 0
	for i := range *simLives {
		seed := *simSeed + uint64(i)
		l := simulate(t, seed)
		if *simTrace {
			t.Logf("seed %d:\n%s", seed, strings.Join(l.trace, "\n"))
		}
		if requests += l.requests; len(l.problems) == 0 {
			continue
		}
		t.Errorf("life %d, seed %d:\n%s\nto replay: go test ./internal/deployment -run TestSimulation -sim.lives=1 -sim.seed=%d\n%s",
			i+1, seed, strings.Join(l.problems, "\n"), seed, strings.Join(l.trace, "\n"))
		if failed++; failed == 3 {
			t.Fatal("more lives are not simulated")
		}
	}
	t.Logf("%d lives, %d requests", *simLives, requests)
}

// TestSimulation_isDeterministic replays lives.
func TestSimulation_isDeterministic(t *testing.T) {
	for seed := range uint64(50) {
		a, b := simulate(t, seed), simulate(t, seed)
		if strings.Join(a.trace, "\n") != strings.Join(b.trace, "\n") {
			t.Fatalf("seed %d has two traces:\n%s\n\n%s", seed, strings.Join(a.trace, "\n"), strings.Join(b.trace, "\n"))
		}
	}
}

// life is one simulated life.
type life struct {
	rng       *rand.Rand
	server    *caastest.Server
	scheduler *simScheduler
	resources []*simResource
	values    int // makes values distinct

	waits, recreates bool     // wait_for_running and recreate_when_ended
	planChecks       bool     // without them only the price of a replacement is checked at plan
	racing           bool     // two processes apply the same
	limit            *float64 // max_total_cost_usdc
	calm             bool     // nothing goes wrong any more
	faultRate        float64
	outage           simOutage

	lost     []string             // IDs that no operation could save, until the user imports them
	hours    map[string]int       // by ID: the most that was wanted, or bought in the console
	started  map[string]time.Time // by ID: when it ran for the first time
	began    time.Time
	trace    []string
	last     string // line of the trace
	requests int
	problems []string
}

func (l *life) chance(p float64) bool { return l.rng.Float64() < p }

func (l *life) log(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if line == l.last { // polls
		return
	}
	l.last = line
	l.trace = append(l.trace, fmt.Sprintf("%10s %s", time.Since(l.began).Round(time.Millisecond), line))
}

func (l *life) problem(format string, args ...any) {
	l.problems = append(l.problems, fmt.Sprintf(format, args...))
	l.log("PROBLEM: "+format, args...)
}

func simulate(t *testing.T, seed uint64) *life {
	t.Helper()
	l := &life{rng: rand.New(rand.NewPCG(seed, 1)), hours: map[string]int{}, started: map[string]time.Time{}}
	options := l.drawOptions()
	// The validation of every request takes longer than the rest of the life.
	options.SkipContract = seed%200 != 0
	server, err := caastest.New(options) // it listens, which no bubble allows
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	l.server = server
	synctest.Test(t, func(*testing.T) {
		l.scheduler = &simScheduler{rng: l.rng, arrived: make(chan struct{}, 1)}
		done := make(chan struct{})
		go l.scheduler.run(done)
		l.began = time.Now()
		l.live()
		close(done)
	})
	l.problems = append(l.problems, server.Violations()...)
	return l
}

// live draws a life, and ends it with an apply after which all must be right.
func (l *life) live() {
	l.waits, l.recreates, l.planChecks = l.chance(0.8), l.chance(0.5), l.chance(0.7)
	if l.chance(0.3) {
		l.limit = new(500 * float64(1+l.rng.IntN(10)))
	}
	for i := range 1 + l.rng.IntN(2) {
		r := &simResource{address: string(rune('a' + i))}
		l.resources = append(l.resources, r)
		l.addForeign(r)
	}
	for range 2 + l.rng.IntN(4) {
		l.drawTrouble()
		for _, r := range l.resources {
			l.drawChange(r)
		}
		if l.chance(0.1) {
			l.race()
		}
		l.applyAll()
		l.pass(time.Duration(1+l.rng.IntN(30)) * time.Minute)
		if l.chance(0.1) {
			l.pass(time.Duration(l.rng.IntN(20)) * time.Hour)
		}
	}
	l.calm = true
	l.server.Restore()
	l.server.Configure(func(o *caastest.Options) {
		o.Timings.Provision, o.Timings.URL, o.Timings.Restart = 5*time.Second, time.Second, min(o.Timings.Restart, 5*time.Second)
	})
	l.log("nothing goes wrong any more")
	l.pass(10 * time.Minute)
	for range 4 { // each error says what to do before the next apply
		if l.applyAll(); l.settled() {
			break
		}
		l.pass(10 * time.Minute)
	}
	l.pass(10 * time.Minute)
	l.applyAll()
	l.checkMoney(true)
	for _, r := range l.resources {
		l.checkResult(r)
	}
}

func (l *life) pass(d time.Duration) {
	time.Sleep(d)
	l.log("%s pass", d)
}

// settled reports whether the last command left nothing to do. A deployment that
// has ended is replaced.
func (l *life) settled() bool {
	settled := true
	for _, r := range l.resources {
		if r.state != nil && r.want != nil && !l.isLive(r.state.id) {
			r.replace = true
		}
		if r.err != nil || r.replace || r.want != nil && r.state == nil || len(r.deposed) > 0 {
			settled = false
		}
	}
	return settled
}

// command is one terraform apply: it refreshes and plans in one process, and
// applies in another one, which trouble may befall. It reports whether it got so
// far.
func (l *life) command(resources []*simResource, trouble func(*process)) (applied bool) {
	before, actions := l.start(), map[*simResource]string{}
	l.each(before, resources, "refresh", l.refresh)
	l.each(before, resources, "plan", func(p *process, r *simResource) error {
		if r.err != nil {
			return r.err
		}
		action, err := l.plan(p, r)
		l.scheduler.wait(r.address + " planned")
		actions[r] = action
		return err
	})
	before.interrupt()
	if slices.ContainsFunc(resources, func(r *simResource) bool { return r.err != nil }) {
		return false
	}
	p := l.start()
	trouble(p)
	l.each(p, resources, "apply", func(p *process, r *simResource) error {
		return l.apply(p, r, actions[r])
	})
	p.interrupt()
	return true
}

// each performs a step for all resources at the same time, as Terraform does.
func (l *life) each(p *process, resources []*simResource, what string, step func(*process, *simResource) error) {
	var group sync.WaitGroup
	for _, r := range resources {
		group.Go(func() {
			l.scheduler.wait(r.address + " " + what)
			r.err = step(p, r)
			l.scheduler.wait(r.address + " " + what + " ended")
			if p.killed {
				r.err = errKilled
			}
			l.log("%s %s: %v", r.address, what, r.err)
		})
	}
	group.Wait()
}

// applyAll performs one command, and what its user does about it.
func (l *life) applyAll() {
	trouble := func(*process) {}
	if countdown := 1 + l.rng.IntN(20); !l.calm && l.chance(0.15) {
		trouble = func(p *process) { p.countdown = countdown }
	} else if after := time.Duration(l.rng.IntN(120)) * time.Second; !l.calm && l.chance(0.2) {
		trouble = func(p *process) { time.AfterFunc(after+333, p.interrupt) }
	}
	applied := l.command(l.resources, trouble)
	l.checkMoney(false)
	for _, r := range l.resources {
		if applied && l.planChecks {
			l.checkBudgetErrors(r)
		}
		l.react(r)
		r.unsure = r.unsure && !(applied && r.err == nil)
	}
}

// race applies the same configuration from the same state in two processes at
// once. It leaves out extensions, renewals and names with a prefix: the API can't
// protect these from being bought by both.
func (l *life) race() {
	var twins []*simResource
	for _, r := range l.resources {
		if r.want != nil && (r.prefix != "" || r.want.Renewal != nil) || len(r.deposed) > 0 {
			return
		}
		if r.want != nil && r.state != nil && r.want.Hours > r.state.spec.Hours && !r.replace && !r.state.tainted {
			return
		}
		twin := *r
		twin.address += "2"
		if r.state != nil {
			st := *r.state
			twin.state = &st
		}
		twins = append(twins, &twin)
	}
	l.racing = true
	var group sync.WaitGroup
	group.Go(func() { l.command(l.resources, func(*process) {}) })
	group.Go(func() { l.command(twins, func(*process) {}) })
	group.Wait()
	l.racing = false
	for i, r := range l.resources {
		twin := twins[i]
		r.unsure, r.replace, r.err = r.unsure || twin.unsure, r.replace && twin.replace, nil
		if twin.state != nil && (r.state == nil || !l.isLive(r.state.id)) {
			r.state = twin.state
		}
	}
	l.checkMoney(false)
	l.pass(6 * time.Minute)
}

// react is what the user does about the error of a command.
func (l *life) react(r *simResource) {
	var taken *deployment.NameTakenError
	var budget *deployment.BudgetError
	switch {
	case errors.As(r.err, &budget) && budget.Err == nil:
		r.want.MaxCost = nil
	case errors.As(r.err, new(*deployment.RunBudgetError)):
		l.limit = nil
	case errors.As(r.err, &taken) && taken.Holder == nil: // tries again later
	case errors.As(r.err, &taken):
		l.reactToHolder(r, taken.Holder.ID)
	case errors.Is(r.err, errEnded):
		r.replace = true
	case r.want == nil: // a destroy is only tried again
	case errors.As(r.err, new(*deployment.NameClaimedError)),
		r.err != nil && strings.Contains(r.err.Error(), "name is already taken"): // by one that has ended
		r.want.Name = l.value("name-" + r.address)
	}
	if r.err != nil && r.unsure {
		l.pass(6 * time.Minute) // what was bought shows by then
		l.findLost(r)
	}
}

// findLost is what the user does about a purchase that is not in the state, when
// the name has a prefix: no name check finds it, so the user lists the names.
func (l *life) findLost(r *simResource) {
	for _, id := range l.lost {
		d, _ := l.server.Deployment(id)
		switch {
		case r.prefix == "" || !strings.HasPrefix(d.Name, r.prefix) || !isLive(d) || l.owners(id) > 0:
		case r.state == nil && r.want != nil:
			l.log("%s imports %s", r.address, id)
			r.state = &simState{id: id}
		default:
			l.log("%s is destroyed in the console", id)
			l.server.Edit(id, func(d *caastest.Deployment) { d.Status = caastest.StatusDestroyed })
		}
	}
}

// reactToHolder imports what an operation has lost, and removes what has ended.
func (l *life) reactToHolder(r *simResource, holder string) {
	d, _ := l.server.Deployment(holder)
	switch {
	case r.state != nil && r.state.id == holder:
		l.problem("%s: the deployment itself holds its name: %v", r.address, r.err)
	case !isLive(d) && d.Status != caastest.StatusDestroyed:
		l.server.Edit(holder, func(d *caastest.Deployment) { d.Status = caastest.StatusDestroyed })
	case r.state == nil && slices.Contains(l.lost, holder):
		l.log("%s imports %s", r.address, holder)
		r.state = &simState{id: holder}
	default:
		r.want.Name = l.value("name-" + r.address)
	}
}
