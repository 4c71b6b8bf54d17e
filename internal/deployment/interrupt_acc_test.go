//go:build unix

package deployment_test

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

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// running is a Terraform that runs, in a process group of its own as a shell
// makes one, so that Ctrl-C reaches the provider too.
type running struct {
	t       *testing.T
	command *exec.Cmd

	mu      sync.Mutex
	said    bytes.Buffer
	waiting map[string]chan struct{} // closed when the words were said
}

// start starts Terraform.
func (f *folder) start(arguments ...string) *running {
	f.t.Helper()
	r := &running{t: f.t, waiting: map[string]chan struct{}{}}
	r.command = f.Command(arguments...)
	r.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r.command.Stdout, r.command.Stderr = r, r
	if err := r.command.Start(); err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() {
		if r.command.ProcessState == nil { // the test has failed
			_ = syscall.Kill(-r.command.Process.Pid, syscall.SIGKILL)
		}
	})
	return r
}

// Write implements io.Writer.
func (r *running) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, err := r.said.Write(p)
	for words, told := range r.waiting {
		if strings.Contains(r.said.String(), words) {
			close(told)
			delete(r.waiting, words)
		}
	}
	return n, err
}

// until waits for words of the output.
func (r *running) until(words string) {
	r.t.Helper()
	r.mu.Lock()
	told := make(chan struct{})
	if strings.Contains(r.said.String(), words) {
		close(told)
	} else {
		r.waiting[words] = told
	}
	r.mu.Unlock()
	r.await(told, "Terraform to say "+words)
}

// patience is for what does happen, however busy the machine is.
const patience = time.Minute

func (r *running) await(happened <-chan struct{}, what string) {
	r.t.Helper()
	select {
	case <-happened:
	case <-time.After(patience):
		r.t.Fatalf("waited in vain for %s; Terraform said\n%s", what, r.output())
	}
}

// interrupt is Ctrl-C: every process of the group gets it.
func (r *running) interrupt() {
	r.t.Helper()
	if err := syscall.Kill(-r.command.Process.Pid, syscall.SIGINT); err != nil {
		r.t.Fatal(err)
	}
	r.until("Interrupt received")
}

// end waits for Terraform's end and returns how long that took.
func (r *running) end() time.Duration {
	r.t.Helper()
	start, ended := time.Now(), make(chan struct{})
	go func() {
		_ = r.command.Wait() // it was interrupted: that is no failure of the test
		close(ended)
	}()
	r.await(ended, "Terraform's end")
	return time.Since(start)
}

func (r *running) output() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.said.String()
}

// held is what the state has of the deployment: its id, "" for none, and whether
// it is tainted.
func (f *folder) held() (id string, tainted bool) {
	f.t.Helper()
	raw, err := os.ReadFile(filepath.Join(f.Path, "terraform.tfstate"))
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
		f.t.Fatal(err)
	}
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			return i.Attributes.ID, i.Status == "tainted"
		}
	}
	return "", false
}

// promptly is how long Ctrl-C may take on a busy machine: far less than any
// request or poll that it cuts short.
const promptly = 3 * time.Second

