package deployment_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

const logsAction = "ioneth_caas_deployment_logs"

// writers is a deployment of so many containers, c-1 and on.
func (w *world) writers(n int) string {
	var containers []caastest.Container
	for i := range n {
		containers = append(containers, caastest.Container{ContainerID: fmt.Sprintf("c-%d", n-i), Status: "running", PublicURL: "https://x.example.test"})
	}
	return w.Add(caastest.Deployment{Name: "vllm", Replicas: n, Containers: containers})
}

func logs(id, more string) string { return fmt.Sprintf(`{"deployment_id": %q%s}`, id, more) }

// numbered are lines that count from 1.
func numbered(n int) []string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprint("line ", i+1))
	}
	return lines
}

func TestLogs(t *testing.T) {
	t.Parallel()
	for _, dialect := range []caastest.Dialect{{}, {SSEFraming: true}} {
		w := newWorld(t, caastest.Options{})
		w.Speak(dialect)
		id := w.writers(2)
		w.SetLog("c-1", "stdout", "one", "", "  two")
		w.SetLog("c-2", "stderr", numbered(300)...)
		p := w.protocol(t)
		for config, want := range map[string][]string{
			``: {
				"Container c-1, stdout, last 3 lines:\none\n\n  two", "Container c-1, stderr: empty",
				"Container c-2, stdout: empty", "Container c-2, stderr, last 100 lines:\nline 201\n",
			},
			`, "stream": "stdout"`:             {"Container c-1, stdout, last 3 lines:\none\n\n  two", "Container c-2, stdout: empty"},
			`, "stream": "stderr", "lines": 2`: {"Container c-1, stderr: empty", "Container c-2, stderr, last 2 lines:\nline 299\nline 300"},
			`, "lines": 1000, "follow_seconds": 600`: {
				"Container c-1, stdout, last 3 lines:\none\n\n  two", "Container c-1, stderr: empty",
				"Container c-2, stdout: empty", "Container c-2, stderr, last 300 lines:\nline 1\n",
			},
		} {
			w.ResetJournal()
			i := p.invoke(t.Context(), logsAction, logs(id, config), nil)
			i.says(t)
			i.tells(t, want...)
			if got := len(w.Calls("GET", "/deployment/{}/log/{}")); got != len(want) {
				t.Errorf("%s: %d logs were read, want %d", config, got, len(want))
			}
		}
	}
}

// quietClock lets the patience with a log run out after so many lines, however
// long the network takes for them.
type quietClock struct {
	*caastest.FakeClock
	mu    sync.Mutex
	lines int // after which no more come for now
	over  func(d time.Duration) bool
}

// WithTimeout counts the waits for another line, of two seconds each.
func (c *quietClock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d == 2*time.Second {
		c.lines--
	}
	bounded, cancel := c.FakeClock.WithTimeout(ctx, d)
	if d == 2*time.Second && c.lines <= 0 || c.over != nil && c.over(d) {
		ended, end := context.WithCancelCause(bounded)
		end(context.DeadlineExceeded)
		return ended, cancel
	}
	return bounded, cancel
}

// on is the provider on another clock.
func (w *world) on(t *testing.T, clock *quietClock) *protocol {
	t.Helper()
	server := provider.NewServer("test", clock)()
	p := &protocol{ProviderServer: server, t: t}
	config := p.value(p.schemas(t.Context()).Provider.ValueType(), `{"endpoint": "`+w.URL()+`", "token": "test-token", "request_timeout": "40s"}`)
	configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: config})
	p.ok(err, configured.Diagnostics)
	return p
}

// TestLogs_endless shows that a log which never ends is printed as far as it
// goes, and then left.
func TestLogs_endless(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.writers(1)
	w.SetLog("c-1", "stdout", numbered(5)...)
	w.EndlessLog("c-1")
	p := w.on(t, &quietClock{FakeClock: w.clock, lines: 5})
	i := p.invoke(t.Context(), logsAction, logs(id, `, "stream": "stdout", "lines": 3`), nil)
	i.says(t)
	i.tells(t, "Container c-1, stdout, last 3 lines:\nline 3\nline 4\nline 5")
}

// TestLogs_followed shows that lines which come later are printed as they come,
// and that following ends.
func TestLogs_followed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.writers(1)
	w.SetLog("c-1", "stderr", numbered(5)...)
	w.EndlessLog("c-1")
	clock := &quietClock{FakeClock: w.clock, lines: 2} // quiet for a while after the second
	p := w.on(t, clock)
	var heard []string
	i := p.invoke(t.Context(), logsAction, logs(id, `, "stream": "stderr", "follow_seconds": 60`), func(progress string) {
		if heard = append(heard, progress); strings.HasSuffix(progress, "line 5") {
			w.clock.Advance(time.Minute)
		}
	})
	i.says(t)
	var lines []string
	for _, progress := range i.progress {
		for line := range strings.Lines(strings.TrimPrefix(progress, "Container c-1, stderr: ")) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "line") {
				lines = append(lines, line)
			}
		}
	}
	if !slices.Equal(lines, numbered(5)) || !strings.HasPrefix(i.progress[0], "Container c-1, stderr, last ") {
		t.Errorf("told %q", i.progress)
	}
}

