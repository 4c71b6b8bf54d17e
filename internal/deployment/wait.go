package deployment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

const (
	// createGrace is how long after our own deploy call a 404 means "not yet", and
	// how long a create waits for containers that can't be read.
	createGrace = 2 * time.Minute
	// restartGrace is how long after a change of the container definition the
	// status may still be that of the containers before the restart.
	restartGrace = 10 * time.Second
)

// Wait waits for a deployment that was just created: until the API knows it or,
// with running, until it runs and every container has a public URL.
//
// It returns what was read last, also with an error; nil when nothing was read.
// The error wraps ErrFailed, ErrNotFound, ErrTimeout or ErrInterrupted, or is the
// API's rejection of the credential. Once the deployment runs nothing is an
// error: an error marks it as tainted, and its replacement is paid for again. A
// URL that is missing then is in Unread.
func (s *Service) Wait(ctx context.Context, id string, running bool) (*Deployment, error) {
	return s.wait(ctx, id, waitOptions{created: true, running: running})
}

// waitOptions are what a wait is for.
type waitOptions struct {
	created bool // the API may not know the deployment yet
	running bool // until it runs and every container has a public URL
	// before is the deployment before a change of its container definition, nil
	// when that did not change.
	before *Before
	// unapplied returns the attributes whose change the API does not show.
	unapplied func(*caas.Deployment) []string
}

func (s *Service) wait(ctx context.Context, id string, o waitOptions) (*Deployment, error) {
	var last *Deployment
	start := s.clock.Now()
	err := s.poll(ctx, func(ctx context.Context) (bool, error) {
		age := s.clock.Now().Sub(start)
		details, err := s.client.Deployment(ctx, id)
		switch {
		case caas.IsNotFound(err) && o.created && age < createGrace:
			return false, nil
		case caas.IsNotFound(err):
			err = s.confirmNotFound(ctx, id, err)
			return errors.Is(err, ErrNotFound), err
		case err != nil:
			return false, err
		}
		last = s.describe(details)
		if details.Status != caas.StatusRunning && details.Status != caas.StatusFailed {
			o.before = nil // the restart shows
		}
		if o.unapplied != nil {
			if attributes := o.unapplied(details); len(attributes) > 0 {
				return age >= settlingTime, orNil(age >= settlingTime, &NotAppliedError{attributes})
			}
		}
		return s.reached(ctx, last, o, age)
	})
	if err != nil {
		s.addEvents(ctx, id, last)
		return last, err
	}
	patience := settlingTime
	if o.created {
		patience = createGrace // what depends on the URLs needs them in the same apply
	}
	s.readContainers(ctx, id, last, o.running && last.Status == caas.StatusRunning, patience)
	return last, nil
}

// reached reports whether the deployment is what the wait is for.
func (s *Service) reached(ctx context.Context, d *Deployment, o waitOptions, age time.Duration) (bool, error) {
	if !o.running {
		return true, nil
	}
	switch d.Status {
	case caas.StatusRunning:
		return o.before == nil || age >= restartGrace || s.restarted(ctx, d, *o.before), nil
	case caas.StatusCompleted: // it has run
		return true, nil
	case caas.StatusFailed:
		if o.before != nil && o.before.Status == caas.StatusFailed && age < settlingTime {
			return false, nil // the failure before the change
		}
		return true, ErrFailed
	case caas.StatusDestroyed:
		return true, ErrEnded
	default:
		return false, nil
	}
}

// Before is what a state knows of a deployment before a change.
type Before struct {
	Status       caas.Status
	StartedAt    time.Time
	ContainerIDs []string // ascending; nil when they are not known
	PaidHours    int64
}

// restarted reports whether something shows that the containers were restarted.
func (s *Service) restarted(ctx context.Context, d *Deployment, before Before) bool {
	if before.Status != caas.StatusRunning || !d.StartedAt.Equal(before.StartedAt) {
		return true
	}
	containers, err := s.client.TryContainers(ctx, d.ID)
	if err != nil || len(containers) == 0 || len(before.ContainerIDs) == 0 {
		return false
	}
	var ids []string
	for _, c := range containers {
		ids = append(ids, c.ContainerID)
	}
	slices.Sort(ids)
	return !slices.Equal(ids, before.ContainerIDs)
}

// readContainers adds the containers and, with urls, waits until each has a
// public URL, but no longer than patience while they can't be read. Whatever goes
// wrong is in Unread.
func (s *Service) readContainers(ctx context.Context, id string, d *Deployment, urls bool, patience time.Duration) {
	var containers []caas.Container
	var failingSince time.Time
	err := s.poll(ctx, func(ctx context.Context) (bool, error) {
		read, err := s.client.TryContainers(ctx, id)
		switch {
		case err == nil:
			failingSince = time.Time{}
			containers = append([]caas.Container{}, read...)
		case failingSince.IsZero():
			failingSince = s.clock.Now()
		}
		if !urls || err == nil && d.reachable(read) {
			return true, err
		}
		if err != nil && s.clock.Now().Sub(failingSince) >= patience {
			return true, err
		}
		details, detailsErr := s.client.Deployment(ctx, id)
		if detailsErr == nil && details.Status != caas.StatusRunning {
			*d = *s.describe(details)
			return true, fmt.Errorf("the status of the deployment changed to %q", details.Status)
		}
		return false, err
	})
	if containers != nil {
		d.addContainers(containers, nil)
	}
	switch {
	case err == nil:
	case containers == nil:
		d.addContainers(nil, err)
	default:
		d.Unread = append(d.Unread, fmt.Errorf("no public URL for %s: %w", strings.Join(withoutURL(containers), ", "), err))
	}
}

// reachable reports whether every container has its public URL.
func (d *Deployment) reachable(containers []caas.Container) bool {
	return len(containers) >= max(int(d.TotalContainers), 1) && len(withoutURL(containers)) == 0
}

func withoutURL(containers []caas.Container) []string {
	var ids []string
	for _, c := range containers {
		if c.PublicURL == "" {
			ids = append(ids, "container "+c.ContainerID)
		}
	}
	return ids
}

// addEvents reads the containers once more for the events that an error shows.
// That they can't be read is no error of its own.
func (s *Service) addEvents(ctx context.Context, id string, d *Deployment) {
	if d == nil || isInterrupted(ctx) {
		return // after Ctrl-C the user does not wait
	}
	ctx, cancel := s.clock.WithTimeout(context.WithoutCancel(ctx), settlingTime)
	defer cancel()
	if containers, err := s.client.TryContainers(ctx, id); err == nil {
		d.addContainers(containers, nil)
	}
}

// orNil returns err if it applies.
func orNil(applies bool, err error) error {
	if applies {
		return err
	}
	return nil
}
