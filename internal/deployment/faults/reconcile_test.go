package faults

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// landing is a purchase whose answer gets lost, and what the list is like then.
type landing struct {
	name    string
	slow    time.Duration // how long the list does not show a new deployment
	dialect caastest.Dialect
	// older is a deployment of the same name that was there before.
	older *caastest.Deployment
	// others is how many deployments more the account has: more than a page.
	others int
	lost   caastest.Fault
	also   []caastest.Fault
	// says is the error, "" for success: what is found is ours.
	says string
	// then is the error of the next apply, at once, "" for success.
	then string
}

var (
	landed    = caastest.Fault{Status: 502, AfterWork: true}
	notLanded = caastest.Fault{Status: 502}
	timings   = caastest.Timings{Provision: 90 * time.Second, URL: 30 * time.Second, Terminate: 20 * time.Second}
)

func ended(status string, before time.Duration) *caastest.Deployment {
	return &caastest.Deployment{Name: "vllm", Status: status, Created: start.Add(-before)}
}

const unsure, taken, notMade = "Deployment may have been made", "Name of the deployment is taken", "Deployment not made"

var landings = []landing{
	{name: "listed at once", lost: landed},
	{name: "listed within the time that is waited", slow: 20 * time.Second, lost: landed},
	{name: "listed later, its name taken at once", slow: 40 * time.Second, lost: landed},
	{name: "listed much later", slow: 10 * time.Minute, lost: landed, says: unsure, then: taken},
	{
		name: "listed later, and names can't be checked", slow: 40 * time.Second, lost: landed,
		also: []caastest.Fault{{Path: onName, Skip: 1, Status: 500, Times: 9}}, says: unsure, then: taken,
	},
	{name: "hang, listed later", slow: 40 * time.Second, lost: caastest.Fault{Hang: true, AfterWork: true}},
	{name: "accepted without an id, listed at once", dialect: caastest.Dialect{EmptyDeployReply: true}},
	{name: "accepted without an id, listed later", slow: 2 * time.Minute, dialect: caastest.Dialect{EmptyDeployReply: true}},
	{name: "accepted without an id, listed much later", slow: 20 * time.Minute, dialect: caastest.Dialect{EmptyDeployReply: true}, says: unsure, then: taken},
	{name: "on the second page", others: 120, lost: landed},
	{name: "pages from 1", dialect: caastest.Dialect{PagesFromOne: true}, others: 120, lost: landed},
	{name: "page 0 is page 1", dialect: caastest.Dialect{PageIgnored: true}, others: 120, lost: landed},
	{name: "pages from 1, listed later", dialect: caastest.Dialect{PagesFromOne: true}, slow: 40 * time.Second, lost: landed},
	{name: "an older one that completed", older: ended("completed", 30*time.Hour), lost: landed},
	{name: "an older one that failed, listed later", older: ended("failed", time.Hour), slow: 20 * time.Second, lost: landed},
	{name: "an older one destroyed just before", older: ended("destroyed", time.Minute), slow: 20 * time.Second, lost: landed},
	{name: "list down too", lost: landed, also: []caastest.Fault{{Path: onList, Status: 500, Times: always}}, says: unsure, then: taken},
	{name: "list down for a while", lost: landed, also: []caastest.Fault{{Path: onList, Status: 500, Times: 12}}},
	{name: "did not land", lost: notLanded, says: notMade},
	{name: "did not land, pages from 1", lost: notLanded, dialect: caastest.Dialect{PagesFromOne: true}, others: 120, says: notMade},
	{name: "did not land, an older one that completed", older: ended("completed", 30*time.Hour), lost: notLanded, says: notMade},
	{name: "did not land, an older one destroyed just before", older: ended("destroyed", time.Minute), lost: notLanded, says: notMade},
}

