//go:build unix

package provider_test

import (
	"bufio"
	"context"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// promptly is how long Ctrl-C may take on a busy machine, which is less than any
// timeout of a request.
const promptly = 10 * time.Second

// interrupted runs a command, sends Ctrl-C during a request, and returns the output.
// The request hangs or is answered after Ctrl-C. The command has its own process
// group, as in a shell, so that Ctrl-C reaches the provider too.
func interrupted(t *testing.T, env *testEnv, tf *acctest.Terraform, during caastest.Fault, command string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	reached, release := make(chan struct{}), make(chan struct{})
	during.Do = func() {
		close(reached)
		if !during.Hang {
			<-release
		}
	}
	env.API.Inject(during)
	cmd := tf.Command(ctx, command, "-auto-approve")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-reached:
	case <-ctx.Done():
		t.Errorf("terraform %s does not send %s %s", command, during.Method, during.Path)
	}
	began := time.Now()
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Error(err)
	}
	var out strings.Builder
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		out.WriteString(lines.Text() + "\n")
		if lines.Text() == "Interrupt received." {
			close(release)
		}
	}
	_ = cmd.Wait() // an exit code is expected
	if took := time.Since(began); took > promptly {
		t.Errorf("it took %s from Ctrl-C to the end:\n%s", took, out.String())
	}
	return out.String()
}

// Ctrl-C ends a create, an update and a destroy at once; the ID is in the state, and
// nothing is tainted. During a plan or a refresh Terraform 1.11.4 does not forward
// Ctrl-C to providers, so there a request ends by its own timeout.
func TestAccDeployment_interrupted(t *testing.T) {
	t.Parallel()
	const one = "/deployment/{}"
	for name, during := range map[string]caastest.Fault{
		"purchase whose response is lost": {Method: "POST", Path: "/deploy", AfterWork: true, Reset: true},
		"wait":                            {Method: "GET", Path: one, Skip: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newEnv(t, caastest.Options{Timings: acctest.Instant})
			tf := env.Terraform(t)
			tf.Write("main.tf", base.String())
			env.API.StallNext() // else it may run before Terraform stops the provider
			tf.WantOutput(interrupted(t, env, tf, during, "apply"), "Warning: Interrupted while waiting for the deployment")
			env.deploymentsAre(t, "deployment requested")
			wantInState(t, tf, env.newest())
			tf.WantOutput(tf.Run("plan"), "it is still starting")
		})
	}
	t.Run("update and destroy", func(t *testing.T) {
		t.Parallel()
		env := newEnv(t, caastest.Options{Timings: acctest.Instant})
		tf := env.Terraform(t)
		tf.Write("main.tf", base.String())
		tf.Run("apply", "-auto-approve")
		tf.Write("main.tf", base.with(attributes{"container_config.traffic_port": "9000"}).String())
		interrupted(t, env, tf, caastest.Fault{Method: "PATCH", Path: one, Hang: true}, "apply")
		env.deploymentsAre(t, "running")
		wantInState(t, tf, env.newest())
		env.API.Configure(func(o *caastest.Options) { o.NeverTerminate = true })
		interrupted(t, env, tf, caastest.Fault{Method: "GET", Path: one, Skip: 3}, "destroy")
		env.deploymentsAre(t, "termination requested")
		wantInState(t, tf, env.newest())
	})
}
