package deployment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

const (
	// readyTimeout bounds one request to a container.
	readyTimeout = 5 * time.Second
	// maxReadyBytes is how much of an answer is read, so that its connection can be
	// used again.
	maxReadyBytes = 64 << 10
)

// readyClient calls the containers. It sends no credential and follows no redirect:
// a redirect to a login page is not an answer of the service.
var readyClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// NotReadyError is the end of a wait for a deployment whose containers did not all
// answer with a 2xx.
type NotReadyError struct {
	Cause error // why the wait ended
	// Answers are the last answers of the containers that are not ready.
	Answers []string
}

// Error implements error.
func (e *NotReadyError) Error() string { return e.Cause.Error() }

// Unwrap implements errors.Unwrap.
func (e *NotReadyError) Unwrap() error { return e.Cause }

// WaitReady waits until each container of a deployment answers a GET of its public
// URL and the path with a 2xx, and returns the public URLs by container ID. It buys
// nothing and changes nothing.
//
// The error wraps ErrNotFound, ErrEnded, ErrFailed, ErrTimeout or ErrInterrupted, or
// is the API's rejection; as a *NotReadyError it has the last answers.
func (s *Service) WaitReady(ctx context.Context, id, path string) (urls []string, err error) {
	var last []string // answers
	err = s.poll(ctx, func(ctx context.Context) (bool, error) {
		d, err := s.readForReadiness(ctx, id)
		if err != nil {
			return errors.Is(err, ErrNotFound) || errors.Is(err, ErrEnded) || errors.Is(err, ErrFailed), err
		}
		urls, last = nil, s.answers(ctx, d, path)
		for _, c := range d.Containers {
			urls = append(urls, c.PublicURL)
		}
		return len(last) == 0 && len(urls) > 0, nil
	})
	if err != nil && len(last) > 0 {
		return nil, &NotReadyError{err, last}
	}
	return urls, err
}

// answers calls all containers and returns what those that are not ready answer.
func (s *Service) answers(ctx context.Context, d *Deployment, path string) []string {
	answers := make([]string, len(d.Containers))
	var group sync.WaitGroup
	for i, c := range d.Containers {
		group.Go(func() { answers[i] = s.answer(ctx, c, path) })
	}
	group.Wait()
	answers = slices.DeleteFunc(answers, func(answer string) bool { return answer == "" })
	if missing := int(d.TotalContainers) - len(d.Containers); missing > 0 {
		answers = append(answers, fmt.Sprintf("the API does not list %s yet", Plural(int64(missing), "container")))
	}
	return answers
}

// readForReadiness reads a deployment that may become ready.
func (s *Service) readForReadiness(ctx context.Context, id string) (*Deployment, error) {
	details, err := s.client.Deployment(ctx, id)
	switch {
	case caas.IsNotFound(err):
		return nil, s.confirmNotFound(ctx, id, err)
	case err != nil:
		return nil, err
	case details.Status == caas.StatusFailed:
		return nil, ErrFailed
	case !Live(details.Status):
		return nil, fmt.Errorf("%w: its status is %q", ErrEnded, details.Status)
	}
	d := s.describe(details)
	containers, err := s.client.TryContainers(ctx, id)
	if caas.IsNotFound(err) {
		return d, nil // not yet
	}
	d.addContainers(containers, err)
	return d, err
}

// answer returns what a container answers, "" when it is ready.
func (s *Service) answer(ctx context.Context, c caas.Container, path string) string {
	if c.PublicURL == "" {
		return fmt.Sprintf("container %s: no public URL yet", c.ContainerID)
	}
	ctx, cancel := s.clock.WithTimeout(ctx, readyTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.PublicURL, "/")+path, nil)
	if err != nil {
		return fmt.Sprintf("container %s: its public URL is not valid: %s", c.ContainerID, err)
	}
	resp, err := readyClient.Do(req)
	switch {
	case ctx.Err() != nil:
		return fmt.Sprintf("container %s: no response within %s", c.ContainerID, readyTimeout)
	case err != nil:
		return fmt.Sprintf("container %s: %s", c.ContainerID, errors.Unwrap(err))
	}
	defer func() { _ = resp.Body.Close() }()                             // nothing more is needed of it
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxReadyBytes)) // the status is the answer
	if resp.StatusCode >= 200 && resp.StatusCode <= 299 {
		return ""
	}
	return fmt.Sprintf("container %s: %s", c.ContainerID, resp.Status)
}
