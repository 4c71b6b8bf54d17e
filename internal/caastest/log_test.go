package caastest_test

import (
	"net/http"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func TestLog(t *testing.T) {
	c := newClient(t, caastest.Options{})
	id := c.Add(caastest.Deployment{Containers: []caastest.Container{{ContainerID: "c-1"}}})
	c.SetLog("c-1", "stdout", "one", "two")
	c.SetLog("c-1", "stderr", "oops")
	r := c.call(http.StatusOK, "GET", "/deployment/"+id+"/log/c-1", nil)
	if r.body != "one\ntwo\n" || r.header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		t.Errorf("%q %v", r.body, r.header)
	}
	c.SetFormat(caastest.Format{SSEFraming: true})
	if r := c.call(http.StatusOK, "GET", "/deployment/"+id+"/log/c-1?stream=stderr", nil); r.body != "data: oops\n\n" {
		t.Errorf("%q", r.body)
	}
	c.call(http.StatusNotFound, "GET", "/deployment/"+id+"/log/unknown", nil).want("detail", "Container not found")
	c.call(http.StatusNotFound, "GET", "/deployment/unknown/log/c-1", nil).want("detail", "Deployment not found")
}
