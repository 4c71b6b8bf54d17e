package deployment_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
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
	w := newWorld(t, caastest.Options{})
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
		i := p.invoke(t.Context(), logsAction, logs(id, config))
		i.says(t)
		i.tells(t, want...)
		if got := len(w.Calls("GET", "/deployment/{}/log/{}")); got != len(want) {
			t.Errorf("%s: %d logs were read, want %d", config, got, len(want))
		}
	}
}

// TestLogs_events shows that the prefix of server-sent events is not printed.
func TestLogs_events(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	w.Speak(caastest.Dialect{SSEFraming: true})
	id := w.writers(1)
	w.SetLog("c-1", "stdout", "one", "  two")
	i := w.protocol(t).invoke(t.Context(), logsAction, logs(id, `, "stream": "stdout"`))
	i.tells(t, "Container c-1, stdout, last 4 lines:\none\n\n  two\n")
}

// TestLogs_clean shows that neither credentials nor control characters are printed.
func TestLogs_clean(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.writers(1)
	w.SetLog("c-1", "stdout", "token test-token", "\x1b[31mred\x1b[0m\a", "10%\r100%")
	p := w.protocol(t)
	i := p.invoke(t.Context(), logsAction, logs(id, `, "stream": "stdout"`))
	i.tells(t, "last 3 lines:\ntoken (hidden)\nred\n100%")
}

func TestLogs_refused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.writers(2)
	w.SetLog("c-1", "stdout", "one")
	p := w.protocol(t)
	p.invoke(t.Context(), logsAction, logs("00000000-0000-4000-8000-000000000000", "")).says(t, `ERROR AttributeName("deployment_id") No such deployment`)

	w.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}/log/c-2", Times: -1, Status: 403, Body: `{"detail": "not yours"}`})
	i := p.invoke(t.Context(), logsAction, logs(id, ""))
	i.tells(t, "c-1, stdout, last 1 line:\none", "c-1, stderr: empty", "c-2, stdout: failed to read", "c-2, stderr: failed to read")
	i.says(t, "ERROR  Error reading log: The API refused the credential: not yours. Not printed: Container c-2, stdout; Container c-2, stderr.")

	w.ClearFaults()
	w.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}/containers", Times: -1, Status: 403, Body: `{"detail": "not yours"}`})
	p.invoke(t.Context(), logsAction, logs(id, "")).says(t, "ERROR  Containers not read: The API refused the credential: not yours. No log was read.")

	none := w.Add(caastest.Deployment{Name: "none", Status: "destroyed", Containers: []caastest.Container{}})
	w.ClearFaults()
	w.Edit(none, func(d *caastest.Deployment) { d.Containers = nil })
	p.invoke(t.Context(), logsAction, logs(none, "")).tells(t, "The deployment "+none+" has no containers, so there are no logs.")
}

// TestLogs_brokenOff shows that what came before the end of a connection is
// printed, and that the rest is no failure of the apply.
func TestLogs_brokenOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{})
	id := w.writers(1)
	w.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}/log/{}", Body: "one\ntwo\nthree\n", Truncate: 9, ContentType: "text/plain"})
	i := w.protocol(t).invoke(t.Context(), logsAction, logs(id, `, "stream": "stdout"`))
	i.tells(t, "Container c-1, stdout, last 2 lines:\none\ntwo")
	i.says(t, "WARNING  Log of Container c-1, stdout was interrupted: ")
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
	i := w.protocol(t).invoke(ctx, logsAction, logs(id, `, "follow_seconds": 600`))
	i.says(t)
	i.tells(t)
}
