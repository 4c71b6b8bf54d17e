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
	// nothing marks where the past ends and the present begins.
	catchUpTime = 10 * time.Second
	// maxFollowed is how many new lines of a log are printed.
	maxFollowed = 1000
)

// openLog opens one log. It returns a *[caas.Log].
type openLog func(context.Context) (logReader, error)

type logReader interface {
	Next() (string, error)
	Close() error
}

// tails reads logs at the same time, each in its own goroutine, and prints the
// last lines of what each holds, then what each goes on to write.
type tails struct {
	lines  int           // to print of what a log holds
	follow time.Duration // how long to go on; 0: not at all
	print  func(format string, args ...any)

	mu  sync.Mutex // for the logs, and for print
	all []*tail
}

// tail is one log.
type tail struct {
	name string // Container 1234, stdout
	open openLog

	opened    bool     // the API has returned the log
	held      []string // the last lines
	following bool     // what comes now is new
	followed  int      // new lines
	err       error    // why it ended early; nil after the deadline and an interruption
}

func (g *tails) add(name string, open openLog) {
	g.all = append(g.all, &tail{name: name, open: open})
}

// run reads and prints until every log has ended or the time is up.
func (g *tails) run(ctx context.Context, clock caas.Clock) {
	past, cancelPast := clock.WithTimeout(ctx, catchUpTime)
	defer cancelPast()
	ctx, cancel := clock.WithTimeout(ctx, catchUpTime+g.follow)
	defer cancel()
	var reading sync.WaitGroup
	for _, t := range g.all {
		reading.Go(func() { g.read(ctx, t) })
	}
	ended := make(chan struct{})
	go func() { reading.Wait(); close(ended) }()

	select {
	case <-ended:
	case <-past.Done():
	}
	g.printHeld()
	if g.follow > 0 {
		select {
		case <-ended:
		case <-ctx.Done():
		}
	}
	cancel()
	<-ended
}

// read reads one log until it ends or ctx does.
func (g *tails) read(ctx context.Context, t *tail) {
	err := g.readLines(ctx, t)
	g.mu.Lock()
	defer g.mu.Unlock()
	if ctx.Err() == nil {
		t.err = err
	}
}

func (g *tails) readLines(ctx context.Context, t *tail) error {
	log, err := t.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // nothing is left to lose
	g.mu.Lock()
	t.opened = true
	g.mu.Unlock()
	for {
		line, err := log.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !g.take(t, line) {
			return nil
		}
	}
}

// take keeps or prints a line. It returns false when no more are printed.
func (g *tails) take(t *tail, line string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !t.following {
		if t.held = append(t.held, line); len(t.held) == 2*g.lines {
			t.held = slices.Delete(t.held, 0, g.lines)
		}
		return true
	}
	g.print("%s: %s", t.name, line)
	t.followed++
	if t.followed < maxFollowed {
		return true
	}
	g.print("%s: no more is printed of this log after %s", t.name, plural(maxFollowed, "line"))
	return false
}

// printHeld prints what the logs hold. What comes afterwards is new.
func (g *tails) printHeld() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, t := range g.all {
		t.held = t.held[max(len(t.held)-g.lines, 0):]
		g.print("%s", t.summary())
		t.following = g.follow > 0
	}
}

// summary is what the log holds, under a line that says whose log it is.
func (t *tail) summary() string {
	switch {
	case len(t.held) > 0:
		return fmt.Sprintf("%s, last %s:\n%s", t.name, plural(int64(len(t.held)), "line"), strings.Join(t.held, "\n"))
	case t.err != nil:
		return t.name + ": failed to read"
	case !t.opened:
		return fmt.Sprintf("%s: no reply within %s", t.name, catchUpTime)
	default:
		return t.name + ": empty"
	}
}
