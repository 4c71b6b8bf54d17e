//go:build unix

package provider_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// command is a Terraform command that runs. It has its own process group, as in a
// shell, so that Ctrl-C reaches the provider too.
type command struct {
	t   *testing.T
	cmd *exec.Cmd

	mu      sync.Mutex
	out     bytes.Buffer
	waiting map[string]chan struct{} // closed when the output has the words
}

// startTerraform starts a command.
func startTerraform(t *testing.T, tf *acctest.Terraform, args ...string) *command {
	t.Helper()
	r := &command{t: t, waiting: map[string]chan struct{}{}}
	r.cmd = tf.Command(t.Context(), args...)
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r.cmd.Stdout, r.cmd.Stderr = r, r
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if r.cmd.ProcessState == nil { // the test has failed
			_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL)
		}
	})
	return r
}

// Write implements io.Writer.
func (r *command) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, err := r.out.Write(p)
	for words, found := range r.waiting {
		if strings.Contains(r.out.String(), words) {
			close(found)
			delete(r.waiting, words)
		}
	}
	return n, err
}

// until waits for words of the output.
func (r *command) until(words string) {
	r.t.Helper()
	r.mu.Lock()
	found := make(chan struct{})
	if strings.Contains(r.out.String(), words) {
		close(found)
	} else {
		r.waiting[words] = found
	}
	r.mu.Unlock()
	r.await(found, "Terraform to print "+words)
}

// patience is long enough for a busy machine.
const patience = time.Minute

func (r *command) await(happened <-chan struct{}, what string) {
	r.t.Helper()
	select {
	case <-happened:
	case <-time.After(patience):
		r.t.Fatalf("timed out waiting for %s; Terraform printed\n%s", what, r.output())
	}
}

// interrupt is Ctrl-C: every process of the group gets it.
func (r *command) interrupt() {
	r.t.Helper()
	if err := syscall.Kill(-r.cmd.Process.Pid, syscall.SIGINT); err != nil {
		r.t.Fatal(err)
	}
	r.until("Interrupt received")
}

// end waits until Terraform has ended, and returns how long that took.
func (r *command) end() time.Duration {
	r.t.Helper()
	start, ended := time.Now(), make(chan struct{})
	go func() {
		_ = r.cmd.Wait() // an exit code is expected
		close(ended)
	}()
	r.await(ended, "the end of Terraform")
	return time.Since(start)
}

func (r *command) output() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.String()
}

