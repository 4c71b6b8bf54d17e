package caastest

import (
	"maps"
	"slices"
	"time"
)

// Statuses of a deployment (reference). Containers have StatusRunning and
// StatusFailed too.
const (
	StatusRequested   = "deployment requested"
	StatusRunning     = "running"
	StatusCompleted   = "completed" // the prepaid time has expired
	StatusFailed      = "failed"
	StatusTerminating = "termination requested"
	StatusDestroyed   = "destroyed"
)

// Statuses of a container only (assumed).
const (
	StatusDeploying = "deploying"
	StatusStopped   = "stopped"
)

// Deployment is one deployment, with what the API accepts and never returns. The
// JSON names are those of requests.
type Deployment struct {
	ID     string `json:"-"` // uuid
	Name   string `json:"resource_private_name"`
	Status string `json:"-"`

	HardwareID       int   `json:"hardware_id"`
	LocationIDs      []int `json:"location_ids"` // as deployed, in the order of the request
	Replicas         int   `json:"replica_count"`
	GPUsPerContainer int   `json:"gpus_per_container"`
	DurationHours    int   `json:"duration_hours"` // paid for, extensions included
	HoursBought      int   `json:"-"`              // by deploy and extend calls; 0 for one that was added

	Entrypoint       []string          `json:"entrypoint"` // nil: null
	Args             []string          `json:"args"`       // never returned
	TrafficPort      int               `json:"traffic_port"`
	Env              map[string]string `json:"env_variables"`        // nil: null
	SecretEnv        map[string]string `json:"secret_env_variables"` // only the names are returned
	ImageURL         string            `json:"image_url"`
	RegistryUsername string            `json:"registry_username"` // never returned
	RegistrySecret   string            `json:"registry_secret"`   // never returned

	Created    time.Time   `json:"-"`
	Started    time.Time   `json:"-"` // zero: not yet
	Finished   time.Time   `json:"-"` // zero: not yet
	AmountPaid float64     `json:"-"` // USDC, refunds deducted
	Containers []Container `json:"-"`
}

// Container is one replica of a deployment.
type Container struct {
	DeviceID    string // uuid
	ContainerID string // uuid
	Status      string
	PublicURL   string // empty: null, not up
	Created     time.Time
	Events      []Event // in the order of time; nil: null

	readyAt time.Time // when the public URL answers 200
}

// Event is one line of a container's history.
type Event struct {
	Time    time.Time `json:"time"`
	Message string    `json:"message"`
}

// Ended reports whether the deployment is completed, failed or destroyed.
func (d *Deployment) Ended() bool {
	switch d.Status {
	case StatusCompleted, StatusFailed, StatusDestroyed:
		return true
	}
	return false
}

// clone returns a copy that shares nothing that the mock or a function given to
// Edit changes in place: both replace lists as a whole, except for the containers.
func (d *Deployment) clone() Deployment {
	c := *d
	c.Env = maps.Clone(d.Env)
	c.SecretEnv = maps.Clone(d.SecretEnv)
	c.Containers = slices.Clone(d.Containers)
	return c
}

// record is a deployment with what drives it.
type record struct {
	Deployment

	readyAt      time.Time // when a request ends in running or failed
	publicAt     time.Time // when the containers get their URLs; zero: not set
	billedFrom   time.Time // when it started for the first time
	restartAt    time.Time // when a PATCH restarts it; zero: not set
	terminatedAt time.Time // when its termination was requested
	endedAt      time.Time // when it was completed or destroyed

	outcome   outcome // of the request or the restart
	forgotten bool    // unknown to the API

	placed     map[placement]int // replicas it occupies; nil: none
	listed     []listing         // what the list shows, and since when
	extensions []extension       // that the details may not show yet
}

// listing is what the list shows of a deployment since a time.
type listing struct {
	since        time.Time
	name, status string
}

// extension is a number of hours bought.
type extension struct {
	shownAt time.Time
	hours   int
	amount  float64 // USDC
}

// container returns the container with an id, or nil.
func (r *record) container(id string) *Container {
	for i := range r.Containers {
		if r.Containers[i].ContainerID == id {
			return &r.Containers[i]
		}
	}
	return nil
}

// updateListing records for the list what has changed.
func (r *record) updateListing(at time.Time) {
	last := len(r.listed) - 1
	if last < 0 || r.listed[last].name != r.Name || r.listed[last].status != r.Status {
		r.listed = append(r.listed, listing{at, r.Name, r.Status})
	}
}

// listing returns what a list shows that is as old as the time given, and
// whether the deployment is in it.
func (r *record) listing(at time.Time) (listing, bool) {
	for _, l := range slices.Backward(r.listed) {
		if !l.since.After(at) {
			return l, true
		}
	}
	return listing{}, false
}

// minutes returns the wall time served and what remains of the prepaid time.
// Nothing is served before the start.
func (r *record) minutes(now time.Time, hours int) (served, remaining int) {
	total := hours * 60
	if r.billedFrom.IsZero() {
		return 0, total
	}
	if !r.Finished.IsZero() {
		now = r.Finished
	}
	served = min(max(int(now.Sub(r.billedFrom)/time.Minute), 0), total)
	return served, total - served
}

// shown returns the hours and the amount, in USDC, that the details show.
func (r *record) shown(now time.Time) (hours int, amount float64) {
	hours, amount = r.DurationHours, r.AmountPaid
	for _, e := range r.extensions {
		if e.shownAt.After(now) {
			hours, amount = hours-e.hours, amount-e.amount
		}
	}
	return hours, cents(amount)
}
