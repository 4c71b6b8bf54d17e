package deployment_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// simScheduler lets one goroutine of a life run at a time, in an order that the
// seed decides: each stops before a request, and goes on when all others have
// stopped or sleep.
type simScheduler struct {
	rng     *rand.Rand
	mu      sync.Mutex
	waiting []simTurn
	arrived chan struct{}
}

type simTurn struct {
	key  string // distinguishes the goroutines that can wait at the same time
	next chan struct{}
}

func (s *simScheduler) wait(key string) {
	turn := simTurn{key, make(chan struct{})}
	s.mu.Lock()
	s.waiting = append(s.waiting, turn)
	s.mu.Unlock()
	select {
	case s.arrived <- struct{}{}:
	default:
	}
	<-turn.next
}

// run serves until done is closed.
func (s *simScheduler) run(done <-chan struct{}) {
	for {
		select {
		case <-s.arrived:
		case <-done:
			return
		}
		for s.runNext() {
		}
	}
}

func (s *simScheduler) runNext() bool {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 {
		return false
	}
	slices.SortStableFunc(s.waiting, func(a, b simTurn) int { return strings.Compare(a.key, b.key) })
	i := s.rng.IntN(len(s.waiting))
	close(s.waiting[i].next)
	s.waiting = slices.Delete(s.waiting, i, i+1)
	return true
}

// simClock is the time of the synctest bubble. Its timeouts end at no round time:
// what ends at the same moment as a sleep has no defined order.
type simClock struct{ caas.SystemClock }

// WithTimeout implements caas.Clock.
func (c simClock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return c.SystemClock.WithTimeout(ctx, d+777)
}

// simFault is what happens to one request. The zero value is nothing.
type simFault struct {
	name string
	caastest.Fault
	refused   bool // no connection
	hang      bool // no reply until the client gives up
	purchases bool // only deploy and extend
}

var simFaults = []simFault{
	{name: "connection refused", refused: true},
	{name: "reset before", Fault: caastest.Fault{Reset: true}},
	{name: "reset after", Fault: caastest.Fault{Reset: true, AfterWork: true}},
	{name: "hang before", Fault: caastest.Fault{Reset: true}, hang: true},
	{name: "hang after", Fault: caastest.Fault{Reset: true, AfterWork: true}, hang: true},
	{name: "truncated", Fault: caastest.Fault{Truncate: 3}},
	{name: "empty body", Fault: caastest.Fault{EmptyBody: true}},
	{name: "500", Fault: caastest.Fault{Status: 500, Body: `{"detail": "Internal Server Error"}`}},
	{name: "502 after", Fault: caastest.Fault{Status: 502, Body: "<html></html>", AfterWork: true}},
	{name: "503", Fault: caastest.Fault{Status: 503, Header: http.Header{"Retry-After": {"7"}}}},
	{name: "429", Fault: caastest.Fault{Status: 429}},
	{name: "429 with Retry-After", Fault: caastest.Fault{Status: 429, Header: http.Header{"Retry-After": {"20"}}}},
	{name: "401", Fault: caastest.Fault{Status: 401, Body: `{"detail": "Invalid or expired token"}`}},
	{name: "404", Fault: caastest.Fault{Status: 404, Body: `{"detail": "Not Found"}`}},
	{name: "409", Fault: caastest.Fault{Status: 409, Body: `{"detail": "busy"}`}},
	{name: "payment required", Fault: caastest.Fault{Status: 200, Body: `{"status": "payment_required"}`}, purchases: true},
	{name: "payment required in data", Fault: caastest.Fault{Status: 200, Body: `{"data": {"status": "payment_required"}}`}, purchases: true},
}

// simOutage is a fault of all requests to paths with a suffix for some time.
type simOutage struct {
	fault  simFault
	suffix string
	until  time.Time
}

