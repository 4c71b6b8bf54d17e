package caastest_test

import (
	"errors"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestFault_skipTimesAndPattern(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.Add(caastest.Deployment{})
	c.Inject(caastest.Fault{
		Method: "GET", Path: "/deployment/{}", Skip: 1, Times: 2, Status: 503,
		Header: http.Header{"retry-after": {"7"}}, Body: "<html>", ContentType: "text/html",
	})
	c.get("/deployments")
	c.detail(id)
	for range 2 {
		g := c.call(503, "GET", "/deployment/"+id, "")
		if g.body != "<html>" || g.header.Get("Retry-After") != "7" || g.header.Get("Content-Type") != "text/html" {
			t.Errorf("%+v", g)
		}
	}
	c.detail(id)

	c.Inject(caastest.Fault{Times: -1, Body: "nothing"})
	for range 3 {
		if g := c.get("/deployments"); g.body != "nothing" {
			t.Error(g.body)
		}
	}
	c.ClearFaults()
	if g := c.get("/deployments"); g.body == "nothing" {
		t.Error("the fault is not cleared")
	}
}

func TestFault_distortions(t *testing.T) {
	for name, tc := range map[string]struct {
		fault caastest.Fault
		made  bool // the deployment exists all the same
		check func(reply, error) bool
	}{
		"502":         {caastest.Fault{Status: 502}, false, func(g reply, _ error) bool { return g.status == 502 && g.body == "" }},
		"502 after":   {caastest.Fault{Status: 502, AfterWork: true}, true, func(g reply, _ error) bool { return g.status == 502 }},
		"reset":       {caastest.Fault{Reset: true}, false, func(_ reply, err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		"reset after": {caastest.Fault{Reset: true, AfterWork: true}, true, func(_ reply, err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		"truncate":    {caastest.Fault{Truncate: 5}, true, func(g reply, err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) && len(g.body) == 5 }},
		"empty body":  {caastest.Fault{EmptyBody: true}, true, func(g reply, err error) bool { return err == nil && g.status == 200 && g.body == "" }},
		"header": {
			caastest.Fault{Header: http.Header{"Content-Type": {"text/plain"}}}, true,
			func(g reply, _ error) bool { return g.header.Get("Content-Type") == "text/plain" && g.body != "" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, caastest.Options{})
			c.get("/deployments") // a connection that may be used again
			tc.fault.Method = "POST"
			c.Inject(tc.fault)
			if g, err := c.try("POST", "/deploy", deployBody("app")); !tc.check(g, err) {
				t.Errorf("%+v, %v", g, err)
			}
			if made := len(c.Deployments()) == 1; made != tc.made {
				t.Errorf("deployed: %v", made)
			}
			if calls := c.Requests("", ""); len(calls) != 2 || calls[0].Faulted || !calls[1].Faulted {
				t.Errorf("%+v", calls)
			}
		})
	}
}

func TestFault_doRunsBeforeOrAfterTheOperation(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.deploy("app")
	c.Inject(caastest.Fault{Do: func() { c.clock.Advance(90 * time.Second) }})
	c.wantStatus(id, "running")
	c.Inject(caastest.Fault{AfterWork: true, Do: func() { c.clock.Advance(10 * time.Hour) }})
	c.wantStatus(id, "running")
	c.wantStatus(id, "completed")
}
