package caastest

import "time"

// Deployments returns deep copies of all deployments there ever were, in the
// order of their creation, at the clock's time.
func (s *Server) Deployments() []Deployment {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	all := make([]Deployment, 0, len(s.records))
	for _, r := range s.records {
		all = append(all, r.clone())
	}
	return all
}

// Deployment returns a deep copy of one deployment, vanished ones included,
// and whether there is one of that id.
func (s *Server) Deployment(id string) (Deployment, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	if r := s.record(id); r != nil {
		return r.clone(), true
	}
	return Deployment{}, false
}

// ByName returns a deep copy of the deployment of that name: the live one,
// else the last that was.
func (s *Server) ByName(name string) (Deployment, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	var found *record
	for _, r := range s.records {
		if r.Name == name && (found == nil || found.Ended() || !r.Ended()) {
			found = r
		}
	}
	if found == nil {
		return Deployment{}, false
	}
	return found.clone(), true
}

// Add puts a deployment into the account as if it had been there before, and
// returns its id. Nothing is paid and no replica taken for it. What is left
// empty gets a sensible value: a new id, status running since now, hardware
// 203 in location 1, one replica of 8 GPUs for 24 hours, port 80, and containers
// that are up. A container given with a Status is taken as it is.
func (s *Server) Add(d Deployment) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	now := s.options.Clock.Now()
	r := &record{Deployment: d.clone(), ready: now, listed: now}
	r.fill(s, now)
	if r.Status == StatusRequested {
		r.ready = r.Created.Add(s.options.Timings.Provision)
	}
	if r.Status == StatusTerminating {
		r.terminated = now
	}
	r.resize(s, now)
	s.records = append(s.records, r)
	return r.ID
}

// fill puts defaults where Add was told nothing.
func (r *record) fill(s *Server, now time.Time) {
	orElse(&r.ID, s.names.next)
	orElse(&r.Status, func() string { return StatusRunning })
	orElse(&r.Name, func() string { return "deployment-" + r.ID[:8] })
	orElse(&r.HardwareID, func() int { return 203 })
	orElse(&r.Replicas, func() int { return max(len(r.Containers), 1) })
	orElse(&r.GPUsPerContainer, func() int { return 8 })
	orElse(&r.DurationHours, func() int { return 24 })
	orElse(&r.TrafficPort, func() int { return 80 })
	if r.LocationIDs == nil {
		r.LocationIDs = []int{1}
	}
	if r.Created.IsZero() {
		r.Created = now
		if !r.Started.IsZero() {
			r.Created = r.Started
		}
	}
	if r.Started.IsZero() && r.Status != StatusRequested && r.Status != StatusFailed {
		r.Started = r.Created
	}
	if r.Finished.IsZero() && r.Ended() {
		r.Finished = now
	}
	if h := s.stock.row(r.HardwareID); h != nil && r.AmountPaid == 0 {
		r.AmountPaid = cost(h, r.GPUsPerContainer, r.Replicas, r.DurationHours)
	}
}

// orElse sets *v to what otherwise returns when it is the zero value.
func orElse[T comparable](v *T, otherwise func() T) {
	var zero T
	if *v == zero {
		*v = otherwise()
	}
}

// resize gives the deployment as many containers as it has replicas, and each
// what it lacks, in the state the deployment is in.
func (r *record) resize(s *Server, now time.Time) {
	if len(r.Containers) > r.Replicas {
		r.Containers = r.Containers[:max(r.Replicas, 0)]
	}
	for len(r.Containers) < r.Replicas {
		r.Containers = append(r.Containers, Container{})
	}
	for i := range r.Containers {
		c := &r.Containers[i]
		orElse(&c.DeviceID, s.names.next)
		orElse(&c.ContainerID, s.names.next)
		if c.Created.IsZero() {
			c.Created = now
		}
		if c.Status != "" {
			continue
		}
		switch r.Status {
		case StatusRequested:
			c.Status = StatusDeploying
		case StatusFailed:
			c.Status = StatusFailed
		case StatusCompleted, StatusDestroyed:
			c.Status = StatusStopped
		default:
			c.Status, c.PublicURL = StatusRunning, publicURL(c.ContainerID)
		}
	}
}

// record returns the record of that id, or nil. The caller holds the lock.
func (s *Server) record(id string) *record {
	for _, r := range s.records {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// known is record for the API's side: what has vanished isn't known there.
func (s *Server) known(id string) *record {
	if r := s.record(id); r != nil && !r.vanished {
		return r
	}
	return nil
}

// holder returns the deployment that holds a name, or nil.
func (s *Server) holder(name string) *record {
	for _, r := range s.records {
		if r.Name == name && !r.vanished && s.holdsName(r) {
			return r
		}
	}
	return nil
}

func (s *Server) holdsName(r *record) bool {
	if s.options.EndedNamesTaken {
		return r.Status != StatusDestroyed
	}
	return !r.Ended()
}
