package deployment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

const (
	// catchUpTime limits the reading of what a log holds: a log need not end, and
	// nothing separates the existing lines from new ones.
	catchUpTime = 10 * time.Second
	// MaxFollowedLines is how many new lines of one log are printed.
	MaxFollowedLines = 1000
)

// LogStreams are the streams of a container's log (reference).
var LogStreams = []string{"stdout", "stderr"}

// LogOptions say what to print of logs.
type LogOptions struct {
	Streams []string
	Lines   int           // existing lines of each log, the last ones
	Follow  time.Duration // how long to print new lines; 0 for none
}

// LogError is a log that could not be read to its end.
type LogError struct {
	Log string // Container c-1, stdout
	// Opened reports whether the API returned the log; the lines before the error
	// are printed then.
	Opened bool
	Err    error
}

// Error implements error.
func (e *LogError) Error() string { return fmt.Sprintf("%s: %s", e.Log, e.Err) }

// Unwrap implements errors.Unwrap.
func (e *LogError) Unwrap() error { return e.Err }

// Logs prints the logs of containers: first the last lines that each holds, in
// order, then new lines as they come. It returns when every log has ended or the
// time to follow has passed. A log that stays open, or that ctx ends, is no error;
// one that the API does not return in that time is.
func (s *Service) Logs(ctx context.Context, id string, containers []caas.Container, o LogOptions, printMessage func(string)) []*LogError {
	all := &logs{LogOptions: o, print: printMessage}
	for _, c := range containers {
		for _, stream := range o.Streams {
			all.add(fmt.Sprintf("Container %s, %s", c.ContainerID, stream), func(ctx context.Context) (logReader, error) {
				return s.client.Log(ctx, id, c.ContainerID, stream)
			})
		}
	}
	all.run(ctx, s.clock)
	return all.errors()
}

// openLog opens one log. It returns a *[caas.Log].
type openLog func(context.Context) (logReader, error)

type logReader interface {
	Next() (string, error)
	Close() error
}

// logs reads several logs at the same time, each in its own goroutine.
type logs struct {
	LogOptions
	print func(string)

	mu  sync.Mutex // for all and print
	all []*log
}

// log is one log.
type log struct {
	name string // Container c-1, stdout
	open openLog

	opened    bool     // the API has returned the log
	held      []string // the last lines
	following bool     // what comes now is new
	followed  int      // new lines
	err       error    // why it ended early, or was not returned
}

func (l *logs) add(name string, open openLog) {
	l.all = append(l.all, &log{name: name, open: open})
}

// run reads and prints until every log has ended or the time to follow has passed.
func (l *logs) run(ctx context.Context, clock caas.Clock) {
	past, cancelPast := clock.WithTimeout(ctx, catchUpTime)
	defer cancelPast()
	ctx, cancel := clock.WithTimeout(ctx, catchUpTime+l.Follow)
	defer cancel()
	var reading sync.WaitGroup
	for _, one := range l.all {
		reading.Go(func() { l.read(ctx, one) })
	}
	ended := make(chan struct{})
	go func() { reading.Wait(); close(ended) }()

	select {
	case <-ended:
	case <-past.Done():
	}
	l.printHeld()
	<-ended
}

// read reads one log until it ends or ctx does.
func (l *logs) read(ctx context.Context, one *log) {
	err := l.readLines(ctx, one)
	l.mu.Lock()
	defer l.mu.Unlock()
	if ctx.Err() == nil || !one.opened && !isInterrupted(ctx) {
		one.err = err
	}
}

func (l *logs) readLines(ctx context.Context, one *log) error {
	reader, err := one.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = reader.Close() }() // everything has been read
	l.mu.Lock()
	one.opened = true
	l.mu.Unlock()
	for {
		line, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !l.take(one, line) {
			return nil
		}
	}
}

// take keeps or prints a line. It returns false when no more are printed.
func (l *logs) take(one *log, line string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !one.following {
		if one.held = append(one.held, line); len(one.held) == 2*l.Lines {
			one.held = slices.Delete(one.held, 0, l.Lines)
		}
		return true
	}
	l.print(fmt.Sprintf("%s: %s", one.name, line))
	one.followed++
	if one.followed < MaxFollowedLines {
		return true
	}
	l.print(fmt.Sprintf("%s: the limit of %s is reached, later lines are not printed", one.name, Plural(MaxFollowedLines, "line")))
	return false
}

// printHeld prints what the logs hold. What comes afterwards is new.
func (l *logs) printHeld() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range l.all {
		one.held = one.held[max(len(one.held)-l.Lines, 0):]
		l.print(one.summary())
		one.following = l.Follow > 0
	}
}

// summary is what the log holds, under a line that says whose log it is.
func (one *log) summary() string {
	switch {
	case len(one.held) > 0:
		return fmt.Sprintf("%s, last %s:\n%s", one.name, Plural(int64(len(one.held)), "line"), strings.Join(one.held, "\n"))
	case one.err != nil:
		return one.name + ": failed to read"
	case !one.opened:
		return fmt.Sprintf("%s: no response within %s", one.name, catchUpTime)
	default:
		return one.name + ": empty"
	}
}

func (l *logs) errors() []*LogError {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []*LogError
	for _, one := range l.all {
		if one.err != nil {
			found = append(found, &LogError{Log: one.name, Opened: one.opened, Err: one.err})
		}
	}
	return found
}
