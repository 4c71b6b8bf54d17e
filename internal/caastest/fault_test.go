package caastest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestFault_skipTimesAndPattern(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.Add(caastest.Deployment{})
	c.Inject(caastest.Fault{
		Method: "GET", Path: "/deployment/{}", Skip: 1, Times: 2, Status: 503,
		Header: http.Header{"retry-after": {"7"}}, Body: "<html>", ContentType: "text/html",
	})
	c.call(200, "GET", "/deployments", nil)
	c.call(200, "GET", "/deployment/"+id, nil)
	for range 2 {
		g := c.call(503, "GET", "/deployment/"+id, nil)
		if g.body != "<html>" || g.header.Get("Retry-After") != "7" || g.header.Get("Content-Type") != "text/html" {
			t.Errorf("%+v", g)
		}
	}
	c.call(200, "GET", "/deployment/"+id, nil)

	c.Inject(caastest.Fault{Times: -1, Body: "nothing"})
	for range 3 {
		if g := c.call(200, "GET", "/deployments", nil); g.body != "nothing" {
			t.Error(g.body)
		}
	}
	c.ClearFaults()
	if g := c.call(200, "GET", "/deployments", nil); g.body == "nothing" {
		t.Error("the fault is not cleared")
	}
}

func TestFault_distortions(t *testing.T) {
	for name, tc := range map[string]struct {
		fault caastest.Fault
		made  bool // the deployment is made all the same
		check func(got, error) bool
	}{
		"status": {caastest.Fault{Status: 502}, false, func(g got, _ error) bool { return g.status == 502 && g.body == "" }},
		"502":    {caastest.Fault{Status: 502, AfterWork: true}, true, func(g got, _ error) bool { return g.status == 502 }},
		"redirect": {
			caastest.Fault{Status: 302, Header: http.Header{"Location": {"http://other.test/"}}}, false,
			func(g got, _ error) bool { return g.status == 302 && g.header.Get("Location") == "http://other.test/" },
		},
		"reset":       {caastest.Fault{Reset: true}, false, func(_ got, err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		"502 reset":   {caastest.Fault{Reset: true, AfterWork: true}, true, func(_ got, err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		"truncate":    {caastest.Fault{Truncate: 5}, true, func(g got, err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) && len(g.body) == 5 }},
		"no truncate": {caastest.Fault{Truncate: 5000}, true, func(g got, err error) bool { return err == nil && len(g.body) > 5 }},
		"empty body":  {caastest.Fault{EmptyBody: true}, true, func(g got, err error) bool { return err == nil && g.status == 200 && g.body == "" }},
		"header": {
			caastest.Fault{Header: http.Header{"Content-Type": {"text/plain"}}}, true,
			func(g got, _ error) bool { return g.header.Get("Content-Type") == "text/plain" && g.body != "" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, caastest.Options{})
			c.call(200, "GET", "/deployments", nil) // a connection that may be used again
			tc.fault.Method, tc.fault.Name = "POST", "mine"
			c.Inject(tc.fault)
			if g, err := c.try("POST", "/deploy", order("app")); !tc.check(g, err) {
				t.Errorf("%+v, %v", g, err)
			}
			if made := len(c.Deployments()) == 1; made != tc.made {
				t.Errorf("deployed: %v", made)
			}
			if calls := c.Calls("POST", "/deploy"); len(calls) != 1 || calls[0].Fault != "mine" {
				t.Errorf("%+v", calls)
			}
		})
	}
}

func TestFault_hangEndsWithTheClientOrTheServer(t *testing.T) {
	c := start(t, caastest.Options{})
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("gone")
	hang := func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, "GET", c.URL()+caastest.Prefix+"/deployments", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err == nil {
			_ = res.Body.Close()
		}
		return err
	}
	c.Inject(caastest.Fault{Hang: true, Do: func() { cancel(gone) }})
	if err := hang(ctx); !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
	closing := make(chan struct{})
	c.Inject(caastest.Fault{Hang: true, Do: func() { close(closing) }})
	go func() {
		<-closing
		c.Close()
	}()
	if err := hang(t.Context()); err == nil {
		t.Error("answered")
	}
}

func TestFault_doHappensBeforeTheWorkOrAfterIt(t *testing.T) {
	c := start(t, caastest.Options{})
	id := c.deploy("app")
	c.Inject(caastest.Fault{Do: func() { c.clock.Advance(90 * time.Second) }})
	if got := c.status(id); got != "running" {
		t.Errorf("%v", got)
	}
	c.Inject(caastest.Fault{AfterWork: true, Do: func() { c.clock.Advance(10 * time.Hour) }})
	if got := c.status(id); got != "running" {
		t.Errorf("%v", got)
	}
	if got := c.status(id); got != "completed" {
		t.Errorf("%v", got)
	}
	if calls := c.Calls("GET", ""); calls[0].Fault != "notice" || calls[2].Fault != "" {
		t.Errorf("%+v", calls)
	}
}

func TestLatency(t *testing.T) {
	c := start(t, caastest.Options{})
	c.SetLatency(5 * time.Millisecond)
	c.Inject(caastest.Fault{Latency: 5 * time.Millisecond})
	before := time.Now()
	c.call(200, "GET", "/deployments", nil)
	if took := time.Since(before); took < 10*time.Millisecond {
		t.Errorf("took %v", took)
	}
}

func TestLimit(t *testing.T) {
	c := start(t, caastest.Options{})
	c.Limit(0.001, 2, "3")
	c.call(200, "GET", "/deployments", nil)
	c.call(200, "GET", "/deployments", nil)
	g := c.call(429, "GET", "/deployments", nil)
	if g.header.Get("Retry-After") != "3" {
		t.Errorf("%v", g.header)
	}
	if calls := c.Calls("", "/deployments"); calls[2].Status != 429 || calls[2].Fault != "limit" {
		t.Errorf("%+v", calls)
	}
	c.Limit(0.001, 0, "")
	if g := c.call(429, "GET", "/deployments", nil); g.header.Get("Retry-After") != "" {
		t.Errorf("%v", g.header)
	}
	c.Limit(0, 0, "")
	c.call(200, "GET", "/deployments", nil)
}
