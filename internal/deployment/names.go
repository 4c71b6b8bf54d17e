package deployment

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// nameWait is how long a create waits for a name that no live deployment holds: the API
// may release it some seconds after its deployment was destroyed.
const nameWait = 30 * time.Second

// names are the names that the resources of one configuration claim. A name
// belongs to one deployment, so it has one claimant. The zero value is ready.
type names struct {
	mu        sync.Mutex
	claimed   map[string]nameClaim
	owned     map[string]string // name → ID, as the state has them
	destroyed map[string]string // ID → name, by this process; "" for what had ended before
}

// nameClaim is one resource's claim of a name.
type nameClaim struct {
	id string // "" for a new deployment
	// assumed: the resource was planned without its state, and id is what the
	// state has under that name.
	assumed bool
}

// NewName returns a name for a deployment: the prefix and eight random lower-case
// letters or digits.
func NewName(prefix string) string { return prefix + strings.ToLower(rand.Text()[:8]) }

// RememberOwned notes that the state has the deployment under that name. A tainted
// resource is planned without its state, and is known by it.
func (s *Service) RememberOwned(name, id string) {
	s.names.mu.Lock()
	defer s.names.mu.Unlock()
	if s.names.owned == nil {
		s.names.owned = map[string]string{}
	}
	s.names.owned[name] = id
}

// ClaimName claims a name for the deployment id, or for one that is planned
// without a state when id is "". It makes no API call. It returns the ID of the
// deployment that is replaced under this name, "" when there is none. The error
// of a name that another resource has claimed is a *NameClaimedError.
func (s *Service) ClaimName(name, id string) (own string, err error) {
	s.names.mu.Lock()
	defer s.names.mu.Unlock()
	existing, claimed := s.names.claimed[name]
	wanted := nameClaim{id: id}
	if id == "" {
		wanted.id = s.names.owned[name]
		wanted.assumed = wanted.id != ""
	}
	if claimed && (existing.id != wanted.id || existing.assumed || wanted.assumed || wanted.id == "") {
		return "", &NameClaimedError{
			Name: name, ID: cmp.Or(existing.id, wanted.id),
			New: existing.id == "" || existing.assumed || wanted.id == "" || wanted.assumed,
		}
	}
	if s.names.claimed == nil {
		s.names.claimed = map[string]nameClaim{}
	}
	s.names.claimed[name] = wanted
	return wanted.id, nil
}

// release ends the claims of a deployment that has ended, so that its replacement
// may have the name. name is "" for one that had ended before.
func (n *names) release(id, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.destroyed == nil {
		n.destroyed = map[string]string{}
	}
	n.destroyed[id] = name
	maps.DeleteFunc(n.claimed, func(_ string, c nameClaim) bool { return c.id == id })
	maps.DeleteFunc(n.owned, func(_, owned string) bool { return owned == id })
}

func (n *names) wasDestroyed(id string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, destroyed := n.destroyed[id]
	return destroyed
}

// Destroyed returns the ID of the deployment of a name that this process
// destroyed, "" when there is none: a replacement that fails leaves nothing.
func (s *Service) Destroyed(name string) string {
	s.names.mu.Lock()
	defer s.names.mu.Unlock()
	for id, destroyed := range s.names.destroyed {
		if destroyed == name {
			return id
		}
	}
	return ""
}

// CheckName reports at plan whether a create could have the name. A live
// deployment that holds it, and is not own, is a *NameTakenError. A name whose
// holder is ending, has ended or is not in the list is no error: Create waits for
// it.
func (s *Service) CheckName(ctx context.Context, name, own string) error {
	available, err := s.free.get(ctx, name, func(ctx context.Context) (bool, error) {
		ctx, cancel := s.clock.WithTimeout(ctx, questionTimeout)
		defer cancel()
		return s.client.IsNameAvailable(ctx, name)
	})
	if err == nil && available {
		return nil
	}
	if err != nil && !isUnknownCall(err) {
		return err
	}
	items, err := s.index.get(ctx, "", s.readIndex)
	if err != nil {
		return err
	}
	return s.checkHolder(ctx, name, own, items)
}

// checkHolder returns a *NameTakenError when a live deployment of the list, other
// than own, holds the name. The list may be late, so its details decide.
func (s *Service) checkHolder(ctx context.Context, name, own string, items index) error {
	for _, item := range items.named(name) {
		if item.ID == own || s.names.wasDestroyed(item.ID) || !Live(item.Status) {
			continue
		}
		details, err := s.client.Deployment(ctx, item.ID)
		switch {
		case caas.IsNotFound(err):
			continue
		case err != nil:
			return err
		}
		if item.Status = details.Status; Live(item.Status) {
			return &NameTakenError{Name: name, Holder: &item}
		}
	}
	return nil
}

// waitForName returns once the name is available. It waits for nameWait while no
// live deployment holds it; then the error is a *NameTakenError.
func (s *Service) waitForName(ctx context.Context, name string) error {
	taken := &NameTakenError{Name: name}
	held := false // by a deployment that ends or has ended, or by none that the list shows
	start := s.clock.Now()
	err := s.poll(ctx, func(ctx context.Context) (bool, error) {
		held = false
		available, checkErr := s.client.IsNameAvailable(ctx, name)
		switch {
		case checkErr == nil && available:
			return true, nil
		case caas.IsUnauthorized(checkErr):
			return true, checkErr
		case checkErr != nil && !isUnknownCall(checkErr):
			return false, checkErr
		}
		items, err := s.readIndex(ctx)
		if err != nil {
			return false, err
		}
		taken.Holder = nil
		if found := items.named(name); len(found) > 0 {
			taken.Holder = &found[0]
		}
		err = s.checkHolder(ctx, name, "", items)
		switch {
		case errors.As(err, new(*NameTakenError)):
			return true, err
		case err != nil:
			return false, err
		case checkErr != nil:
			return true, nil //nolint:nilerr // the call is not in the reference, so the list decides
		case s.clock.Now().Sub(start) >= nameWait:
			return true, taken
		default:
			held = true
			return false, nil
		}
	})
	if held && errors.Is(err, ErrTimeout) {
		return taken
	}
	return err
}

// isUnknownCall reports whether the API rejects the check of a name as such: the
// call is not in the reference. A request that was not sent says nothing.
func isUnknownCall(err error) bool {
	var e *caas.Error
	return errors.As(err, &e) && e.Status != 0 && caas.IsRejected(err) && !caas.IsTransient(err) && !caas.IsUnauthorized(err)
}