// TestAccDeployment_interrupted shows Ctrl-C at each moment of a create, an update
// and a destroy: Terraform is back at once, the id is in the state, and nothing is
// tainted. While it plans or refreshes Terraform tells providers nothing of Ctrl-C
// (seen with 1.11.4), so there a request ends by its own timeout.
func TestAccDeployment_interrupted(t *testing.T) {
	const one, name = "/deployment/{}", "/clusters/check_cluster_name_availability"
	changed := strings.Replace(minimal, "latest", "other", 1)
	for title, c := range map[string]struct {
		before bool // the deployment is there already
		config string
		run    []string
		// at is the call during which Ctrl-C comes. One that hangs is dropped, any
		// other is answered after it.
		at   caastest.Fault
		also func(*world)
		held bool   // the state has the id
		runs string // what the account has
	}{
		"create, name check": {config: minimal, run: []string{"apply"}, at: caastest.Fault{Method: "GET", Path: name, Skip: 1, Hang: true}},
		"create, purchase":   {config: minimal, run: []string{"apply"}, at: caastest.Fault{Method: "POST", Path: "/deploy", AfterWork: true}, held: true, runs: "running"},
		"create, purchase whose answer is lost": {
			config: minimal, run: []string{"apply"}, at: caastest.Fault{Method: "POST", Path: "/deploy", AfterWork: true, Reset: true}, held: true, runs: "running",
		},
		"create, first look": {config: minimal, run: []string{"apply"}, at: caastest.Fault{Method: "GET", Path: one, Hang: true}, held: true, runs: "running"},
		"create, wait": {
			config: minimal, run: []string{"apply"}, at: caastest.Fault{Method: "GET", Path: one, Skip: 1},
			also: func(w *world) { w.StallNext() }, held: true, runs: "deployment requested",
		},
		"update, change": {before: true, config: changed, run: []string{"apply"}, at: caastest.Fault{Method: "PATCH", Path: one, Hang: true}, held: true, runs: "running"},
		"update, read back": {
			before: true, config: changed, run: []string{"apply"}, at: caastest.Fault{Method: "GET", Path: one, Skip: 1, Hang: true}, held: true, runs: "running",
		},
		"destroy, look": {before: true, config: minimal, run: []string{"destroy"}, at: caastest.Fault{Method: "GET", Path: one, Skip: 1, Hang: true}, held: true, runs: "running"},
		"destroy, wait": {
			before: true, config: minimal, run: []string{"destroy"}, at: caastest.Fault{Method: "GET", Path: one, Skip: 3},
			also: func(w *world) { w.StallDelete() }, held: true, runs: "termination requested",
		},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, caastest.Options{Timings: instant})
			f := w.folder(t)
			if c.before {
				f.Write("main.tf", minimal)
				f.Run("apply", "-auto-approve")
			}
			f.Write("main.tf", c.config)
			if c.also != nil {
				c.also(w)
			}
			reached, release := make(chan struct{}), make(chan struct{})
			c.at.Do = func() {
				close(reached)
				if !c.at.Hang {
					<-release
				}
			}
			w.Inject(c.at)
			r := f.start(append(c.run, "-auto-approve")...)
			r.await(reached, "the call")
			r.interrupt()
			close(release)
			if took := r.end(); took > promptly {
				t.Errorf("it took %s from Ctrl-C to the end:\n%s", took, r.output())
			}

			var statuses []string
			for _, d := range w.Deployments() {
				statuses = append(statuses, d.Status)
			}
			if got := strings.Join(statuses, ", "); got != c.runs {
				t.Errorf("the account has %q, want %q", got, c.runs)
			}
			id, tainted := f.held()
			if c.held && id != w.Deployments()[0].ID || !c.held && id != "" || tainted {
				t.Errorf("the state has %q, tainted: %t; Terraform said\n%s", id, tainted, r.output())
			}
		})
	}
}

// TestAccDeployment_killed shows a provider that is killed between the purchase
// and the state: the next apply tells which deployment has the name and how to
// import it, and buys no other.
func TestAccDeployment_killed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{Timings: instant})
	f := w.folder(t)
	f.Write("main.tf", minimal)
	terraform := make(chan int, 1)
	w.Inject(caastest.Fault{Method: "POST", Path: "/deploy", AfterWork: true, Hang: true, Do: func() { kill(t, <-terraform) }})
	r := f.start("apply", "-auto-approve")
	terraform <- r.command.Process.Pid
	r.end()
	if id, _ := f.held(); id != "" {
		t.Fatalf("the state has %q, so this shows nothing:\n%s", id, r.output())
	}
	id := w.Deployments()[0].ID

	out, code := f.Try("apply", "-auto-approve")
	if code == 0 {
		t.Fatalf("the next apply succeeds:\n%s", out)
	}
	f.says(out, "Name of the deployment is taken")
	f.says(out, fmt.Sprintf("held by the deployment %s", id))
	f.says(out, fmt.Sprintf("import { to = ioneth_caas_deployment.NAME id = %q }", id))

	f.Write("import.tf", fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, id))
	f.Run("apply", "-auto-approve")
	if held, _ := f.held(); held != id || len(w.Deployments()) != 1 {
		t.Errorf("the state has %q, and there are %d deployments", held, len(w.Deployments()))
	}
	f.Run("plan", "-detailed-exitcode") // fails when the plan is not empty
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
