package deployment

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// fakeLog is a log that holds old lines, and gets new ones later.
type fakeLog struct {
	old, later int
	ends       bool // with the last line; else it stays open

	ctx context.Context
	n   int // lines read
}

func (l *fakeLog) Next() (string, error) {
	switch l.n++; {
	case l.n > l.old+l.later && l.ends:
		return "", io.EOF
	case l.n > l.old+l.later:
		<-l.ctx.Done()
		return "", l.ctx.Err()
	case l.n == l.old+1:
		time.Sleep(catchUpTime + time.Second)
	}
	return fmt.Sprint("line ", l.n), nil
}

func (*fakeLog) Close() error { return nil }

// TestLogs shows what is printed of a log, and that all of it is limited.
func TestLogs(t *testing.T) {
	limited := []string{"c, last 2 lines:\nline 2\nline 3"}
	for n := range MaxFollowedLines {
		limited = append(limited, fmt.Sprint("c: line ", 4+n))
	}
	limited = append(limited, "c: the limit of 1000 lines is reached, later lines are not printed")
	for name, test := range map[string]struct {
		log    fakeLog
		follow time.Duration
		want   []string
		takes  time.Duration
	}{
		"ends":         {fakeLog{old: 5, ends: true}, 0, []string{"c, last 2 lines:\nline 4\nline 5"}, 0},
		"stays open":   {fakeLog{old: 5}, 0, []string{"c, last 2 lines:\nline 4\nline 5"}, catchUpTime},
		"stays silent": {fakeLog{}, 0, []string{"c: empty"}, catchUpTime},
		"ends before it is followed": {
			fakeLog{old: 3, ends: true}, time.Minute, []string{"c, last 2 lines:\nline 2\nline 3"}, 0,
		},
		"is not followed": {
			fakeLog{old: 3, later: 2}, 0, []string{"c, last 2 lines:\nline 2\nline 3"}, catchUpTime + time.Second,
		},
		"is followed": {
			fakeLog{old: 3, later: 2}, time.Minute, []string{"c, last 2 lines:\nline 2\nline 3", "c: line 4", "c: line 5"}, catchUpTime + time.Minute,
		},
		"is too long": {fakeLog{old: 3, later: 5000}, time.Minute, limited, catchUpTime + time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				printed, failed := runLog(t.Context(), test.follow, func(ctx context.Context) (logReader, error) {
					test.log.ctx = ctx
					return &test.log, nil
				})
				if !slices.Equal(printed, test.want) || len(failed) > 0 || time.Since(start) != test.takes {
					t.Errorf("printed %q in %s, want %q in %s; errors %v", printed, time.Since(start), test.want, test.takes, failed)
				}
			})
		})
	}
}

// TestLogs_notReturned shows that a log which the API does not return in time is an
// error, unless the user interrupts the wait.
func TestLogs_notReturned(t *testing.T) {
	for _, interrupted := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			printed, failed := runLog(ctx, time.Minute, func(ctx context.Context) (logReader, error) {
				if interrupted {
					cancel()
				}
				<-ctx.Done()
				return nil, ctx.Err()
			})
			if want := []string{"c: no response within 10s"}; !slices.Equal(printed, want) || len(failed) == 0 != interrupted {
				t.Errorf("interrupted: %t: printed %q, want %q; errors %v", interrupted, printed, want, failed)
			}
		})
	}
}

// runLog prints the last two lines of one log, "c", and follows it.
func runLog(ctx context.Context, follow time.Duration, open openLog) (printed []string, failed []*LogError) {
	l := &logs{LogOptions: LogOptions{Lines: 2, Follow: follow}, print: func(message string) { printed = append(printed, message) }}
	l.add("c", open)
	l.run(ctx, caas.SystemClock{})
	return printed, l.errors()
}