// TestReconcile_deploy shows what becomes of a purchase whose answer was lost.
func TestReconcile_deploy(t *testing.T) {
	for _, l := range landings {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			slow := timings
			slow.List = l.slow
			w := newWorld(t, caastest.Options{Timings: slow})
			c := &trial{driver: newDriver(t, w), gone: map[string]bool{}}
			w.Speak(l.dialect)
			for range l.others {
				w.Add(caastest.Deployment{})
			}
			if l.older != nil {
				w.Add(*l.older)
			}
			plan := c.plan(base24)
			for _, f := range l.also {
				f.Method = http.MethodGet
				w.Inject(f)
			}
			c.at = post(onDeploy)
			if !l.dialect.EmptyDeployReply {
				c.inject(l.lost)
			}
			r := c.apply(plan)
			c.summarised(r, l.says)
			c.onlyOne(l.lost.AfterWork || l.dialect.EmptyDeployReply)
			if l.says == "" {
				if c.held.id() != c.newest() {
					t.Errorf("the state has %q, want %q", c.held.id(), c.newest())
				}
				return
			}
			if c.held != nil || !strings.Contains(words(r.diags), `"vllm"`) {
				t.Errorf("the state has %q, and the error names no deployment:\n%s", c.held.id(), words(r.diags))
			}

			w.ClearFaults()
			again := c.run(base24) // at once
			c.summarised(again, l.then)
			c.onlyOne(true)
			if l.then == "" {
				return
			}
			w.clock.Advance(20 * time.Minute) // all is listed
			last := c.run(base24)
			said := words(last.diags)
			if !strings.Contains(said, fmt.Sprintf("import {\n  to = ioneth_caas_deployment.NAME\n  id = %q\n}", c.newest())) {
				t.Errorf("the error does not tell how to import %s:\n%s", c.newest(), said)
			}
			if diags := c.imports(c.newest()); failed(diags) {
				t.Errorf("the import fails: %s", words(diags))
			}
			if r := c.run(base24); r.action != "update" || failed(r.diags) {
				t.Errorf("after the import the apply is to %s: %s", r.action, words(r.diags))
			}
			c.onlyOne(true)
		})
	}
}

// summarised checks the summary of the error, "" for none.
func (c *trial) summarised(r report, want string) {
	c.t.Helper()
	got := ""
	if errors := errorsOf(r.diags); len(errors) > 0 {
		got = errors[0].Summary
	}
	if got != want {
		c.t.Errorf("the error is %q, want %q:\n%s", got, want, words(r.diags))
	}
}

// onlyOne checks that there is one live deployment named vllm, or none.
func (c *trial) onlyOne(want bool) {
	c.t.Helper()
	n := 0
	for _, d := range c.live() {
		if d.Name == "vllm" {
			n++
		}
	}
	if n > 1 || (n == 1) != want {
		c.t.Errorf("%d deployments of that name live", n)
	}
}

// TestReconcile_extend shows that hours which the API is slow to show, after an
// answer that got lost, are not bought twice: not by the apply that lost it, and
// not by one that is run again at once.
func TestReconcile_extend(t *testing.T) {
	for name, c := range map[string]struct {
		slow  time.Duration // how long the old total is told
		lost  caastest.Fault
		says  string
		times int // how often the hours are to be bought
	}{
		"shown at once":            {0, landed, "", 1},
		"shown later":              {20 * time.Second, landed, "", 1},
		"shown too late":           {40 * time.Second, landed, "Deployment not updated", 1},
		"shown much too late":      {100 * time.Second, landed, "Deployment not updated", 1},
		"did not land":             {0, notLanded, "Deployment not updated", 2},
		"hang, shown too late":     {75 * time.Second, caastest.Fault{Hang: true, AfterWork: true}, "Deployment not updated", 1},
		"truncated, shown later":   {20 * time.Second, caastest.Fault{Truncate: 5}, "", 1},
		"502 with HTML, at once":   {0, caastest.Fault{Status: 502, AfterWork: true, Body: page, ContentType: html}, "", 1},
		"hours told by nobody yet": {0, caastest.Fault{EmptyBody: true}, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{})
			d := &trial{driver: newDriver(t, w), gone: map[string]bool{}, at: post(onExtend)}
			d.begin(t)
			plan := d.plan(extended)
			old := w.detail(t, d.newest())
			bought := w.clock.Now()
			if c.slow > 0 {
				w.Inject(caastest.Fault{Method: http.MethodGet, Path: onDeployment, Times: always, Body: old, Do: func() {
					if w.clock.Now().Sub(bought) > c.slow {
						w.ClearFaults() // the next is told the truth
					}
				}})
			}
			d.inject(c.lost)
			d.summarised(d.apply(plan), c.says)
			if c.says != "" {
				if r := d.run(extended); failed(r.diags) { // at once
					t.Errorf("the next apply fails: %s", words(r.diags))
				}
			}
			if r := d.run(extended); r.action != "nothing" {
				t.Errorf("the last plan is to %s: %s", r.action, words(r.diags))
			}
			if n := len(w.Calls(http.MethodPost, onExtend)); n != c.times {
				t.Errorf("the hours were bought %d times, want %d", n, c.times)
			}
			if n := w.Deployments()[0].DurationHours; n != 30 {
				t.Errorf("%d hours are paid for, want 30", n)
			}
		})
	}
}

// detail is what the API tells of a deployment, as text.
func (w *world) detail(t *testing.T, id string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL()+caastest.Prefix+"/deployment/"+id, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+plantedToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d: %s", resp.StatusCode, text)
	}
	return string(text)
}
