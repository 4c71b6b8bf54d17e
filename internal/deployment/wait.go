package deployment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

const (
	shortestPoll = time.Second
	longestPoll  = 15 * time.Second
	// newcomerGrace is how long after our own deploy a 404 means "not yet".
	newcomerGrace = 2 * time.Minute
	// settlingTime is how long the API may take to show a change it acknowledged.
	settlingTime = 30 * time.Second
)

// pollInterval is the time to the next look after having waited: a tenth of it,
// at least 1 s, at most 15 s.
func pollInterval(waited time.Duration) time.Duration {
	return min(max(waited/10, shortestPoll), longestPoll)
}

var (
	errVanished    = errors.New("the deployment vanished: the API no longer knows its id")
	errNoLongerRun = errors.New("the deployment will not run")
	// errInterrupted is the user's own end of a wait.
	errInterrupted = errors.New("interrupted")
	errTimeout     = errors.New("the time that timeouts gives this operation is up")
)

// poll looks again and again until done, an error that does not pass, or the end
// of ctx. A refusal is believed when it lasts for settlingTime: an error taints a
// deployment that was made just now, and its replacement is paid for anew, which
// one stray 401 of a gateway is not worth. It returns errInterrupted or
// errTimeout, joined with why the last look failed, when ctx ended.
func (s *Session) poll(ctx context.Context, look func(context.Context) (done bool, err error)) error {
	start := s.Clock.Now()
	var refused time.Time // since when all looks were refused
	for {
		done, err := look(ctx)
		if done {
			return err
		}
		switch {
		case err == nil || passing(err):
			refused = time.Time{}
		case refused.IsZero():
			refused = s.Clock.Now()
		case s.Clock.Now().Sub(refused) >= settlingTime && ctx.Err() == nil:
			return err
		}
		if s.Clock.Sleep(ctx, pollInterval(s.Clock.Now().Sub(start))) != nil {
			return errors.Join(endOf(ctx), err)
		}
	}
}

// passing tells that an error may be gone at the next look: everything but the
// API's own refusal.
func passing(err error) bool {
	var apiErr *caas.Error
	return errors.As(err, &apiErr) && (!apiErr.Refused() || apiErr.Status == 0)
}

// interrupted tells that the user ended what failed.
func interrupted(err error) bool {
	return errors.Is(err, errInterrupted) || errors.Is(err, context.Canceled)
}

// endOf is why ctx ended.
func endOf(ctx context.Context) error {
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return errTimeout
	}
	return errInterrupted
}

// watch is what a deployment is watched for after it was made or changed.
type watch struct {
	id string
	// newcomer: made just now, so that the API may not know it yet.
	newcomer bool
	// running: until it runs and each container has a public URL.
	running bool
	// ignored are the attributes whose change has not taken; nil: none changed.
	ignored func(*caas.Deployment) []path.Path
	// revived: it had failed before the change, so "failed" may be old news.
	revived bool
}

// notTakenError are the changes that the API acknowledged and did not make.
type notTakenError struct{ at []path.Path }

func (e *notTakenError) Error() string { return fmt.Sprintf("the change of %v did not take", e.at) }

// follow looks at the deployment until it is as watched for. It returns what was
// seen last, also with an error; nil when nothing was.
func (s *Session) follow(ctx context.Context, w watch) (*live, error) {
	var last *live
	start := s.Clock.Now()
	err := s.poll(ctx, func(ctx context.Context) (bool, error) {
		age := s.Clock.Now().Sub(start)
		d, err := s.Client.Deployment(ctx, w.id)
		switch {
		case caas.IsNotFound(err) && w.newcomer && age < newcomerGrace:
			return false, nil
		case caas.IsNotFound(err):
			if err := s.gone(ctx, w.id, err); err != nil {
				return false, err
			}
			return true, errors.Join(errVanished, err)
		case err != nil:
			return false, err
		}
		seen := &live{Deployment: d}
		if last != nil {
			seen.containers = last.containers
		}
		last = seen
		if w.ignored != nil {
			if at := w.ignored(d); len(at) > 0 {
				return age >= settlingTime, orNil(age >= settlingTime, &notTakenError{at})
			}
		}
		if w.running && d.Status != caas.StatusRunning && (!d.Status.Ended() || w.revived && age < settlingTime) {
			return false, nil
		}
		containers, err := s.containers(ctx, w.id)
		if err == nil {
			last.containers = containers
		}
		if w.running && d.Status.Ended() {
			return true, errNoLongerRun
		}
		return err == nil && (!w.running || last.reachable()), err
	})
	if err != nil && last != nil && last.containers == nil {
		s.addEvents(ctx, w.id, last)
	}
	return last, err
}

// orNil is err if it applies.
func orNil(applies bool, err error) error {
	if applies {
		return err
	}
	return nil
}

// reachable tells that every container has its public URL.
func (l live) reachable() bool {
	if len(l.containers) < max(int(l.TotalContainers), 1) {
		return false
	}
	for _, c := range l.containers {
		if c.PublicURL == "" {
			return false
		}
	}
	return true
}

// containers are those of a deployment; none where the API knows none.
func (s *Session) containers(ctx context.Context, id string) ([]caas.Container, error) {
	containers, err := s.Client.Containers(ctx, id)
	if caas.IsNotFound(err) {
		return nil, nil
	}
	return containers, err
}

// lastWord bounds the reading of events after a wait has ended.
const lastWord = 5 * time.Second

// addEvents reads the containers once more for what they have to say. It is for
// an error's text, so its own failure is none.
func (s *Session) addEvents(ctx context.Context, id string, l *live) {
	if ctx.Err() != nil && errors.Is(endOf(ctx), errInterrupted) {
		return // who pressed Ctrl-C does not wait
	}
	ctx, cancel := s.Clock.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	if containers, err := s.containers(ctx, id); err == nil {
		l.containers = containers
	}
}

// maxEvents bounds the events of one container in an error.
const maxEvents = 5

// story is the last status and what the containers said, for an error.
func (l *live) story() string {
	if l == nil {
		return "The deployment was not seen yet."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Its last status was %q", l.Status)
	if l.Status == caas.StatusRequested && l.CompletedPercent > 0 {
		fmt.Fprintf(&b, " at %.0f %%", float64(l.CompletedPercent))
	}
	b.WriteString(".")
	for _, c := range l.containers {
		fmt.Fprintf(&b, "\nContainer %q: %q", c.ContainerID, c.Status)
		if c.PublicURL == "" {
			b.WriteString(", no public URL")
		}
		for _, event := range c.Events[max(len(c.Events)-maxEvents, 0):] {
			fmt.Fprintf(&b, "\n  %s  %s", event.Time.RFC3339(), event.Message)
		}
	}
	return b.String()
}

// untilEnded waits until the deployment's status is final or the API no longer
// knows it, so that its name is free again. It returns the last status seen.
func (s *Session) untilEnded(ctx context.Context, id string) (caas.Status, error) {
	var last caas.Status
	err := s.poll(ctx, func(ctx context.Context) (bool, error) {
		d, err := s.Client.Deployment(ctx, id)
		if caas.IsNotFound(err) {
			var live *contradictionError
			if err = s.gone(ctx, id, err); errors.As(err, &live) {
				last = live.status
				return false, nil // it is on its way out
			}
			return err == nil, err
		}
		if err != nil {
			return false, err
		}
		last = d.Status
		return d.Status.Ended(), nil
	})
	return last, err
}
