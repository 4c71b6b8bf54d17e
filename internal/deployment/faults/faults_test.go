package faults

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// What must never be seen again once it was given to the provider.
const (
	plantedToken    = "planted-token-T0k3n"
	plantedKey      = "planted-key-K3y"
	plantedVariable = "planted variable \"V4r\""
	plantedRegistry = "planted-registry-R3g"
)

// planted are all of them.
var planted = []string{plantedToken, plantedKey, plantedVariable, "V4r", plantedRegistry}

// echo is an answer's text that repeats what the request brought, as careless
// gateways do.
const echo = `{"detail": "trouble with Bearer ` + plantedToken + `, ` + plantedKey + ` and %s%d\u001b[31m"}`

// target is which call goes wrong: a pattern of the mock's, after skip others.
type target struct {
	method, path string
	skip         int
}

// is tells whether a request is such a call.
func (at target) is(method, path string) bool {
	if at.path == "" {
		return true
	}
	want := strings.Split(at.path, "/")
	got := strings.Split(strings.TrimPrefix(path, caastest.Prefix), "/")
	if strings.HasPrefix(at.path, "/v1/") {
		got = strings.Split(path, "/")
	}
	if len(want) != len(got) || at.method != method {
		return false
	}
	for i := range want {
		if want[i] != got[i] && want[i] != "{}" {
			return false
		}
	}
	return true
}

// trial is one run of one operation into one fault.
type trial struct {
	*driver
	at target
	// interrupt is Ctrl-C.
	interrupt func()
	// gone are the deployments that the API has forgotten.
	gone map[string]bool
	// atOnce: the call is one of several made at the same time.
	atOnce bool
	// reading: nothing is held to the state.
	reading bool
}

// fault is one way in which a call goes wrong.
type fault struct {
	name  string
	begin func(*trial)
}

// answer is a fault that is the mock's own. A times of 0 is once.
func answer(name string, f caastest.Fault) fault {
	return fault{name, func(c *trial) { c.inject(f) }}
}

func (c *trial) inject(f caastest.Fault) {
	f.Method, f.Path, f.Skip = c.at.method, c.at.path, c.at.skip
	if f.Hang {
		f.Do = func() { c.w.clock.Advance(31 * time.Second) } // longer than a try may take
	}
	c.w.Inject(f)
}

// newest is the deployment made last, "" while there is none.
func (c *trial) newest() string {
	all := c.w.Deployments()
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1].ID
}

// during is a fault in which the call itself goes well: something happens to the
// deployment just before it is worked on, or, when it makes one, just after.
func during(name string, times int, happens func(c *trial, id string)) fault {
	return fault{name, func(c *trial) {
		if c.atOnce { // the other calls would see it, or not
			happens(c, c.newest())
			return
		}
		f := caastest.Fault{Times: times, AfterWork: c.at.method == http.MethodPost}
		f.Do = func() {
			if id := c.newest(); id != "" {
				happens(c, id)
			}
		}
		c.inject(f)
	}}
}

// elsewhere is another host, to which no request may be sent.
var elsewhere = sync.OnceValue(func() *stranger {
	s := &stranger{}
	s.server = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { s.asked.Add(1) }))
	return s
})

type stranger struct {
	server *httptest.Server
	asked  atomic.Int32
}

func header(name, value string) http.Header { return http.Header{name: {value}} }

// hibernating would reorder a terminal's text, if it got there.
const hibernating = "\x1b[31mHIBERNATING %d"

const (
	always = -1
	page   = "<html><body><h1>502 Bad Gateway</h1></body></html>"
	html   = "text/html"
)

