package deployment

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// fakeLog is a log of so many lines, after the first of which something happens
// before each next one.
type fakeLog struct {
	ctx    context.Context
	lines  int
	before func(n int) // called before line n, and once after the last
	ends   bool        // with the last line; else it stays open
	n      int
}

func (l *fakeLog) Next() (string, error) {
	l.n++
	if l.before != nil {
		l.before(l.n)
	}
	switch {
	case l.ctx.Err() != nil:
		return "", l.ctx.Err()
	case l.n <= l.lines:
		return fmt.Sprint("line ", l.n), nil
	case l.ends:
		return "", io.EOF
	default:
		<-l.ctx.Done()
		return "", l.ctx.Err()
	}
}

func (*fakeLog) Close() error { return nil }

// runLog prints one log and returns what is printed.
func runLog(t *testing.T, clock *caastest.Clock, l *logs, open openLog) []string {
	t.Helper()
	var printed []string
	l.print = func(message string) { printed = append(printed, message) }
	l.add("c", open)
	l.run(t.Context(), clock)
	return printed
}

// TestLogs shows what is printed of a log that ends, of one that stays open and
// of one that is never returned, and that all of it is bounded.
func TestLogs(t *testing.T) {
	for name, test := range map[string]struct {
		log    fakeLog
		follow time.Duration
		want   []string
	}{
		"ends":         {fakeLog{lines: 5, ends: true}, 0, []string{"c, last 2 lines:\nline 4\nline 5"}},
		"stays open":   {fakeLog{lines: 5}, 0, []string{"c, last 2 lines:\nline 4\nline 5"}},
		"stays silent": {fakeLog{}, 0, []string{"c: empty"}},
		"ends before it is followed": {
			fakeLog{lines: 3, ends: true}, time.Minute, []string{"c, last 2 lines:\nline 2\nline 3"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			clock := caastest.NewClock(time.Unix(0, 0))
			l := &logs{LogOptions: LogOptions{Lines: 2, Follow: test.follow}}
			got := runLog(t, clock, l, func(ctx context.Context) (logReader, error) {
				log := test.log
				log.ctx = ctx
				log.before = func(n int) {
					if n > log.lines && !log.ends {
						clock.Advance(catchUpTime)
					}
				}
				return &log, nil
			})
			if !slices.Equal(got, test.want) || len(l.errors()) > 0 {
				t.Errorf("printed %q, want %q; errors %v", got, test.want, l.errors())
			}
		})
	}
}

// TestLogs_notReturned shows that a log which the API does not return in time is an
// error, unless the user interrupts the wait.
func TestLogs_notReturned(t *testing.T) {
	for _, interrupted := range []bool{false, true} {
		clock := caastest.NewClock(time.Unix(0, 0))
		ctx, cancel := context.WithCancel(t.Context())
		var printed []string
		l := &logs{LogOptions: LogOptions{Lines: 2}, print: func(message string) { printed = append(printed, message) }}
		l.add("c", func(ctx context.Context) (logReader, error) {
			if interrupted {
				cancel()
			}
			clock.Advance(catchUpTime)
			<-ctx.Done()
			return nil, ctx.Err()
		})
		l.run(ctx, clock)
		cancel()
		if want := []string{"c: no response within 10s"}; !slices.Equal(printed, want) && !slices.Equal(printed, []string{"c: failed to read"}) {
			t.Errorf("printed %q, want %q", printed, want)
		}
		if failed := l.errors(); len(failed) == 0 != interrupted {
			t.Errorf("interrupted: %t, errors: %v", interrupted, failed)
		}
	}
}

// TestLogs_followed shows that new lines are printed as they come, until the
// time to follow has passed or there are too many.
func TestLogs_followed(t *testing.T) {
	for name, test := range map[string]struct {
		lines, printed int
		last           string
	}{
		"until the time has passed": {5, 1 + 2, "c: line 5"},
		"too many lines":            {5000, 1 + MaxFollowedLines + 1, "c: the limit of 1000 lines is reached, later lines are not printed"},
	} {
		t.Run(name, func(t *testing.T) {
			clock := caastest.NewClock(time.Unix(0, 0))
			heldPrinted := make(chan struct{})
			var printed []string
			l := &logs{LogOptions: LogOptions{Lines: 2, Follow: time.Minute}, print: func(message string) {
				if printed = append(printed, message); len(printed) == 1 {
					close(heldPrinted)
				}
			}}
			l.add("c", func(ctx context.Context) (logReader, error) {
				return &fakeLog{ctx: ctx, lines: test.lines, before: func(n int) {
					switch n {
					case 4: // three lines are in the past
						clock.Advance(catchUpTime)
						<-heldPrinted
					case test.lines + 1:
						clock.Advance(time.Minute)
					}
				}}, nil
			})
			l.run(t.Context(), clock)
			if len(printed) != test.printed || printed[0] != "c, last 2 lines:\nline 2\nline 3" || printed[len(printed)-1] != test.last {
				t.Errorf("printed %d messages: %q … %q", len(printed), printed[0], printed[len(printed)-1])
			}
		})
	}
}