// RoundTrip implements http.RoundTripper: it calls the mock's handler, and draws
// what goes wrong. The scheduler keeps all other goroutines waiting meanwhile.
func (l *life) RoundTrip(req *http.Request) (*http.Response, error) {
	op := operationOf(req.Context())
	l.scheduler.wait(op.name + " " + req.Method + " " + req.URL.RequestURI())
	l.requests++
	fault := l.drawFault(req)
	if op.process.countdown--; op.process.countdown == 0 && !l.calm {
		op.process.kill()
		fault = simFault{name: "killed", Fault: caastest.Fault{Reset: true, AfterWork: l.chance(0.5)}}
	} else if op.process.killed {
		fault = simFault{name: "killed before", refused: true}
	}
	resp, err := l.answer(req, op, fault)
	if fault.hang {
		<-req.Context().Done()
		err = context.Cause(req.Context())
		l.scheduler.wait(op.name + " hung " + req.URL.RequestURI())
	} else if !l.calm && l.chance(0.05) {
		time.Sleep(time.Duration(l.rng.IntN(20)) * time.Second)
		l.scheduler.wait(op.name + " slow " + req.URL.RequestURI())
	}
	return resp, err
}

func (l *life) drawFault(req *http.Request) simFault {
	if l.calm {
		return simFault{}
	}
	if time.Now().Before(l.outage.until) && strings.HasSuffix(req.URL.Path, l.outage.suffix) {
		return l.outage.fault
	}
	fault, rate := simFaults[l.rng.IntN(len(simFaults))], l.faultRate
	purchase := req.Method == http.MethodPost
	if purchase {
		rate = max(2*rate, 0.15)
	}
	if l.chance(rate) && (!fault.purchases || purchase) {
		return fault
	}
	return simFault{}
}

// answer performs the request as far as the fault lets it.
func (l *life) answer(req *http.Request, op *operation, fault simFault) (resp *http.Response, err error) {
	if fault.refused {
		err = errors.New("connection refused")
	} else {
		if fault.name != "" {
			l.server.Inject(fault.Fault)
		}
		resp, err = l.perform(req, op)
	}
	status := 0
	if err == nil {
		status = resp.StatusCode
	}
	if status == http.StatusOK && fault.Status == 0 && fault.Truncate == 0 {
		op.confirmed = append(op.confirmed, path.Base(req.URL.Path))
	}
	l.log("%s %s %s → %d %s", op.name, req.Method, strings.TrimPrefix(req.URL.RequestURI(), caastest.Prefix), status, fault.name)
	return resp, err
}

// perform calls the mock and notes what the request changed.
func (l *life) perform(req *http.Request, op *operation) (*http.Response, error) {
	if req.Method == http.MethodDelete && !strings.HasSuffix(req.URL.Path, "/"+op.destroys) {
		l.problem("%s destroys %s, wanted is %q", op.name, req.URL.Path, op.destroys)
	}
	if req.Method != http.MethodPost {
		return serve(l.server, req)
	}
	id := path.Base(path.Dir(req.URL.Path)) // of an extension
	paid, deployments := l.server.TotalPaid(), len(l.server.Deployments())
	before, extends := l.server.Deployment(id)
	resp, err := serve(l.server, req)
	l.checkSpent(op, l.server.TotalPaid()-paid)
	if extends {
		after, _ := l.server.Deployment(id)
		l.checkExtension(op, before, after)
	}
	for _, d := range l.server.Deployments()[deployments:] {
		op.bought = append(op.bought, d.ID)
		l.hours[d.ID] = d.DurationHours
		if len(op.bought) > 1 {
			l.problem("%s bought twice: %s", op.name, op.bought)
		}
	}
	return resp, err
}

// operation is one operation of a process on one resource.
type operation struct {
	name      string
	process   *process
	want      *deployment.Spec
	destroys  string   // the deployment that it may destroy
	bought    []string // what the API has sold
	confirmed []string // what the API has confirmed to the client: "extend", "update-name"
}

type operationKey struct{}

func operationOf(ctx context.Context) *operation { return ctx.Value(operationKey{}).(*operation) }
