package provider_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const logsAction = "ioneth_caas_deployment_logs"

// writers is a deployment of so many containers, c-1 and on.
func (env *testEnv) writers(n int) string {
	var containers []caastest.Container
	for i := range n {
		containers = append(containers, caastest.Container{ContainerID: fmt.Sprintf("c-%d", n-i), Status: "running", PublicURL: "https://x.example.test"})
	}
	return env.API.Add(caastest.Deployment{Name: "vllm", Replicas: n, Containers: containers})
}

func logs(id, more string) string { return fmt.Sprintf(`{"deployment_id": %q%s}`, id, more) }

func TestLogs(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	id := env.writers(2)
	var lines []string
	for i := range 300 {
		lines = append(lines, fmt.Sprint("line ", i+1))
	}
	env.API.SetLog("c-1", "stdout", "one", "", "  two")
	env.API.SetLog("c-2", "stderr", lines...)
	p := env.Server(t)
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
		env.API.ResetJournal()
		i := p.Invoke(t.Context(), logsAction, logs(id, config))
		i.WantDiagnostics(t)
		i.WantProgress(t, want...)
		if got := len(env.API.Requests("GET", "/deployment/{}/log/{}")); got != len(want) {
			t.Errorf("%s: %d logs were read, want %d", config, got, len(want))
		}
	}
}

// What can be read is printed. A log that can't be opened is an error, and one whose
// connection is lost a warning.
func TestLogs_unreadable(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	id := env.writers(2)
	env.API.SetLog("c-1", "stdout", "one")
	p := env.Server(t)
	rejected := func(path string) caastest.Fault {
		return caastest.Fault{Method: "GET", Path: path, Times: -1, Status: 403, Body: `{"detail": "not yours"}`}
	}
	p.Invoke(t.Context(), logsAction, logs("x", "")).WantDiagnostics(t, `ERROR AttributeName("deployment_id") Deployment not found`)

	env.API.Inject(rejected("/deployment/{}/log/c-2"))
	i := p.Invoke(t.Context(), logsAction, logs(id, ""))
	i.WantProgress(t, "c-1, stdout, last 1 line:\none", "c-1, stderr: empty", "c-2, stdout: failed to read", "c-2, stderr: failed to read")
	i.WantDiagnostics(t, "Not printed: Container c-2, stdout; Container c-2, stderr.")

	env.API.ClearFaults()
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}/log/c-1", Body: "one\ntwo\nthree\n", Truncate: 9, ContentType: "text/plain"})
	i = p.Invoke(t.Context(), logsAction, logs(id, `, "stream": "stdout"`))
	i.WantProgress(t, "Container c-1, stdout, last 2 lines:\none\ntwo", "Container c-2, stdout: empty")
	i.WantDiagnostics(t, "WARNING  Interrupted log of Container c-1, stdout: ")

	env.API.ClearFaults()
	env.API.Inject(rejected("/deployment/{}/containers"))
	p.Invoke(t.Context(), logsAction, logs(id, "")).WantDiagnostics(t, "ERROR  Error reading containers: The API returned: not yours")

	env.API.ClearFaults()
	env.API.Edit(id, func(d *caastest.Deployment) { d.Containers = nil })
	p.Invoke(t.Context(), logsAction, logs(id, "")).WantProgress(t, "The deployment "+id+" has no containers, so there are no logs.")
}

// An interruption ends the action at once.
func TestLogs_interrupted(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{})
	id := env.writers(2)
	env.API.EndlessLog("c-1")
	env.API.EndlessLog("c-2")
	ctx, cancel := context.WithCancelCause(t.Context())
	env.API.Inject(caastest.Fault{Method: "GET", Path: "/deployment/{}/log/{}", Skip: 3, Do: func() { cancel(errors.New("ctrl-c")) }})
	i := env.Server(t).Invoke(ctx, logsAction, logs(id, `, "follow_seconds": 600`))
	i.WantDiagnostics(t)
	i.WantProgress(t)
}
