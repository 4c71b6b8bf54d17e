package deployment

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

const (
	// openTime is how long a log may take to be answered at all.
	openTime = 30 * time.Second
	// firstLineTime is how long a log may be silent at first, and quietTime how
	// long after a line, before what it holds counts as read: a log need not end.
	firstLineTime = 5 * time.Second
	quietTime     = 2 * time.Second
	// catchUpTime bounds the reading of a log that is never quiet.
	catchUpTime = 10 * time.Second
	// maxFollowed is how many new lines of a log are printed.
	maxFollowed = 1000
)

// tail is the end of one log of a container.
type tail struct {
	container, stream string
	lines             chan string   // as they come
	opened            chan struct{} // closed when the API has answered with the log
	ended             chan struct{} // closed when nothing more comes
	err               error         // why, unless it came to its end or ctx did; to be read after ended is closed
	held              []string      // the last lines of what the log held at first
}

// tail begins to read a log, which goes on until it ends or ctx does.
func (s *Session) tail(ctx context.Context, id, container, stream string) *tail {
	t := &tail{
		container: container, stream: stream,
		lines: make(chan string), opened: make(chan struct{}), ended: make(chan struct{}),
	}
	go func() {
		defer close(t.ended)
		if err := t.read(ctx, s.Client, id); ctx.Err() == nil {
			t.err = err
		}
	}()
	return t
}

func (t *tail) read(ctx context.Context, client *caas.Client, id string) error {
	log, err := client.Log(ctx, id, t.container, t.stream)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // there is nothing left to lose
	close(t.opened)
	for {
		line, err := log.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case t.lines <- line:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// name is whose log it is: container 1234, stdout.
func (t *tail) name() string { return "Container " + t.container + ", " + t.stream }

// answered tells that the API has answered with the log.
func (t *tail) answered() bool {
	select {
	case <-t.opened:
		return true
	default:
		return false
	}
}

// failure is why the log ended before its time; nil where it did not, or goes on.
func (t *tail) failure() error {
	select {
	case <-t.ended:
		return t.err
	default:
		return nil
	}
}

// catchUp reads what the logs hold, all at the same time, and keeps the last
// lines of each.
func catchUp(ctx context.Context, clock caas.Clock, tails []*tail, lines int) {
	var all sync.WaitGroup
	for _, t := range tails {
		all.Go(func() { t.catchUp(ctx, clock, lines) })
	}
	all.Wait()
}

func (t *tail) catchUp(ctx context.Context, clock caas.Clock, lines int) {
	if !t.await(ctx, clock) {
		return
	}
	ctx, cancel := clock.WithTimeout(ctx, catchUpTime)
	defer cancel()
	for patience := firstLineTime; ; patience = quietTime {
		line, ok := t.next(ctx, clock, patience)
		if !ok {
			break
		}
		if t.held = append(t.held, line); len(t.held) == 2*lines {
			t.held = slices.Delete(t.held, 0, lines)
		}
	}
	t.held = t.held[max(len(t.held)-lines, 0):]
}

// await waits for the API's answer and tells whether it is the log.
func (t *tail) await(ctx context.Context, clock caas.Clock) bool {
	ctx, cancel := clock.WithTimeout(ctx, openTime)
	defer cancel()
	select {
	case <-t.opened:
		return true
	case <-t.ended:
		return t.answered()
	case <-ctx.Done():
		return false
	}
}

// next is the next line, if one comes in time.
func (t *tail) next(ctx context.Context, clock caas.Clock, patience time.Duration) (string, bool) {
	ctx, cancel := clock.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case line := <-t.lines:
		return line, true
	case <-t.ended:
		return "", false
	case <-ctx.Done():
		return "", false
	}
}

// follow tells the lines that the logs go on to write, until d is over or all
// have ended.
func follow(ctx context.Context, clock caas.Clock, tails []*tail, d time.Duration, tell func(format string, args ...any)) {
	ctx, cancel := clock.WithTimeout(ctx, d)
	defer cancel()
	said := make(chan string)
	var all sync.WaitGroup
	for _, t := range tails {
		all.Go(func() { t.follow(ctx, said) })
	}
	go func() { all.Wait(); close(said) }()
	for line := range said {
		tell("%s", line)
	}
}

// follow sends the lines that the log goes on to write.
func (t *tail) follow(ctx context.Context, said chan<- string) {
	send := func(text string) bool {
		select {
		case said <- t.name() + ": " + text:
			return true
		case <-ctx.Done():
			return false
		}
	}
	for range maxFollowed {
		select {
		case line := <-t.lines:
			if !send(line) {
				return
			}
		case <-t.ended:
			return
		case <-ctx.Done():
			return
		}
	}
	send("no more is printed of this log after " + plural(maxFollowed, "line"))
}