// TestLogs_followedFarEnough shows that following is bounded in lines too.
func TestLogs_followedFarEnough(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.writers(1)
	w.SetLog("c-1", "stdout", numbered(1500)...)
	w.EndlessLog("c-1")
	p := w.on(t, &quietClock{FakeClock: w.clock, over: func(d time.Duration) bool { return d == 10*time.Second }}) // never quiet
	i := p.invoke(t.Context(), logsAction, logs(id, `, "stream": "stdout", "lines": 1, "follow_seconds": 600`), nil)
	i.says(t)
	if n := len(i.progress); n != 1002 || i.progress[n-1] != "Container c-1, stdout: no more is printed of this log after 1000 lines" {
		t.Errorf("%d messages, the last of them %q", n, i.progress[n-1])
	}
}

// TestLogs_silent shows a log that is open and says nothing, and one that is not
// even answered.
func TestLogs_silent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.writers(1)
	w.EndlessLog("c-1")
	p := w.on(t, &quietClock{FakeClock: w.clock, over: func(d time.Duration) bool { return d == 5*time.Second }})
	p.invoke(t.Context(), logsAction, logs(id, `, "stream": "stdout"`), nil).tells(t, "Container c-1, stdout: empty")

	w.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}/log/{}", Hang: true})
	p = w.on(t, &quietClock{FakeClock: w.clock, over: func(d time.Duration) bool { return d == 30*time.Second }})
	p.invoke(t.Context(), logsAction, logs(id, `, "stream": "stdout"`), nil).tells(t, "Container c-1, stdout: no answer within 30s")
}

// TestLogs_clean shows that neither secrets nor control characters are printed.
func TestLogs_clean(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.writers(1)
	w.SetLog("c-1", "stdout", "token test-token", "\x1b[31mvariable planted-variable\x1b[0m\a", "registry planted-registry", "10%\r100%")
	p := w.protocol(t)
	upgraded, err := p.UpgradeResourceState(t.Context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: typeName, RawState: &tfprotov6.RawState{JSON: []byte(`{"deployment_id": "` + id + `", "resource_private_name": "vllm",
			"container_config": {"secret_env_variables": {"S": "planted-variable"}}, "registry_config": {"registry_secret": "planted-registry"}}`)},
	})
	p.ok(err, upgraded.Diagnostics)
	i := p.invoke(t.Context(), logsAction, logs(id, `, "stream": "stdout"`), nil)
	i.tells(t, "last 4 lines:\ntoken (hidden)\nvariable (hidden)\nregistry (hidden)\n100%")
}

func TestLogs_refused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.writers(2)
	w.SetLog("c-1", "stdout", "one")
	p := w.protocol(t)
	p.invoke(t.Context(), logsAction, logs("00000000-0000-4000-8000-000000000000", ""), nil).says(t, `ERROR AttributeName("deployment_id") No such deployment`)

	w.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}/log/c-2", Times: -1, Status: 403, Body: `{"detail": "not yours"}`})
	i := p.invoke(t.Context(), logsAction, logs(id, ""), nil)
	i.tells(t, "c-1, stdout, last 1 line:\none", "c-1, stderr: empty", "c-2, stdout: not read", "c-2, stderr: not read")
	i.says(t, "ERROR  Log not read: The API refused the credential: not yours. Not printed: Container c-2, stdout; Container c-2, stderr.")

	w.ClearFaults()
	w.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}/containers", Times: -1, Status: 403, Body: `{"detail": "not yours"}`})
	p.invoke(t.Context(), logsAction, logs(id, ""), nil).says(t, "ERROR  Containers not read: The API refused the credential: not yours. No log was read.")

	none := w.Add(caastest.Deployment{Name: "none", Status: "destroyed", Containers: []caastest.Container{}})
	w.ClearFaults()
	w.Edit(none, func(d *caastest.Deployment) { d.Containers = nil })
	p.invoke(t.Context(), logsAction, logs(none, ""), nil).tells(t, "The deployment "+none+" has no containers, so there are no logs.")
}

// TestLogs_brokenOff shows that what came before the end of a connection is
// printed, and that the rest is no failure of the apply.
func TestLogs_brokenOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.writers(1)
	w.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}/log/{}", Body: "one\ntwo\nthree\n", Truncate: 9, ContentType: "text/plain"})
	i := w.protocol(t).invoke(t.Context(), logsAction, logs(id, `, "stream": "stdout"`), nil)
	i.tells(t, "Container c-1, stdout, last 2 lines:\none\ntwo")
	i.says(t, "WARNING  Log of Container c-1, stdout broke off: ")
}

// TestLogs_interrupted shows that an interruption ends the action at once.
func TestLogs_interrupted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.writers(2)
	w.EndlessLog("c-1")
	w.EndlessLog("c-2")
	ctx, cancel := context.WithCancelCause(t.Context())
	w.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}/log/{}", Skip: 3, Do: func() { cancel(errors.New("ctrl-c")) }})
	i := w.protocol(t).invoke(ctx, logsAction, logs(id, `, "follow_seconds": 600`), nil)
	i.says(t)
	i.tells(t)
}
