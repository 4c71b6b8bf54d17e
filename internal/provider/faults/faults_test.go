package faults

import (
	"net/http"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// fault is one way in which an API call fails.
type fault struct {
	name    string
	affects func(request) bool // the calls that the table combines it with
	inject  func(*testEnv, request)
}

const (
	always = -1
	// echo repeats credentials, as careless gateways do, and is hostile to terminals.
	echo = `{"detail": "rejected Bearer ` + secretToken + `, ` + secretAPIKey + ` and %s%d\u001b[31m"}`
	// unknownStatus is a status that is not documented.
	unknownStatus = "\x1b[31mHIBERNATING %d"
)

func every(request) bool          { return true }
func reads(at request) bool       { return at.method == http.MethodGet }
func changes(at request) bool     { return at.method != http.MethodGet }
func statusReads(at request) bool { return reads(at) && at.path == pathDeployment }

// faults are those that the provider's operations react to. The retries of single
// requests are tested in caas.
var faults = []fault{
	{"none", every, func(*testEnv, request) {}},
	{"401 to every call from here on", every, func(e *testEnv, at request) {
		inject(e, at, caastest.Fault{Status: 401, Body: echo, Do: func() {
			e.Inject(caastest.Fault{Times: always, Status: 401, Body: echo})
		}})
	}},
	reply("500 always", every, caastest.Fault{Status: 500, Body: echo, Times: always}),
	{"interrupt", every, func(e *testEnv, at request) {
		// A purchase is waited for. Of the others, those that Ctrl-C does not end time out.
		hang := at.method != http.MethodPost
		e.Inject(caastest.Fault{Method: at.method, Path: at.path, Skip: at.skip, AfterWork: true, Hang: hang, Do: func() {
			e.interrupt()
			if hang {
				e.env.Clock.Advance(31 * time.Second)
			}
		}})
	}},
	reply("404 always", reads, caastest.Fault{Status: 404, Body: echo, Times: always}),
	reply("429 with an absurd Retry-After", reads, caastest.Fault{Status: 429, Header: http.Header{"Retry-After": {"99999999999999999999"}}}),

	reply("reset after the work", changes, lostReply),
	reply("timeout", changes, caastest.Fault{Hang: true}),
	reply("timeout after the work", changes, caastest.Fault{Hang: true, AfterWork: true}),
	reply("payment_required", changes, caastest.Fault{Body: `{"status": "payment_required"}`}),
	reply("404", changes, caastest.Fault{Status: 404, Body: echo}),
	reply("409", changes, caastest.Fault{Status: 409, Body: echo}),
	reply("422", changes, caastest.Fault{Status: 422, Body: `{"detail": [{"loc": ["body", "x"], "msg": "not ` + secretToken + `", "type": "value_error"}]}`}),
	reply("empty body", changes, caastest.Fault{EmptyBody: true}),
	reply("body of another call", changes, caastest.Fault{AfterWork: true, Body: `{"status": "error", "message": "\u001b[31m%s", "name": "%d"}`}),

	event("deployment fails meanwhile", 1, func(e *testEnv, d caastest.Deployment) { e.Fail(d.ID, "pulling image: manifest unknown") }),
	event("deployment completes meanwhile", 1, func(e *testEnv, _ caastest.Deployment) { e.setStatus(caastest.StatusCompleted) }),
	event("deployment vanishes meanwhile", 1, func(e *testEnv, d caastest.Deployment) {
		e.Forget(d.ID)
		e.setStatus(caastest.StatusDestroyed)
	}),
	event("deployment never runs", always, func(e *testEnv, d caastest.Deployment) {
		if d.Status == caastest.StatusRunning {
			e.setStatus(caastest.StatusRequested)
		}
	}),
	event("unknown status", always, func(e *testEnv, d caastest.Deployment) {
		if !d.Ended() && d.Status != caastest.StatusTerminating {
			e.setStatus(unknownStatus)
		}
	}),
	{"deployment never terminates", statusReads, func(e *testEnv, _ request) { e.Configure(func(o *caastest.Options) { o.NeverTerminate = true }) }},
}

// lostReply is a call that works and whose reply is lost.
var lostReply = caastest.Fault{Reset: true, AfterWork: true}

// reply is a fault of the mock's reply; with zero Times it happens once.
func reply(name string, affects func(request) bool, f caastest.Fault) fault {
	return fault{name, affects, func(e *testEnv, at request) { inject(e, at, f) }}
}

func inject(e *testEnv, at request, f caastest.Fault) {
	f.Method, f.Path, f.Skip = at.method, at.path, at.skip
	if f.Hang {
		f.Do = func() { e.env.Clock.Advance(31 * time.Second) } // longer than request_timeout
	}
	e.Inject(f)
}

// event happens just before the newest deployment is read, so many times.
func event(name string, times int, happen func(*testEnv, caastest.Deployment)) fault {
	return fault{name, statusReads, func(e *testEnv, at request) {
		inject(e, at, caastest.Fault{Times: times, Do: func() {
			d, _ := e.Deployment(e.newest())
			happen(e, d)
		}})
	}}
}

func (e *testEnv) setStatus(status string) {
	e.Edit(e.newest(), func(d *caastest.Deployment) { d.Status = status })
}

// removeFaults removes all faults but for what has happened to the deployment.
func (e *testEnv) removeFaults() {
	e.ClearFaults()
	e.Restore()
	if d, _ := e.Deployment(e.newest()); d.Status == unknownStatus {
		e.setStatus(caastest.StatusRunning)
	}
}
