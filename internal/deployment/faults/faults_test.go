package faults

import (
	"net/http"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// fault is one way in which an API call fails.
type fault struct {
	name   string
	inject func(*testEnv, request)
}

const (
	always   = -1
	htmlPage = "<html><body><h1>502 Bad Gateway</h1></body></html>"
	// echo repeats credentials, as careless gateways do, and is hostile to terminals.
	echo = `{"detail": "rejected Bearer ` + secretToken + `, ` + secretAPIKey + ` and %s%d\u001b[31m"}`
	// unknownStatus is a status that is not documented.
	unknownStatus = "\x1b[31mHIBERNATING %d"
)

var faults = []fault{
	{"none", func(*testEnv, request) {}},
	{"connection refused", func(e *testEnv, at request) { e.refuseConnections(at, 1) }},
	{"connection refused always", func(e *testEnv, at request) { e.refuseConnections(at, always) }},
	reply("reset", caastest.Fault{Reset: true}),
	reply("reset always", caastest.Fault{Reset: true, Times: always}),
	reply("reset after the work", caastest.Fault{Reset: true, AfterWork: true}),
	reply("timeout", caastest.Fault{Hang: true}),
	reply("timeout always", caastest.Fault{Hang: true, Times: always}),
	reply("timeout after the work", caastest.Fault{Hang: true, AfterWork: true}),
	reply("401", caastest.Fault{Status: 401, Body: echo}),
	{"401 to every call from here on", func(e *testEnv, at request) {
		inject(e, at, caastest.Fault{Status: 401, Body: echo, Do: func() {
			e.Inject(caastest.Fault{Times: always, Status: 401, Body: echo})
		}})
	}},
	reply("payment_required", caastest.Fault{Body: `{"status": "payment_required"}`}),
	reply("404", caastest.Fault{Status: 404, Body: echo}),
	reply("404 always", caastest.Fault{Status: 404, Body: echo, Times: always}),
	reply("409", caastest.Fault{Status: 409, Body: echo}),
	reply("422", caastest.Fault{Status: 422, Body: `{"detail": [{"loc": ["body", "x"], "msg": "not ` + secretToken + `", "type": "value_error"}]}`}),
	reply("429", caastest.Fault{Status: 429, Body: echo}),
	reply("429 with an absurd Retry-After", caastest.Fault{Status: 429, Header: http.Header{"Retry-After": {"99999999999999999999"}}}),
	reply("429 always", caastest.Fault{Status: 429, Body: echo, Times: always}),
	reply("500", caastest.Fault{Status: 500, Body: echo}),
	reply("500 always", caastest.Fault{Status: 500, Body: echo, Times: always}),
	reply("502 after the work", lostReply),
	reply("502 after the work always", caastest.Fault{Status: 502, Body: htmlPage, ContentType: "text/html", AfterWork: true, Times: always}),
	reply("empty body", caastest.Fault{EmptyBody: true}),
	reply("empty body always", caastest.Fault{EmptyBody: true, Times: always}),
	reply("truncated body", caastest.Fault{Truncate: 9}),
	reply("truncated body always", caastest.Fault{Truncate: 9, Times: always}),
	reply("body of another type", caastest.Fault{AfterWork: true, Body: `[["` + secretToken + `"]]`}),
	reply("body of another call", caastest.Fault{AfterWork: true, Body: `{"status": "error", "message": "\u001b[31m%s", "name": "%d"}`}),
	reply("HTML with status 200", caastest.Fault{AfterWork: true, Body: htmlPage, ContentType: "text/html"}),
	meanwhile("deployment fails", func(e *testEnv, id string) { e.Fail(id, "pulling image: manifest unknown") }),
	meanwhile("deployment completes", func(e *testEnv, id string) { setStatus(e, id, caastest.StatusCompleted) }),
	meanwhile("deployment vanishes", func(e *testEnv, id string) {
		e.Vanish(id)
		setStatus(e, id, caastest.StatusDestroyed)
	}),
	{"deployment never runs", func(e *testEnv, _ request) {
		onEveryRead(e, func(d *caastest.Deployment) {
			if d.Status == caastest.StatusRunning {
				d.Status = caastest.StatusRequested
			}
		})
	}},
	{"deployment never terminates", func(e *testEnv, _ request) { e.StallDelete() }},
	{"unknown status", func(e *testEnv, _ request) {
		e.AllowViolations() // the mock's contract does not allow the status
		onEveryRead(e, func(d *caastest.Deployment) {
			if !d.Ended() && d.Status != caastest.StatusTerminating {
				d.Status = unknownStatus
			}
		})
	}},
	{"interrupt", func(e *testEnv, at request) {
		// A purchase is waited for; every other call is abandoned.
		e.Inject(caastest.Fault{
			Method: at.method, Path: at.path, Skip: at.skip, AfterWork: true, Hang: at.method != http.MethodPost,
			Do: func() { e.interrupt() },
		})
	}},
}

// lostReply is a call that works and whose reply is lost.
var lostReply = caastest.Fault{Status: 502, Body: htmlPage, ContentType: "text/html", AfterWork: true}

// reply is a fault of the mock's reply; with zero Times it happens once.
func reply(name string, f caastest.Fault) fault {
	return fault{name, func(e *testEnv, at request) { inject(e, at, f) }}
}

func inject(e *testEnv, at request, f caastest.Fault) {
	f.Method, f.Path, f.Skip = at.method, at.path, at.skip
	if f.Hang {
		f.Do = func() { e.clock.Advance(31 * time.Second) } // longer than request_timeout
	}
	e.Inject(f)
}

// meanwhile is a call that succeeds, with an event just before it, or just after
// it when the call buys.
func meanwhile(name string, event func(e *testEnv, id string)) fault {
	return fault{name + " meanwhile", func(e *testEnv, at request) {
		inject(e, at, caastest.Fault{AfterWork: at.method == http.MethodPost, Do: func() {
			if id := e.newest(); id != "" {
				event(e, id)
			}
		}})
	}}
}

// onEveryRead changes the newest deployment whenever its details are read.
func onEveryRead(e *testEnv, change func(*caastest.Deployment)) {
	e.Inject(caastest.Fault{Method: http.MethodGet, Path: pathDeployment, Times: always, Do: func() { e.Edit(e.newest(), change) }})
}

func setStatus(e *testEnv, id, status string) {
	e.Edit(id, func(d *caastest.Deployment) { d.Status = status })
}

// removeFaults removes all faults but for what has happened to the deployment.
func (e *testEnv) removeFaults() {
	e.ClearFaults()
	e.Behave()
	e.refuseConnections(request{}, 0)
	e.Edit(e.newest(), func(d *caastest.Deployment) {
		if d.Status == unknownStatus {
			d.Status = caastest.StatusRunning
		}
	})
}
