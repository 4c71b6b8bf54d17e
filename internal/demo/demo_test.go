package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
)

// TestMain lets the demo find the Terraform that other tests run, where one was
// downloaded for them.
func TestMain(m *testing.M) {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); filepath.Base(path) == "terraform" {
		if err := os.Setenv("PATH", filepath.Dir(path)+string(os.PathListSeparator)+os.Getenv("PATH")); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// needTerraform skips a test that runs, or downloads, Terraform.
func needTerraform(t *testing.T) {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests run with TF_ACC=1")
	}
}

// audience is a writer that can be read while it is written to.
type audience struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (a *audience) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.text.Write(p)
}

func (a *audience) String() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.text.String()
}

func TestDemo(t *testing.T) {
	needTerraform(t)
	t.Parallel()
	temp, seen := t.TempDir(), &audience{}
	if err := run(t.Context(), newPrinter(seen, false), temp, false); err != nil {
		t.Fatalf("%v\n%s", err, seen)
	}
	for _, want := range []string{
		"gpus_per_container must be 8",
		"args must have at least one item",
		"Plan: 2 to add, 0 to change, 0 to destroy.",
		`"HF_TOKEN": "(hidden)"`,
		`public_url = "http://127.0.0.1:`,
		"/health: 200 OK",
		"No changes.",
		"Purchase of 24 more hours for",
		"The new deployment was ready before the old one was destroyed",
		"Destroy complete! Resources: 2 destroyed.",
	} {
		if !strings.Contains(seen.String(), want) {
			t.Errorf("%q was not shown", want)
		}
	}
	for _, secret := range []string{hfToken, mockToken} {
		if strings.Contains(seen.String(), secret) {
			t.Errorf("the secret %q was shown", secret)
		}
	}
	wantEmpty(t, temp)
}

// TestDemo_keep runs the commands that the demo prints.
func TestDemo_keep(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the lines are for a POSIX shell")
	}
	needTerraform(t)
	t.Parallel()
	temp, seen := t.TempDir(), &audience{}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, newPrinter(seen, false), temp, true) }()

	for !strings.Contains(seen.String(), "Ctrl-C here") {
		select {
		case err := <-ended:
			t.Fatalf("ended too early: %v\n%s", err, seen)
		case <-time.After(50 * time.Millisecond):
		}
	}
	_, after, _ := strings.Cut(seen.String(), "In another terminal:")
	script, _, _ := strings.Cut(after, "Ctrl-C here")
	shell := exec.CommandContext(ctx, "sh", "-ec", script)
	shell.Env = append(tfcli.CleanEnvironment(), "IONETH_API_KEY=of-the-real-api")
	if out, err := shell.CombinedOutput(); err != nil || !strings.Contains(string(out), "No changes.") {
		t.Errorf("%v: %s\nafter%s", err, out, script)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	wantEmpty(t, temp)
}

func TestDemo_interrupted(t *testing.T) {
	t.Parallel()
	temp, seen := t.TempDir(), &audience{}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	err := run(ctx, newPrinter(seen, false), temp, false)
	if err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("got %v", err)
	}
	wantEmpty(t, temp)
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v %v", left, err)
	}
}
