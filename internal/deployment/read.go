package deployment

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// Deployment is a deployment that exists, as the API returns it.
type Deployment struct {
	*caas.Deployment
	// Name is "" when it was not read or the list does not show it.
	Name string
	// Containers are ordered by ID; nil when they were not read.
	Containers []caas.Container
	// EndsAt is when the prepaid time expires, to the minute; zero before the start,
	// after the end (a failed deployment uses none), and when the API does not return
	// the remaining time.
	EndsAt time.Time
	// PaidHours is the total of prepaid hours; 0 when the API does not return it.
	PaidHours int64
	// Unread says what only describes the deployment and could not be read: its
	// containers, their URLs, its name.
	Unread []error
}

// Live reports whether the deployment can be changed and extended: it has not
// ended, and its termination was not requested. A failed deployment can be
// changed in place, which costs nothing (reference).
func (d *Deployment) Live() bool { return Live(d.Status) }

// Live reports whether a deployment of this status can be changed and extended.
func Live(status caas.Status) bool {
	return status != caas.StatusCompleted && status != caas.StatusDestroyed && status != caas.StatusTerminationRequested
}

// describe adds to the details what follows from them at this moment.
func (s *Service) describe(details *caas.Deployment) *Deployment {
	d := &Deployment{Deployment: details, PaidHours: paidHours(details)}
	if !details.StartedAt.IsZero() && d.Live() && !d.Status.Ended() && details.ComputeMinutesRemaining != nil {
		d.EndsAt = s.clock.Now().Add(remaining(details)).Round(time.Minute).UTC()
	}
	return d
}

// paidHours returns the total of prepaid hours, 0 when the API does not return
// it. Minutes are taken as wall time (our reading).
func paidHours(d *caas.Deployment) int64 {
	if d.ComputeMinutesServed == nil || d.ComputeMinutesRemaining == nil {
		return 0
	}
	return int64(math.Round(float64(*d.ComputeMinutesServed+*d.ComputeMinutesRemaining) / 60))
}

// remaining returns the prepaid time that is left.
func remaining(d *caas.Deployment) time.Duration {
	return time.Duration(float64(*d.ComputeMinutesRemaining) * float64(time.Minute))
}

// Read returns a deployment with its containers and its name. Only the details
// are required: when the others can't be read, Unread says so. The error of a
// deployment that does not exist wraps ErrNotFound.
func (s *Service) Read(ctx context.Context, id string) (*Deployment, error) {
	return s.read(ctx, id, s.nameOf)
}

// ReadItem returns a deployment of the list, as Read does.
func (s *Service) ReadItem(ctx context.Context, item caas.DeploymentItem) (*Deployment, error) {
	return s.read(ctx, item.ID, func(context.Context, string) (string, error) { return item.Name, nil })
}

func (s *Service) read(ctx context.Context, id string, nameOf func(context.Context, string) (string, error)) (*Deployment, error) {
	var details *caas.Deployment
	var containers []caas.Container
	var name string
	var containersErr, nameErr error
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { details, err = s.client.Deployment(gctx, id); return err })
	g.Go(func() error { containers, containersErr = s.client.TryContainers(gctx, id); return nil })
	g.Go(func() error { name, nameErr = nameOf(gctx, id); return nil })
	if err := g.Wait(); err != nil {
		if caas.IsNotFound(err) {
			err = s.confirmNotFound(ctx, id, err)
		}
		return nil, err
	}
	d := s.describe(details)
	d.Name = name
	d.addContainers(containers, containersErr)
	if nameErr != nil {
		d.Unread = append(d.Unread, fmt.Errorf("failed to read the name: %w", nameErr))
	}
	return d, nil
}

// addContainers adds what was read of the containers. A deployment that has ended
// has none, which is nothing to report.
func (d *Deployment) addContainers(containers []caas.Container, err error) {
	switch {
	case err != nil && (d.Status.Ended() || d.Status == caas.StatusRequested && caas.IsNotFound(err)):
	case err != nil:
		d.Unread = append(d.Unread, fmt.Errorf("failed to read the containers: %w", err))
	case len(containers) > 0 || !d.Status.Ended():
		d.Containers = append([]caas.Container{}, containers...)
	}
}

// confirmNotFound returns an error that wraps ErrNotFound, unless the list still
// shows the deployment as live: what counts as not found leaves the state, and
// would run on and cost money unseen.
func (s *Service) confirmNotFound(ctx context.Context, id string, notFound error) error {
	for item, err := range s.client.Deployments(ctx, "") {
		switch {
		case err != nil:
			return err
		case item.ID == id && !item.Status.Ended():
			return &StillListedError{item.Status, notFound}
		}
	}
	return fmt.Errorf("%w: %w", ErrNotFound, notFound)
}

// List returns the account's deployments of a status, or of all when it is "",
// each once. The sequence ends after the first error.
func (s *Service) List(ctx context.Context, status caas.Status) iter.Seq2[caas.DeploymentItem, error] {
	return s.client.Deployments(ctx, status)
}

// Find returns the deployments of a name, those that have not ended first, then
// the newest.
func (s *Service) Find(ctx context.Context, name string) ([]caas.DeploymentItem, error) {
	items, err := s.readIndex(ctx)
	if err != nil {
		return nil, err
	}
	return items.named(name), nil
}

// index is the list of deployments: it alone knows their names.
type index []caas.DeploymentItem

// nameOf returns the name of a deployment, "" when the list does not show it. The
// list is read once and serves every refresh.
func (s *Service) nameOf(ctx context.Context, id string) (string, error) {
	items, err := s.index.get(ctx, "", s.readIndex)
	for _, item := range items {
		if item.ID == id {
			return item.Name, err
		}
	}
	return "", err
}

// readIndex reads the list.
func (s *Service) readIndex(ctx context.Context) (index, error) {
	ctx, cancel := s.clock.WithTimeout(ctx, readTimeout)
	defer cancel()
	items := index{}
	for item, err := range s.client.Deployments(ctx, "") {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// named returns the deployments of a name, those that have not ended first and
// destroyed ones last, then the newest: an ended deployment may have the name of
// one that runs.
func (items index) named(name string) []caas.DeploymentItem {
	var found []caas.DeploymentItem
	for _, item := range items {
		if item.Name == name {
			found = append(found, item)
		}
	}
	rank := func(item caas.DeploymentItem) int {
		switch {
		case item.Status == caas.StatusDestroyed:
			return 2
		case item.Status.Ended():
			return 1
		default:
			return 0
		}
	}
	slices.SortStableFunc(found, func(a, b caas.DeploymentItem) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), b.CreatedAt.Compare(a.CreatedAt.Time))
	})
	return found
}
