package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestMatrix lets every call of every operation go wrong in every way. Each cell
// of the table holds what the package promises; FAULTS.md has what they show.
func TestMatrix(t *testing.T) {
	cells := make([][]cell, len(operations))
	t.Run("operation", func(t *testing.T) {
		for i, o := range operations {
			cells[i] = make([]cell, len(faults))
			for j, f := range faults {
				if (i+j)%sparse != 0 {
					continue
				}
				t.Run(fmt.Sprintf("%s: %s/%s", o.name, o.about, f.name), func(t *testing.T) {
					t.Parallel()
					cells[i][j] = o.meets(t, f)
				})
			}
		}
	})
	if n := elsewhere().asked.Load(); n > 0 {
		t.Errorf("another host was asked %d times", n)
	}
	whole := !slices.ContainsFunc(cells, func(row []cell) bool { return slices.Contains(row, cell{}) }) // no -run chose some
	if whole && !t.Failed() {
		golden(t, cells)
	}
}

// meets runs the operation into the fault, and then once more without it.
func (o operation) meets(t *testing.T, f fault) cell {
	w := newWorld(t, caastest.Options{})
	c := &trial{driver: newDriver(t, w), at: o.at, gone: map[string]bool{}, reading: o.from == reading, atOnce: o.name == "refresh"}
	if o.before != nil {
		c.begin(t)
	}
	w.ResetJournal()

	said := c.suffer(o, f)
	cell := cell{says: o.settle(f, c.summaries(said)), state: c.inState(o), account: c.inAccount(o), calls: c.sent()}
	c.nothingLost(words(said.diags))
	c.nothingTwice(o)

	c.mend()
	cell.then = c.goOn(o)
	c.nothingTwice(o)
	c.nothingTold(said)
	return cell
}

// bought is the deployment that most operations begin with, and its state: it
// is the same in all of them, so it is made once.
var bought = sync.OnceValues(func() (caastest.Deployment, *held) {
	w := newWorld(nowhere{}, caastest.Options{})
	defer w.Close()
	for range 9 { // so that no mock gives its id, or its container's, to another
		w.Add(caastest.Deployment{})
	}
	d := newDriver(nowhere{}, w)
	d.run(base24)
	return w.Deployments()[9], d.held
})

// nowhere is the test that a thing of all tests belongs to.
type nowhere struct{ testing.TB }

// Helper implements testing.TB.
func (nowhere) Helper() {}

// Cleanup implements testing.TB.
func (nowhere) Cleanup(func()) {}

// Fatalf implements testing.TB.
func (nowhere) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// begin puts the deployment into the account and its state into the state.
func (c *trial) begin(t *testing.T) {
	t.Helper()
	d, h := bought()
	c.w.clock.Advance(d.Started.Sub(start) + time.Hour)
	c.w.Add(d)
	again := *h
	c.held = &again
}

// suffer is the run with the fault.
func (c *trial) suffer(o operation, f fault) report {
	loggers := c.ctx
	ctx, cancel := context.WithCancel(loggers)
	defer cancel()
	c.ctx, c.interrupt = ctx, cancel
	defer func() { c.ctx = loggers }()
	begin := func() {
		if o.also != nil {
			o.also(c)
		}
		f.begin(c)
	}
	if o.from == reading {
		begin()
		return report{diags: o.reads(c)}
	}
	if o.from == planning {
		begin()
	}
	plan := c.plan(o.after)
	if o.from == planning {
		if plan.action != "" {
			c.held = plan.prior // as an apply would write it
		}
		return plan.report
	}
	if plan.action == "" {
		c.t.Fatalf("the plan before the fault failed: %s", words(plan.diags))
	}
	begin()
	return c.apply(plan)
}

// live are the deployments that have not ended, as the API knows them.
func (c *trial) live() []caastest.Deployment {
	return slices.DeleteFunc(c.w.Deployments(), func(d caastest.Deployment) bool { return d.Ended() || c.gone[d.ID] })
}

// nothingLost checks that whatever exists, and may cost money, is in the state
// or named in what the user saw.
func (c *trial) nothingLost(said string) {
	c.t.Helper()
	for _, d := range c.live() {
		if c.held.id() == d.ID || strings.Contains(said, d.ID) || strings.Contains(said, fmt.Sprintf("%q", d.Name)) || c.reading {
			continue
		}
		c.t.Errorf("the deployment %s (%q, %s) is neither in the state nor named in:\n%s", d.ID, d.Name, d.Status, said)
	}
}

// nothingTwice checks that there is at most one deployment, and that none has
// more hours than were asked for. What makes another one in the place of one that
// ended or vanished, or is tainted, is a matter of the table.
func (c *trial) nothingTwice(o operation) {
	c.t.Helper()
	var running []string
	for _, d := range c.live() {
		if d.Status != caastest.StatusTerminating {
			running = append(running, d.ID)
		}
	}
	if len(running) > 1 {
		c.t.Errorf("%d deployments run side by side: %s", len(running), running)
	}
	most := 24
	if o.after != nil {
		most = o.after["duration_hours"].(int) //nolint:forcetypeassert // see plain
	}
	for _, d := range c.w.Deployments() {
		if d.DurationHours > most {
			c.t.Errorf("%d hours are paid for, want at most %d", d.DurationHours, most)
		}
	}
}

// nothingTold searches all that was logged and said, and the state, for what was
// planted.
func (c *trial) nothingTold(said report) {
	c.t.Helper()
	state := "{}"
	if c.held != nil {
		raw, err := json.Marshal(plainOf(c.held.value))
		c.must(err)
		state = string(raw) + string(c.held.private)
	}
	for where, text := range map[string]string{"log": c.log.String(), "diagnostics": words(said.diags), "state": state} {
		for _, secret := range planted {
			if at := strings.Index(text, secret); at >= 0 {
				c.t.Errorf("the %s hold %q:\n%s", where, secret, text[max(at-200, 0):min(at+200, len(text))])
			}
		}
		if strings.ContainsRune(text, '\x1b') || strings.Contains(text, "%!") {
			c.t.Errorf("the %s hold an escape sequence or a broken format:\n%s", where, text)
		}
	}
}
