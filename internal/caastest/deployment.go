package caastest

import (
	"maps"
	"slices"
	"time"
)

// Status values of a deployment (reference). Containers use StatusRunning and
// StatusFailed too.
const (
	StatusRequested   = "deployment requested"
	StatusRunning     = "running"
	StatusCompleted   = "completed" // its paid time is up
	StatusFailed      = "failed"
	StatusTerminating = "termination requested"
	StatusDestroyed   = "destroyed"
)

// Status values of a container that a deployment doesn't have (our reading).
const (
	StatusDeploying = "deploying"
	StatusStopped   = "stopped"
)

// Deployment is everything the mock knows of one deployment, with what the API
// takes and never returns.
type Deployment struct {
	ID     string // uuid
	Name   string // resource_private_name
	Status string

	HardwareID       int
	LocationIDs      []int // as deployed, in the order of the request
	Replicas         int
	GPUsPerContainer int
	DurationHours    int // paid for, extensions included

	Entrypoint       []string          // nil: null
	Args             []string          // never returned
	Command          string            // PATCH only; never returned
	TrafficPort      int               //
	Env              map[string]string // nil: null
	SecretEnv        map[string]string // only the names are returned
	ImageURL         string
	RegistryUsername string // never returned
	RegistrySecret   string // never returned

	Created    time.Time
	Started    time.Time // zero: not yet
	Finished   time.Time // zero: not yet
	AmountPaid float64   // USDC, refunds taken off
	Containers []Container
}

// Container is one replica of a deployment.
type Container struct {
	DeviceID    string // uuid
	ContainerID string // uuid
	Status      string
	PublicURL   string // empty: null, not up
	Created     time.Time
	Events      []Event // in the order of time; nil: null
}

// Event is one line of a container's history.
type Event struct {
	Time    time.Time
	Message string
}

// Ended tells whether the deployment is over: completed, failed or destroyed.
func (d *Deployment) Ended() bool {
	switch d.Status {
	case StatusCompleted, StatusFailed, StatusDestroyed:
		return true
	}
	return false
}

// clone is a deep copy that keeps null and empty apart.
func (d *Deployment) clone() Deployment {
	c := *d
	c.LocationIDs = slices.Clone(d.LocationIDs)
	c.Entrypoint = slices.Clone(d.Entrypoint)
	c.Args = slices.Clone(d.Args)
	c.Env = maps.Clone(d.Env)
	c.SecretEnv = maps.Clone(d.SecretEnv)
	c.Containers = slices.Clone(d.Containers)
	for i := range c.Containers {
		c.Containers[i].Events = slices.Clone(c.Containers[i].Events)
	}
	return c
}

// minutes returns the wall time served, up to now, and what is left of the
// paid time. Nothing is served before the start.
func (d *Deployment) minutes(now time.Time) (served, remaining int) {
	total := d.DurationHours * 60
	if d.Started.IsZero() {
		return 0, total
	}
	if !d.Finished.IsZero() {
		now = d.Finished
	}
	served = min(max(int(now.Sub(d.Started)/time.Minute), 0), total)
	return served, total - served
}

// record is a deployment with what drives it.
type record struct {
	Deployment

	ready      time.Time      // when the request ends in running or failed
	public     time.Time      // when the containers get their URLs; zero: not set
	listed     time.Time      // when the list begins to show it
	terminated time.Time      // when its termination was requested
	placed     map[string]int // replicas taken, by stock key; nil: given back
	doomed     []string       // not nil: fails with these events instead of running
	stalled    bool           // never runs
	undying    bool           // never gets from termination requested to destroyed
	vanished   bool           // unknown to the API from now on
}
