package caastest

import (
	"math"
	"time"
)

// advance brings every deployment to where the clock says it is. It runs at
// the start of each request and each look from outside, with the lock held.
func (s *Server) advance() {
	now := s.options.Clock.Now()
	for _, r := range s.records {
		s.advanceOne(r, now)
	}
}

// advanceOne takes one deployment through as many phases as now allows.
func (s *Server) advanceOne(r *record, now time.Time) {
	if r.Status == StatusRequested && !r.stalled && !r.ready.After(now) {
		if r.doomed != nil {
			s.fail(r, r.ready, r.doomed)
		} else {
			s.run(r)
		}
	}
	if r.Status == StatusRunning {
		if !r.public.IsZero() && !r.public.After(now) {
			r.publish()
		}
		if end := r.paidUntil(); !end.After(now) {
			s.finish(r, StatusCompleted, end, "the paid time is up")
		}
	}
	if r.Status == StatusTerminating && !r.undying {
		if gone := r.terminated.Add(s.options.Timings.Terminate); !gone.After(now) {
			s.refund(r)
			s.finish(r, StatusDestroyed, gone, "destroyed")
		}
	}
}

// run makes a requested deployment run since the moment it was ready. One that
// ran before keeps its start: its time was running all along.
func (s *Server) run(r *record) {
	r.Status = StatusRunning
	if r.Started.IsZero() {
		r.Started = r.ready
	}
	r.public = r.ready.Add(s.options.Timings.URL)
	for i := range r.Containers {
		c := &r.Containers[i]
		c.Status = StatusRunning
		c.Events = append(c.Events, Event{r.ready, "container started"})
	}
}

func (r *record) publish() {
	for i := range r.Containers {
		if c := &r.Containers[i]; c.Status == StatusRunning && c.PublicURL == "" {
			c.PublicURL = publicURL(c.ContainerID)
			c.Events = append(c.Events, Event{r.public, "public URL ready"})
		}
	}
	r.public = time.Time{}
}

func publicURL(containerID string) string {
	return "https://" + containerID + ".caas.example.test"
}

// paidUntil is when the paid time of a started deployment is up.
func (r *record) paidUntil() time.Time {
	return r.Started.Add(time.Duration(r.DurationHours) * time.Hour)
}

// fail ends a deployment as failed, for the reasons given.
func (s *Server) fail(r *record, at time.Time, events []string) {
	r.Status, r.Finished, r.doomed = StatusFailed, at, nil
	s.stock.giveBack(r.placed)
	r.placed = nil
	for i := range r.Containers {
		c := &r.Containers[i]
		c.Status, c.PublicURL = StatusFailed, ""
		for _, message := range events {
			c.Events = append(c.Events, Event{at, message})
		}
	}
}

// finish ends a deployment that ran or was told to go.
func (s *Server) finish(r *record, status string, at time.Time, event string) {
	r.Status = status
	if r.Finished.IsZero() {
		r.Finished = at
	}
	s.stock.giveBack(r.placed)
	r.placed = nil
	for i := range r.Containers {
		c := &r.Containers[i]
		c.PublicURL = ""
		if c.Status != StatusFailed {
			c.Status = StatusStopped
		}
		c.Events = append(c.Events, Event{at, event})
	}
}

// terminate begins the end of a deployment.
func (s *Server) terminate(r *record) {
	now := s.options.Clock.Now()
	r.Status, r.terminated = StatusTerminating, now
	for i := range r.Containers {
		c := &r.Containers[i]
		c.Events = append(c.Events, Event{now, "termination requested"})
	}
	s.advanceOne(r, now)
}

// restart sends a deployment back to the start, to run again after d.
func (s *Server) restart(r *record, d time.Duration) {
	now := s.options.Clock.Now()
	r.Status, r.ready, r.public = StatusRequested, now.Add(d), time.Time{}
	r.stalled, r.doomed, r.Finished = false, nil, time.Time{}
	for i := range r.Containers {
		c := &r.Containers[i]
		c.Status, c.PublicURL = StatusDeploying, ""
		c.Events = append(c.Events, Event{now, "container changed, starting again"})
	}
	s.advanceOne(r, now)
}

// refund pays back what a deployment that is destroyed early has not used, to
// the minute and never the first hour (reference). It counts up to the request
// of the termination, or to an end before that.
func (s *Server) refund(r *record) {
	paid := float64(r.DurationHours * 60)
	used := 60.0
	if !r.Started.IsZero() {
		end := r.terminated
		if !r.Finished.IsZero() {
			end = r.Finished
		}
		used = max(used, math.Ceil(end.Sub(r.Started).Minutes()))
	}
	if used >= paid {
		return
	}
	back := cents(r.AmountPaid * (paid - used) / paid)
	r.AmountPaid = cents(r.AmountPaid - back)
	s.spent -= back
}

// cents rounds an amount of USDC to the two digits an account shows.
func cents(usdc float64) float64 { return math.Round(usdc*100) / 100 }

// pay books an amount, or tells that the account can't pay it.
func (s *Server) pay(usdc float64) bool {
	if s.options.Balance > 0 && s.spent+usdc > s.options.Balance+0.001 {
		return false
	}
	s.spent += usdc
	return true
}

// cost is the price of so many hours of so many replicas, in USDC.
func cost(h *hardware, gpus, replicas, hours int) float64 {
	return cents(h.price * float64(gpus*replicas*hours))
}
