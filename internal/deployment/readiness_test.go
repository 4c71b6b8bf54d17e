package deployment_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// TestWaitReady serves the public URLs, which answer 503 before they answer 200.
func TestWaitReady(t *testing.T) {
	s := newService(t, caastest.Options{ServePublicURLs: true, Timings: caastest.Timings{Provision: time.Minute, URL: time.Minute, Ready: time.Minute}})
	id := s.create()
	var urls []string
	waited := s.elapsed(func() {
		var err error
		urls, err = s.WaitReady(s.within(time.Hour), id, "/health")
		noError(t, err)
	})
	wantWaited(t, waited, 3*time.Minute, 4*time.Minute)
	d, _ := s.api.Deployment(id)
	wantEqual(t, "URLs", len(urls) == 1 && urls[0] == d.Containers[0].PublicURL, true)
	for _, r := range s.api.PublicRequests() {
		wantEqual(t, "path", r.Path, "/"+d.Containers[0].ContainerID+"/health")
		wantEqual(t, "credential", r.Header.Get("Authorization"), "")
	}
}

func TestWaitReady_ends(t *testing.T) {
	for name, test := range map[string]struct {
		change func(s *testService, id string)
		want   error
	}{
		"not ready in time": {func(*testService, string) {}, deployment.ErrTimeout},
		"no containers": {func(s *testService, id string) {
			s.api.Inject(caastest.Fault{Path: "/deployment/{}", Times: -1, Body: `{"data": {"id": "` + id + `", "status": "running"}}`})
			s.api.Inject(caastest.Fault{Path: "/deployment/{}/containers", Times: -1, Body: `{"data": {"workers": []}}`})
		}, deployment.ErrTimeout},
		"failed":    {func(s *testService, id string) { s.api.Fail(id) }, deployment.ErrFailed},
		"not found": {func(s *testService, id string) { s.api.Forget(id) }, deployment.ErrNotFound},
		"completed": {func(s *testService, id string) { s.edit(id, caastest.StatusCompleted) }, deployment.ErrEnded},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{ServePublicURLs: true, Timings: caastest.Timings{Provision: time.Minute, Ready: time.Hour}})
			id := s.create()
			test.change(s, id)
			_, err := s.WaitReady(s.within(10*time.Minute), id, "/")
			wantError(t, err, test.want)
			if name == "no containers" {
				wantEqual(t, "answers", errors.As(err, new(*deployment.NotReadyError)), false)
			}
			if name == "not ready in time" {
				answers := wantErrorAs[*deployment.NotReadyError](t, err).Answers
				wantEqual(t, "answer", len(answers) == 1 && strings.Contains(answers[0], "503 Service Unavailable"), true)
			}
			wantEqual(t, "changes", s.api.Count("DELETE", "")+s.api.Count("PATCH", ""), 0)
		})
	}
}
