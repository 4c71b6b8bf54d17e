package caastest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"
)

// Deployments returns copies of all deployments that ever existed, in the order
// of their creation, at the clock's time.
func (s *Server) Deployments() []Deployment {
	defer s.lock()()
	all := make([]Deployment, 0, len(s.records))
	for _, r := range s.records {
		all = append(all, r.clone())
	}
	return all
}

// Deployment returns a copy of the deployment with an id, forgotten ones
// included, and whether it exists.
func (s *Server) Deployment(id string) (Deployment, bool) {
	defer s.lock()()
	r := s.record(id)
	if r == nil {
		return Deployment{}, false
	}
	return r.clone(), true
}

// ByName returns a copy of the deployment with a name, the live one, or else the
// last one, and whether it exists.
func (s *Server) ByName(name string) (Deployment, bool) {
	var found Deployment
	for _, d := range s.Deployments() {
		if d.Name == name && (found.ID == "" || found.Ended() || !d.Ended()) {
			found = d
		}
	}
	return found, found.ID != ""
}

// Add adds a deployment as if it had existed before, and returns its id. Nothing
// is paid. What is empty gets a default: a new id, status running since now,
// hardware 203 in location 1, one replica of 8 GPUs for 24 hours, port 80, and
// running containers. A container with a Status is taken as it is.
func (s *Server) Add(d Deployment) string {
	defer s.lock()()
	r := &record{Deployment: d.clone(), readyAt: s.now()}
	s.fillDefaults(r)
	r.billedFrom = r.Started
	switch r.Status {
	case StatusRequested:
		r.readyAt = r.Created.Add(s.options.Timings.Provision)
	case StatusTerminating:
		r.terminatedAt = s.now()
	}
	r.updateListing(time.Time{})
	s.resize(r)
	s.records = append(s.records, r)
	return r.ID
}

// fillDefaults sets what is empty, see Add.
func (s *Server) fillDefaults(r *record) {
	now := s.now()
	setDefault(&r.ID, s.newID())
	setDefault(&r.Status, StatusRunning)
	setDefault(&r.Name, "deployment-"+r.ID[:8])
	setDefault(&r.HardwareID, 203)
	setDefault(&r.Replicas, max(len(r.Containers), 1))
	setDefault(&r.GPUsPerContainer, 8)
	setDefault(&r.DurationHours, 24)
	setDefault(&r.TrafficPort, 80)
	setDefault(&r.Created, r.Started)
	setDefault(&r.Created, now)
	if r.LocationIDs == nil {
		r.LocationIDs = []int{1}
	}
	if r.Status != StatusRequested && r.Status != StatusFailed {
		setDefault(&r.Started, r.Created)
	}
	if r.Ended() {
		setDefault(&r.Finished, now)
	}
	setDefault(&r.AmountPaid, s.cost(&r.Deployment, r.DurationHours))
}

// resize gives a deployment as many containers as it has replicas, in its
// status.
func (s *Server) resize(r *record) {
	for len(r.Containers) < r.Replicas {
		r.Containers = append(r.Containers, Container{})
	}
	r.Containers = r.Containers[:r.Replicas]
	for i := range r.Containers {
		c := &r.Containers[i]
		setDefault(&c.DeviceID, s.newID())
		setDefault(&c.ContainerID, s.newID())
		setDefault(&c.Created, s.now())
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
			c.Status = StatusRunning
			s.expose(c, s.now())
		}
	}
}

// Edit changes a deployment from outside, as the web console does. A new Status
// takes effect with its consequences, a new number of Replicas adds or removes
// containers. Like Fail and Forget, it panics when the deployment does not exist.
func (s *Server) Edit(id string, change func(*Deployment)) {
	s.change(id, func(r *record) {
		before := r.clone()
		change(&r.Deployment)
		if r.Started != before.Started {
			r.billedFrom = r.Started
		}
		if r.Status != before.Status {
			s.enter(r)
		}
		r.updateListing(s.now())
		if r.Replicas != before.Replicas {
			s.resize(r)
		}
	})
}

// enter applies the consequences of a status that was set from outside.
func (s *Server) enter(r *record) {
	now := s.now()
	switch r.Status {
	case StatusFailed:
		s.fail(r, now, nil)
	case StatusCompleted, StatusDestroyed:
		s.finish(r, r.Status, now, r.Status)
	case StatusTerminating:
		r.terminatedAt = now
	case StatusRunning:
		r.readyAt, r.Finished = now, time.Time{}
		s.run(r)
	case StatusRequested:
		r.readyAt = now.Add(s.options.Timings.Provision)
	}
}

// Fail makes a deployment fail now, with events on each container.
func (s *Server) Fail(id string, events ...string) {
	s.change(id, func(r *record) { s.fail(r, s.now(), events) })
}

// Forget makes a deployment unknown to the API: 404, and missing in the list.
func (s *Server) Forget(id string) {
	s.change(id, func(r *record) { r.forgotten, r.placed = true, nil })
}

// change calls change with the deployment with an id.
func (s *Server) change(id string, change func(*record)) {
	defer s.lock()()
	r := s.record(id)
	if r == nil {
		panic("caastest: no deployment " + id)
	}
	change(r)
}

// record returns the record with an id, or nil. The caller holds the lock.
func (s *Server) record(id string) *record {
	for _, r := range s.records {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// newID returns a version 4 UUID. The ids are the same in every run, so that what
// tests print is stable.
func (s *Server) newID() string {
	s.lastID++
	b := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("caastest"), s.lastID))
	b[6] = b[6]&0x0f | 0x40 // version 4
	b[8] = b[8]&0x3f | 0x80 // variant 1
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
