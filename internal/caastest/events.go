package caastest

import "time"

// plans are what is going to happen to requests to come.
type plans struct {
	fates       []fate          // one for each deployment to come, in order
	ignored     map[string]bool // PATCH members acknowledged and dropped
	ignoreAll   bool            // as ignored, for every member
	stallDelete bool
}

// fate is what happens to a deployment in place of running.
type fate struct {
	fails  bool // else it stalls
	events []string
}

// Edit changes a deployment as somebody else would, in the console say. A new
// Status takes effect with its consequences, and a new number of Replicas
// makes or drops containers. It tells whether there is one of that id.
func (s *Server) Edit(id string, change func(*Deployment)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	r := s.record(id)
	if r == nil {
		return false
	}
	before, replicas := r.Status, r.Replicas
	change(&r.Deployment)
	now := s.options.Clock.Now()
	if after := r.Status; after != before {
		s.enter(r, after, now)
	}
	if r.Replicas != replicas {
		r.resize(s, now)
	}
	return true
}

// enter puts a deployment into a status without the way there.
func (s *Server) enter(r *record, status string, now time.Time) {
	switch status {
	case StatusFailed:
		s.fail(r, now, nil)
	case StatusCompleted, StatusDestroyed:
		s.finish(r, status, now, status)
	case StatusTerminating:
		r.terminated = now
	case StatusRunning:
		r.ready, r.Finished = now, time.Time{}
		s.run(r)
	case StatusRequested:
		r.ready = now.Add(s.options.Timings.Provision)
	}
}

// Fail makes a deployment fail now, with the events on each of its containers.
// It tells whether there is one of that id.
func (s *Server) Fail(id string, events ...string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	r := s.record(id)
	if r == nil {
		return false
	}
	s.fail(r, s.options.Clock.Now(), events)
	return true
}

// Vanish makes the API know nothing of a deployment from now on: 404, and
// missing in the list. It tells whether there is one of that id.
func (s *Server) Vanish(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	r := s.record(id)
	if r == nil {
		return false
	}
	r.vanished = true
	s.stock.giveBack(r.placed)
	r.placed = nil
	return true
}

// FailNext makes the next deployment that is deployed fail when its provision
// time is up, with the events on each of its containers. Called twice, it does
// so to the next two.
func (s *Server) FailNext(events ...string) { s.foretell(fate{fails: true, events: events}) }

// StallNext makes the next deployment that is deployed stay in "deployment
// requested", with the events on each of its containers, until a PATCH of its
// container mends it: it then runs after the provision time.
func (s *Server) StallNext(events ...string) { s.foretell(fate{events: events}) }

func (s *Server) foretell(f fate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next.fates = append(s.next.fates, f)
}

// meet lets the next fate, if there is one, come over a new deployment.
func (s *Server) meet(r *record) {
	if len(s.next.fates) == 0 {
		return
	}
	f := s.next.fates[0]
	s.next.fates = s.next.fates[1:]
	if f.fails {
		r.doomed = append([]string{}, f.events...)
		return
	}
	r.stalled = true
	for i := range r.Containers {
		for _, message := range f.events {
			r.Containers[i].Events = append(r.Containers[i].Events, Event{r.Created, message})
		}
	}
}

// IgnorePatch makes every PATCH from now on be acknowledged and the members
// named in it be dropped; all members when none is named.
func (s *Server) IgnorePatch(fields ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(fields) == 0 {
		s.next.ignoreAll = true
	}
	if s.next.ignored == nil {
		s.next.ignored = map[string]bool{}
	}
	for _, f := range fields {
		s.next.ignored[f] = true
	}
}

// StallDelete makes every deployment deleted from now on stay in "termination
// requested".
func (s *Server) StallDelete() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next.stallDelete = true
}

// Behave takes back FailNext, StallNext, IgnorePatch and StallDelete, for the
// deployments they have come over already too, but for those that have failed.
func (s *Server) Behave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	s.next = plans{}
	now := s.options.Clock.Now()
	for _, r := range s.records {
		if r.stalled && r.ready.Before(now) {
			r.ready = now
		}
		r.stalled, r.undying, r.doomed = false, false, nil
	}
}