// deploymentInState returns the ID of the deployment in the state, "" when there is
// none, and whether it is tainted.
func deploymentInState(t *testing.T, tf *acctest.Terraform) (id string, tainted bool) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(tf.Dir, "terraform.tfstate"))
	if os.IsNotExist(err) {
		return "", false
	}
	var state struct {
		Resources []struct {
			Instances []struct {
				Status     string `json:"status"`
				Attributes struct {
					ID string `json:"deployment_id"`
				} `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(raw, &state); err != nil {
		t.Fatal(err)
	}
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			return i.Attributes.ID, i.Status == "tainted"
		}
	}
	return "", false
}

// promptly is how long Ctrl-C may take on a busy machine, which is less than any
// timeout of a request.
const promptly = 3 * time.Second

// Ctrl-C ends a create, an update and a destroy at once; the ID is in the state, and
// nothing is tainted. During a plan or a refresh Terraform 1.11.4 does not forward
// Ctrl-C to providers, so there a request ends by its own timeout.
func TestAccDeployment_interrupted(t *testing.T) {
	const one, name = "/deployment/{}", "/clusters/check_cluster_name_availability"
	changed := strings.Replace(minimal, "latest", "other", 1)
	for title, c := range map[string]struct {
		before bool // the deployment exists
		config string
		run    []string
		// at is the request during which Ctrl-C comes. It hangs or is answered after it.
		at     caastest.Fault
		also   func(*testEnv)
		saved  bool   // the state has the ID
		status string // of the account's deployments
	}{
		"create, purchase whose response is lost": {
			config: minimal, run: []string{"apply"}, at: caastest.Fault{Method: "POST", Path: "/deploy", AfterWork: true, Reset: true}, saved: true, status: "running",
		},
		"create, wait": {
			config: minimal, run: []string{"apply"}, at: caastest.Fault{Method: "GET", Path: one, Skip: 1},
			also: func(env *testEnv) { env.API.StallNext() }, saved: true, status: "deployment requested",
		},
		"update, change": {before: true, config: changed, run: []string{"apply"}, at: caastest.Fault{Method: "PATCH", Path: one, Hang: true}, saved: true, status: "running"},
		"destroy, wait": {
			before: true, config: minimal, run: []string{"destroy"}, at: caastest.Fault{Method: "GET", Path: one, Skip: 3},
			also: func(env *testEnv) { env.API.Configure(func(o *caastest.Options) { o.NeverTerminate = true }) }, saved: true, status: "termination requested",
		},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{Timings: acctest.Instant})
			tf := env.Terraform(t)
			if c.before {
				tf.Write("main.tf", minimal)
				tf.Run("apply", "-auto-approve")
			}
			tf.Write("main.tf", c.config)
			if c.also != nil {
				c.also(env)
			}
			reached, release := make(chan struct{}), make(chan struct{})
			c.at.Do = func() {
				close(reached)
				if !c.at.Hang {
					<-release
				}
			}
			env.API.Inject(c.at)
			r := startTerraform(t, tf, append(c.run, "-auto-approve")...)
			r.await(reached, "the request")
			r.interrupt()
			close(release)
			if took := r.end(); took > promptly {
				t.Errorf("it took %s from Ctrl-C to the end:\n%s", took, r.output())
			}

			var statuses []string
			for _, d := range env.API.Deployments() {
				statuses = append(statuses, d.Status)
			}
			if got := strings.Join(statuses, ", "); got != c.status {
				t.Errorf("the deployments are %q, want %q", got, c.status)
			}
			id, tainted := deploymentInState(t, tf)
			if title == "create, wait" {
				tf.WantOutput(tf.Run("plan"), "it is still starting")
			}
			if c.saved && id != env.API.Deployments()[0].ID || !c.saved && id != "" || tainted {
				t.Errorf("the state has %q, tainted: %t; Terraform printed\n%s", id, tainted, r.output())
			}
		})
	}
}

// After a provider was killed between the purchase and the save of the state, the
// next apply reports which deployment has the name and how to import it.
func TestAccDeployment_killed(t *testing.T) {
	t.Parallel()
	env := newEnv(t, caastest.Options{Timings: acctest.Instant})
	tf := env.Terraform(t)
	tf.Write("main.tf", minimal)
	terraform := make(chan int, 1)
	env.API.Inject(caastest.Fault{Method: "POST", Path: "/deploy", AfterWork: true, Hang: true, Do: func() { kill(t, <-terraform) }})
	r := startTerraform(t, tf, "apply", "-auto-approve")
	terraform <- r.cmd.Process.Pid
	r.end()
	if id, _ := deploymentInState(t, tf); id != "" {
		t.Fatalf("the state has %q, so the provider was not killed in time:\n%s", id, r.output())
	}
	id := env.API.Deployments()[0].ID

	out, code := tf.Try("apply", "-auto-approve")
	if code == 0 {
		t.Fatalf("the next apply succeeds:\n%s", out)
	}
	tf.WantOutput(out, "Deployment name is not available")
	tf.WantOutput(out, fmt.Sprintf("held by the deployment %s", id))
	tf.WantOutput(out, fmt.Sprintf("import { to = ioneth_caas_deployment.NAME id = %q }", id))

	tf.Write("import.tf", fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, id))
	tf.Run("apply", "-auto-approve")
	if saved, _ := deploymentInState(t, tf); saved != id || len(env.API.Deployments()) != 1 {
		t.Errorf("the state has %q, and there are %d deployments", saved, len(env.API.Deployments()))
	}
	tf.Run("plan", "-detailed-exitcode") // fails when the plan is not empty
}

// kill kills the providers that a Terraform has started.
func kill(t *testing.T, terraform int) {
	found, err := exec.CommandContext(t.Context(), "ps", "-A", "-o", "pid=,ppid=,command=").Output()
	if err != nil {
		t.Error(err)
		return
	}
	killed := 0
	for line := range strings.Lines(string(found)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[1] != strconv.Itoa(terraform) || !strings.Contains(fields[2], "terraform-provider-ioneth") {
			continue
		}
		pid, err := strconv.Atoi(fields[0])
		if err != nil || syscall.Kill(pid, syscall.SIGKILL) != nil {
			t.Errorf("the provider %s was not killed", fields[0])
		}
		killed++
	}
	if killed == 0 {
		t.Errorf("no provider of the Terraform %d runs:\n%s", terraform, found)
	}
}
