package deployment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

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

// NotReadyError is a deployment whose containers do not all answer.
type NotReadyError struct {
	// Answers are the last answers of the containers, one string for each.
	Answers []string
}

// Error implements error.
func (e *NotReadyError) Error() string {
	return "not every container answers: " + strings.Join(e.Answers, "; ")
}

// WaitReady waits until each container of a deployment answers a GET of its public
// URL and the path with a 2xx, and returns the public URLs by container ID. It buys
// nothing and changes nothing.
//
// The error wraps ErrNotFound, ErrEnded, ErrFailed, ErrTimeout or ErrInterrupted; a
// *NotReadyError within has the last answers.
func (s *Service) WaitReady(ctx context.Context, id, path string) (urls []string, err error) {
	var last *NotReadyError
	err = s.poll(ctx, func(ctx context.Context) (bool, error) {
		d, err := s.readForReadiness(ctx, id)
		if err != nil {
			return errors.Is(err, ErrNotFound) || errors.Is(err, ErrEnded) || errors.Is(err, ErrFailed), err
		}
		urls, last = nil, nil
		answers := make([]string, len(d.Containers))
		var group errgroup.Group
		for i, c := range d.Containers {
			urls = append(urls, c.PublicURL)
			group.Go(func() error { answers[i] = s.answer(ctx, c, path); return nil })
		}
		_ = group.Wait() // it has no errors
		answers = slices.DeleteFunc(answers, func(answer string) bool { return answer == "" })
		if missing := int(d.TotalContainers) - len(d.Containers); missing > 0 {
			answers = append(answers, fmt.Sprintf("%s not listed yet", plural(int64(missing), "container")))
		}
		if len(answers) > 0 {
			last = &NotReadyError{answers}
		}
		return last == nil && len(urls) > 0, nil
	})
	if err != nil && last != nil {
		return nil, fmt.Errorf("%w: %w", err, last)
	}
	return urls, err
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
	containers, err := s.client.Containers(ctx, id)
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
		return fmt.Sprintf("container %s: no answer within %s", c.ContainerID, readyTimeout)
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
