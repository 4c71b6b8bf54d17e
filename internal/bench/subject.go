package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// subject is one of the two providers and the folder in which Terraform runs it.
type subject struct {
	*bench
	name   string
	binary string // of the provider itself
	dir    string
	usage  string   // the file that the launcher writes
	extra  []string // settings of the environment
}

// cost is what one run of Terraform took.
type cost struct {
	wall      time.Duration
	terraform time.Duration // processor time of Terraform itself
	cpu       time.Duration // of the provider, all launches together
	memory    float64       // bytes: the provider's peaks, all launches together
	launches  int
}

// run runs Terraform and returns what it took. It fails when Terraform does, or
// when a launch of the provider is not accounted for.
func (s *subject) run(ctx context.Context, args ...string) (cost, error) {
	if err := os.RemoveAll(s.usage); err != nil {
		return cost{}, err
	}
	cmd := exec.CommandContext(ctx, s.terraform, args...) //nolint:gosec // the user's own Terraform
	cmd.Dir = s.dir
	cmd.Env = append(append(s.env, "BENCH_BINARY="+s.binary, "BENCH_USAGE="+s.usage), s.extra...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	took := cost{wall: time.Since(begin)}
	if err != nil {
		return cost{}, fmt.Errorf("terraform %s (%s): %w\n%s", strings.Join(args, " "), s.name, err, out)
	}
	if err := took.account(s.usage); err != nil {
		return cost{}, err
	}
	// What the system tells of a process is with the children that it waited for.
	took.terraform = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime() - took.cpu
	return took, nil
}

// String is the cost for people.
func (c cost) String() string {
	return fmt.Sprintf("%s (provider %s and %s in %d launches, Terraform %s)",
		seconds(c.wall.Seconds()), seconds(c.cpu.Seconds()), megabytes(c.memory), c.launches, seconds(c.terraform.Seconds()))
}

// account adds up what the launcher wrote.
func (c *cost) account(file string) error {
	text, err := os.ReadFile(file)                     //nolint:gosec // the bench's own
	if err != nil && !errors.Is(err, os.ErrNotExist) { // no launch at all
		return err
	}
	ended := 0
	for text := range strings.Lines(string(text)) {
		if strings.HasPrefix(text, "launch") {
			c.launches++
			continue
		}
		var microseconds, bytes int64
		if _, err := fmt.Sscan(text, &microseconds, &bytes); err != nil {
			return fmt.Errorf("the launcher wrote %q: %w", text, err)
		}
		ended++
		c.cpu += time.Duration(microseconds) * time.Microsecond
		c.memory += float64(bytes)
	}
	if ended != c.launches {
		return fmt.Errorf("of %d launches of the provider %d told what they took", c.launches, ended)
	}
	return nil
}

// instances is the variable that says how many instances there are.
func instances(n int) string { return "-var=n=" + strconv.Itoa(n) }

// reset makes the folder one in which nothing was applied.
func (s *subject) reset() error {
	states, err := filepath.Glob(filepath.Join(s.dir, "*.tfstate*"))
	for _, file := range states {
		err = errors.Join(err, os.Remove(file))
	}
	return err
}
