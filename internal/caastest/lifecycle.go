package caastest

import (
	"math"
	"slices"
	"time"
)

// advance takes one deployment through as many phases as have passed.
func (s *Server) advance(r *record) {
	now := s.now()
	passed := func(t time.Time) bool { return !t.IsZero() && !t.After(now) }
	if r.Status == StatusRunning && passed(r.restartAt) {
		s.restart(r, r.restartAt, s.options.Timings.Restart, takeOutcome(&s.restarts))
	}
	if r.Status == StatusRequested && !r.outcome.stalls && passed(r.readyAt) {
		if r.outcome.fails {
			s.fail(r, r.readyAt, r.outcome.events)
		} else {
			s.run(r)
		}
	}
	if r.Status == StatusRunning {
		if passed(r.publicAt) {
			s.publish(r)
		}
		if end := r.billedFrom.Add(time.Duration(r.DurationHours) * time.Hour); passed(end) {
			s.finish(r, StatusCompleted, end, "the prepaid time has expired")
		}
	}
	if r.Status == StatusTerminating && !s.options.NeverTerminate {
		if end := r.terminatedAt.Add(s.options.Timings.Terminate); passed(end) {
			s.finish(r, StatusDestroyed, end, "destroyed")
		}
	}
}

// run makes a requested deployment run since it was ready.
func (s *Server) run(r *record) {
	setDefault(&r.Started, r.readyAt)
	setDefault(&r.billedFrom, r.readyAt)
	r.publicAt = r.readyAt.Add(s.options.Timings.URL)
	r.setStatus(StatusRunning, StatusRunning, r.readyAt, "container started")
}

// publish gives the running containers their public URLs.
func (s *Server) publish(r *record) {
	for i := range r.Containers {
		if c := &r.Containers[i]; c.Status == StatusRunning && c.PublicURL == "" {
			s.expose(c, r.publicAt)
			c.Events = append(c.Events, Event{r.publicAt, "public URL ready"})
		}
	}
	r.publicAt = time.Time{}
}

// expose gives a container its public URL.
func (s *Server) expose(c *Container, at time.Time) {
	c.PublicURL, c.readyAt = "https://"+c.ContainerID+".caas.example.test", at.Add(s.options.Timings.Ready)
	if s.public != nil {
		c.PublicURL = s.public.URL + "/" + c.ContainerID
	}
}

// restart returns a deployment to "deployment requested" for a duration.
func (s *Server) restart(r *record, at time.Time, d time.Duration, o outcome) {
	r.readyAt, r.publicAt, r.restartAt, r.Finished = at.Add(d), time.Time{}, time.Time{}, time.Time{}
	r.outcome = o
	if s.options.RestartResetsStart {
		r.Started = time.Time{}
	}
	r.setStatus(StatusRequested, StatusDeploying, at, "container changed, restarting")
}

// terminate requests the termination of a deployment.
func (s *Server) terminate(r *record) {
	r.terminatedAt, r.restartAt = s.now(), time.Time{}
	r.Status = StatusTerminating
	r.updateListing(r.terminatedAt)
	r.addEvents(r.terminatedAt, "termination requested")
	s.advance(r)
}

// fail ends a deployment as failed, with events on each container.
func (s *Server) fail(r *record, at time.Time, events []string) {
	r.Finished, r.outcome, r.placed = at, outcome{}, nil
	r.setStatus(StatusFailed, StatusFailed, at, events...)
}

// finish ends a deployment as completed or destroyed.
func (s *Server) finish(r *record, status string, at time.Time, event string) {
	setDefault(&r.Finished, at)
	r.endedAt, r.placed = at, nil
	r.setStatus(status, StatusStopped, at, event)
}

// setStatus changes the status of a deployment and of its containers, and adds
// events to all of them.
func (r *record) setStatus(status, containerStatus string, at time.Time, events ...string) {
	r.Status = status
	r.updateListing(at)
	for i := range r.Containers {
		c := &r.Containers[i]
		c.Status = containerStatus
		if containerStatus != StatusRunning {
			c.PublicURL = ""
		}
	}
	r.addEvents(at, events...)
}

func (r *record) addEvents(at time.Time, events ...string) {
	for i := range r.Containers {
		c := &r.Containers[i]
		for _, message := range events {
			c.Events = append(c.Events, Event{at, message})
		}
	}
}

// cents rounds an amount in USDC to cents.
func cents(usdc float64) float64 { return math.Round(usdc*100) / 100 }

// outcome is how a request or a restart ends in place of running.
type outcome struct {
	fails  bool
	stalls bool // stays in deployment requested
	events []string
}

// FailNext makes the next deployment fail when it should run, with events on
// each container. Further calls are for the deployments after it.
func (s *Server) FailNext(events ...string) {
	s.queueOutcome(&s.outcomes, outcome{fails: true, events: events})
}

// StallNext makes the next deployment stay in "deployment requested", with
// events on each container, until a PATCH restarts it.
func (s *Server) StallNext(events ...string) {
	s.queueOutcome(&s.outcomes, outcome{stalls: true, events: events})
}

// FailNextRestart makes the next running deployment that a PATCH changes fail
// after Timings.RestartDelay and Timings.Restart, with events on each container.
func (s *Server) FailNextRestart(events ...string) {
	s.queueOutcome(&s.restarts, outcome{fails: true, events: events})
}

func (s *Server) queueOutcome(queue *[]outcome, o outcome) {
	defer s.lock()()
	*queue = append(*queue, o)
}

// takeOutcome removes the first outcome of a queue, if there is one.
func takeOutcome(queue *[]outcome) outcome {
	if len(*queue) == 0 {
		return outcome{}
	}
	first := (*queue)[0]
	*queue = slices.Delete(*queue, 0, 1)
	return first
}

// Restore undoes FailNext, StallNext and FailNextRestart, and the options
// IgnoredPatchMembers and NeverTerminate, also for the deployments that they
// apply to already, except for failed ones.
func (s *Server) Restore() {
	defer s.lock()()
	s.outcomes, s.restarts = nil, nil
	s.options.IgnoredPatchMembers, s.options.NeverTerminate = nil, false
	for _, r := range s.records {
		if r.outcome.stalls && r.readyAt.Before(s.now()) {
			r.readyAt = s.now()
		}
		r.outcome = outcome{}
	}
}