// faults are all the ways in which a call can go wrong, each met by every
// operation.
var faults = []fault{
	{"no fault", func(*trial) {}},
	{"connection refused", func(c *trial) { c.w.refuse(c.at, 1) }},
	{"connection refused, always", func(c *trial) { c.w.refuse(c.at, always) }},
	answer("reset before the work", caastest.Fault{Reset: true}),
	answer("reset before the work, always", caastest.Fault{Reset: true, Times: always}),
	answer("reset after the work", caastest.Fault{Reset: true, AfterWork: true}),
	answer("hang before the work", caastest.Fault{Hang: true}),
	answer("hang before the work, always", caastest.Fault{Hang: true, Times: always}),
	answer("hang after the work", caastest.Fault{Hang: true, AfterWork: true}),
	answer("401", caastest.Fault{Status: 401, Body: echo}),
	{"401 to all from here on", func(c *trial) {
		c.inject(caastest.Fault{Status: 401, Body: echo, Do: func() {
			c.w.Inject(caastest.Fault{Times: always, Status: 401, Body: echo})
		}})
	}},
	answer("404", caastest.Fault{Status: 404, Body: echo}),
	answer("404, always", caastest.Fault{Status: 404, Body: echo, Times: always}),
	answer("408", caastest.Fault{Status: 408, Body: echo}),
	answer("409", caastest.Fault{Status: 409, Body: echo}),
	answer("422", caastest.Fault{Status: 422, Body: `{"detail": [{"loc": ["body", "x"], "msg": "no ` + plantedToken + `", "type": "value_error"}]}`}),
	answer("429", caastest.Fault{Status: 429, Body: echo}),
	answer("429, Retry-After in seconds", caastest.Fault{Status: 429, Header: header("Retry-After", "7")}),
	{"429, Retry-After as a date", func(c *trial) {
		soon := c.w.clock.Now().Add(20 * time.Second)
		c.inject(caastest.Fault{Status: 429, Header: header("Retry-After", soon.Format(http.TimeFormat))})
	}},
	answer("429, Retry-After absurd", caastest.Fault{Status: 429, Header: header("Retry-After", "99999999999999999999")}),
	answer("429, always", caastest.Fault{Status: 429, Body: echo, Times: always}),
	answer("500", caastest.Fault{Status: 500, Body: echo}),
	answer("500, always", caastest.Fault{Status: 500, Body: echo, Times: always}),
	answer("502 with HTML after the work", caastest.Fault{Status: 502, Body: page, ContentType: html, AfterWork: true}),
	answer("502 with HTML after the work, always", caastest.Fault{Status: 502, Body: page, ContentType: html, AfterWork: true, Times: always}),
	answer("503", caastest.Fault{Status: 503}),
	answer("empty body", caastest.Fault{EmptyBody: true}),
	answer("empty body, always", caastest.Fault{EmptyBody: true, Times: always}),
	answer("truncated body", caastest.Fault{Truncate: 9}),
	answer("truncated body, always", caastest.Fault{Truncate: 9, Times: always}),
	answer("body of the wrong shape", caastest.Fault{AfterWork: true, Body: `[["` + plantedToken + `"]]`}),
	answer("gateway's page as 200", caastest.Fault{AfterWork: true, Body: page, ContentType: html}),
	{"10 MB of body", func(c *trial) { c.inject(caastest.Fault{AfterWork: true, Body: tenMegabytes()}) }},
	{"redirect elsewhere", func(c *trial) {
		c.inject(caastest.Fault{Status: 307, Header: header("Location", elsewhere().server.URL+"/?"+plantedToken)})
	}},
	answer("`payment_required`", caastest.Fault{Body: `{"status": "payment_required"}`}),
	answer("402", caastest.Fault{Status: 402, Body: echo}),
	during("deployment fails meanwhile", 1, func(c *trial, id string) { c.w.Fail(id, "pulling image: manifest unknown") }),
	during("deployment's time is up meanwhile", 1, func(c *trial, id string) {
		c.w.Edit(id, func(d *caastest.Deployment) { d.Status = caastest.StatusCompleted })
	}),
	during("deployment vanishes meanwhile", 1, func(c *trial, id string) {
		c.w.Vanish(id)
		c.gone[id] = true
	}),
	{"deployment never runs", func(c *trial) {
		c.w.Inject(caastest.Fault{Method: http.MethodGet, Path: "/deployment/{}", Times: always, Do: func() {
			c.w.Edit(c.newest(), func(d *caastest.Deployment) {
				if d.Status == caastest.StatusRunning {
					d.Status = caastest.StatusRequested
				}
			})
		}})
	}},
	{"deployment never ends", func(c *trial) { c.w.StallDelete() }},
	{"status nobody has heard of", func(c *trial) {
		c.w.AllowViolations() // the contract knows no such status
		c.w.Inject(caastest.Fault{Method: http.MethodGet, Path: "/deployment/{}", Times: always, Do: func() {
			c.w.Edit(c.newest(), func(d *caastest.Deployment) {
				if !d.Ended() && d.Status != caastest.StatusTerminating {
					d.Status = hibernating
				}
			})
		}})
	}},
	answer("reply of another kind", caastest.Fault{AfterWork: true, Body: `{"status": "error", "message": "\u001b[31m%s", "name": "%d"}`}),
	{"Ctrl-C", func(c *trial) {
		// A purchase is waited for; whatever else is under way is dropped.
		f := caastest.Fault{Method: c.at.method, Path: c.at.path, Skip: c.at.skip, AfterWork: true, Hang: c.at.method != http.MethodPost}
		f.Do = func() { c.interrupt() }
		c.w.Inject(f)
	}},
}

var tenMegabytes = sync.OnceValue(func() string { return `{"data": "` + strings.Repeat("x", 10<<20) + `"}` })
