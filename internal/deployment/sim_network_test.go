package deployment_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
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
	name      string
	performed bool // the API performs the request first
	refused   bool // no connection
	reset     bool // no reply
	hang      bool // no reply until the client gives up
	truncate  bool
	empty     bool
	status    int
	body      string
	header    http.Header
	purchases bool // only deploy and extend
}

var simFaults = []simFault{
	{name: "connection refused", refused: true},
	{name: "reset before", reset: true},
	{name: "reset after", reset: true, performed: true},
	{name: "hang before", hang: true},
	{name: "hang after", hang: true, performed: true},
	{name: "truncated", truncate: true, performed: true},
	{name: "empty body", empty: true, performed: true},
	{name: "500", status: 500, body: `{"detail": "Internal Server Error"}`},
	{name: "502 after", status: 502, body: "<html></html>", performed: true},
	{name: "503", status: 503, header: http.Header{"Retry-After": {"7"}}},
	{name: "429", status: 429},
	{name: "429 with Retry-After", status: 429, header: http.Header{"Retry-After": {"20"}}},
	{name: "401", status: 401, body: `{"detail": "Invalid or expired token"}`},
	{name: "404", status: 404, body: `{"detail": "Not Found"}`},
	{name: "409", status: 409, body: `{"detail": "busy"}`},
	{name: "payment required", status: 200, body: `{"status": "payment_required"}`, purchases: true},
	{name: "payment required in data", status: 200, body: `{"data": {"status": "payment_required"}}`, purchases: true},
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
		fault = simFault{name: "killed", reset: true, performed: l.chance(0.5)}
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
func (l *life) answer(req *http.Request, op *operation, fault simFault) (*http.Response, error) {
	if fault.refused {
		l.log("%s %s → %s", op.name, requestLine(req), fault.name)
		return nil, errors.New("connection refused")
	}
	noteConnection(req)
	recorder := httptest.NewRecorder()
	if fault.performed || fault.name == "" {
		l.perform(recorder, req, op)
	}
	resp := recorder.Result()
	switch {
	case fault.reset || fault.hang:
		l.log("%s %s → %s", op.name, requestLine(req), fault.name)
		return nil, errors.New("connection reset by peer")
	case fault.truncate:
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(recorder.Body.Bytes()[:recorder.Body.Len()/2]), errorReader{}))
	case fault.empty:
		resp.Body = http.NoBody
	case fault.status != 0:
		resp = &http.Response{StatusCode: fault.status, Header: fault.header.Clone(), Body: io.NopCloser(strings.NewReader(fault.body))}
		if resp.Header == nil {
			resp.Header = http.Header{}
		}
	}
	if resp.StatusCode == http.StatusOK && fault.status == 0 && !fault.truncate {
		op.confirmed = append(op.confirmed, path.Base(req.URL.Path))
	}
	l.log("%s %s → %d %s", op.name, requestLine(req), resp.StatusCode, fault.name)
	return resp, nil
}

// perform calls the mock and notes what the request changed.
func (l *life) perform(recorder *httptest.ResponseRecorder, req *http.Request, op *operation) {
	if req.Method == http.MethodDelete && !strings.HasSuffix(req.URL.Path, "/"+op.destroys) {
		l.problem("%s destroys %s, wanted is %q", op.name, req.URL.Path, op.destroys)
	}
	in := req.Clone(req.Context())
	in.URL.Scheme, in.URL.Host = "", ""
	if req.Method != http.MethodPost {
		l.server.ServeHTTP(recorder, in)
		return
	}
	paid := l.server.TotalPaid()
	defer func() { l.checkSpent(op, l.server.TotalPaid()-paid) }()
	if id, found := strings.CutSuffix(strings.TrimPrefix(req.URL.Path, caastest.Prefix+"/deployment/"), "/extend"); found {
		before, _ := l.server.Deployment(id)
		l.server.ServeHTTP(recorder, in)
		after, _ := l.server.Deployment(id)
		l.checkExtension(op, before, after)
		return
	}
	before := len(l.server.Deployments())
	l.server.ServeHTTP(recorder, in)
	for _, d := range l.server.Deployments()[before:] {
		op.bought = append(op.bought, d.ID)
		l.hours[d.ID] = d.DurationHours
		if len(op.bought) > 1 {
			l.problem("%s bought twice: %s", op.name, op.bought)
		}
	}
}

// requestLine is a request as the trace shows it.
func requestLine(req *http.Request) string {
	return req.Method + " " + strings.TrimPrefix(req.URL.RequestURI(), caastest.Prefix)
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
