package faults

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// cell is what one operation makes of one fault.
type cell struct {
	says    string // what the user sees
	state   string // what is in the state
	account string // what the account has
	calls   string // what was sent that could have changed something
	then    string // what the next apply makes of it, without a fault
}

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
	cell := cell{says: o.settle(c.summaries(said)), state: c.inState(o), account: c.inAccount(o), calls: c.sent()}
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

// mend takes all that went wrong back, but for what the deployment suffered.
func (c *trial) mend() {
	c.w.ClearFaults()
	c.w.Behave()
	c.w.refuse(target{}, 0)
	c.w.Edit(c.newest(), func(d *caastest.Deployment) {
		if d.Status == hibernating {
			d.Status = caastest.StatusRunning
		}
	})
}

// goOn applies once more, and does what the diagnostics tell the user to do,
// until the state is as configured.
func (c *trial) goOn(o operation) string {
	c.t.Helper()
	if o.from == reading && o.name[:4] == "data" {
		if diags := o.reads(c); failed(diags) && len(c.live()) > 0 {
			c.t.Errorf("the next read fails: %s", words(diags))
		} else if failed(diags) {
			return "fails: " + diags[0].Summary
		}
		return "reads"
	}
	var story []string
	if o.from == reading && c.held == nil && len(c.live()) > 0 { // an import that failed is run again
		if diags := o.reads(c); failed(diags) {
			c.t.Errorf("the next import fails: %s", words(diags))
		}
		story = append(story, "imports")
	}
	for range 3 {
		r := c.run(o.after)
		if !failed(r.diags) {
			story = append(story, r.action)
			c.converged(o, r)
			return strings.Join(story, ", then ")
		}
		summary := errorsOf(r.diags)[0].Summary
		story = append(story, "refuses: "+summary)
		live := c.live()
		switch {
		case len(live) == 1 && live[0].Status == caastest.StatusTerminating:
			c.w.clock.Advance(time.Minute) // an interrupted destroy goes on by itself
		case strings.HasPrefix(summary, "Deployment has ended") && len(live) == 0:
			return strings.Join(story, ", then ") // the user's own decision: it costs money
		case summary == "Name of the deployment is taken" && len(live) == 1 && c.held == nil:
			said := words(r.diags)
			if !strings.Contains(said, "import {") || !strings.Contains(said, live[0].ID) {
				c.t.Errorf("the error does not tell how to import %s:\n%s", live[0].ID, said)
			}
			if diags := c.imports(live[0].ID); failed(diags) {
				c.t.Errorf("the import fails: %s", words(diags))
			}
			story = append(story, "import")
		default:
			c.t.Errorf("the next apply fails: %s", words(r.diags))
			return strings.Join(story, ", then ")
		}
	}
	c.t.Errorf("three applies did not bring the state to the configuration: %s", story)
	return ""
}

// converged checks that all is as configured.
func (c *trial) converged(o operation, last report) {
	c.t.Helper()
	live := c.live()
	if o.after == nil {
		if len(live) > 0 || c.held != nil {
			c.t.Errorf("after a destroy there are %d deployments, and the state has %q", len(live), c.held.id())
		}
		return
	}
	if len(live) == 0 && strings.Contains(words(last.diags), "Deployment has ended") {
		return // it stays so until the user asks for another
	}
	if len(live) != 1 || c.held.id() != live[0].ID || c.held.tainted {
		c.t.Fatalf("%d deployments live, and the state has %q, tainted: %t", len(live), c.held.id(), c.held != nil && c.held.tainted)
	}
	d, want := live[0], o.after
	container, registry := want["container_config"].(settings), want["registry_config"].(settings) //nolint:forcetypeassert // see plain
	for what, pair := range map[string][2]any{
		"name": {d.Name, want["resource_private_name"]}, "hours": {d.DurationHours, want["duration_hours"]},
		"hardware": {d.HardwareID, want["hardware_id"]}, "port": {d.TrafficPort, container["traffic_port"]},
		"image": {d.ImageURL, registry["image_url"]}, "secret": {d.RegistrySecret, plantedRegistry},
		"variable": {d.SecretEnv["HF_TOKEN"], plantedVariable}, "username": {d.RegistryUsername, "robot"},
	} {
		if pair[0] != pair[1] {
			c.t.Errorf("the deployment's %s is %v, want %v", what, pair[0], pair[1])
		}
	}
	if last.action == "nothing" {
		return // a plan has just said so
	}
	if plan := c.plan(o.after); plan.action != "nothing" {
		c.t.Errorf("after the last apply the plan is to %s: %s", plan.action, words(plan.diags))
	}
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

// summaries are what the user reads first, each once; what every plan says is
// left out.
func (c *trial) summaries(r report) string {
	var lines []string
	for _, d := range r.diags {
		line := "warning: " + d.Summary
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			line = "**" + d.Summary + "**"
		} else if strings.HasPrefix(d.Summary, "Purchase of ") {
			continue
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return "success"
	}
	return strings.Join(lines, "; ")
}

// settle leaves out what may or may not be said: where several calls are made at
// the same time, what keeps one waiting may be too long for another.
func (o operation) settle(says string) string {
	for _, line := range o.perhaps {
		says = strings.Join(slices.DeleteFunc(strings.Split(says, "; "), func(l string) bool { return strings.Contains(l, line) }), "; ")
	}
	return cmp.Or(o.races[says], says, "success")
}

// inState is what the state has.
func (c *trial) inState(o operation) string {
	if c.held == nil {
		return "nothing"
	}
	words := "the deployment"
	if all := c.w.Deployments(); len(all) > 1 {
		words = "the old one"
		if c.held.id() == all[len(all)-1].ID {
			words = "the new one"
		}
	}
	if o.state != nil {
		words += ", " + o.state(c.held)
	}
	if status, _ := c.held.at("status").(string); status != "" && status != "running" {
		words += fmt.Sprintf(", %q", shown(status))
	}
	if c.held.tainted {
		words += ", tainted"
	}
	return words
}

// shown is a status as the page has it.
func shown(status string) string {
	if strings.Contains(strings.ToUpper(status), "HIBERNATING") {
		return "unheard-of"
	}
	return status
}

// inAccount is what the account has and pays for.
func (c *trial) inAccount(o operation) string {
	var lines []string
	for _, d := range c.w.Deployments() {
		line := shown(d.Status)
		if c.gone[d.ID] {
			line = "vanished"
		}
		if o.shows != nil {
			line += ", " + o.shows(d)
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return "nothing"
	}
	return strings.Join(lines, "; ")
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// many is from when on a number of calls depends on how the waits fell.
const many = 20

// sent are the calls that could have changed something, with how often each was
// made.
func (c *trial) sent() string {
	var lines []string
	count := map[string]int{}
	for _, r := range c.w.Requests() {
		if r.Method == "GET" {
			continue
		}
		line := r.Method + " " + uuid.ReplaceAllString(strings.TrimPrefix(r.Path, caastest.Prefix), "ID")
		if count[line]++; count[line] == 1 {
			lines = append(lines, line)
		}
	}
	for i, line := range lines {
		switch n := count[line]; {
		case n > many:
			lines[i] += ", many times"
		case n > 1:
			lines[i] += fmt.Sprintf(" × %d", n)
		}
	}
	return strings.Join(lines, "; ")
}
