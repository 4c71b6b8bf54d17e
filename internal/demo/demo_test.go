package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
)

// needTerraform skips a test that runs Terraform.
func needTerraform(t *testing.T) {
	t.Helper()
	switch {
	case os.Getenv("TF_ACC") == "":
		t.Skip("acceptance tests run with TF_ACC=1")
	case !tfcli.IsTerraform():
		t.Skip("the demo checks the output of Terraform")
	}
	t.Parallel()
}

func TestDemo(t *testing.T) {
	needTerraform(t)
	temp, shown := t.TempDir(), &bytes.Buffer{}
	if err := run(t.Context(), &printer{out: shown}, temp, append(steps, step{"Destroy", (*demo).destroy})); err != nil {
		t.Fatalf("%v\n%s", err, shown)
	}
	for _, want := range []string{
		"gpus_per_container must be 8",
		"args must have at least one item",
		`Warning: Purchase of "demo-llm-…": 8 GPUs for 24 hours, 478.08 USDC`,
		"Plan: 2 to add, 0 to change, 0 to destroy.",
		`"HF_TOKEN": "(hidden)"`,
		`public_url = "http://127.0.0.1:`,
		"/health: 200 OK",
		"No changes.",
		"Purchase of 24 more hours for",
		"The new deployment was ready before the old one was destroyed",
		"Destroy complete! Resources: 2 destroyed.",
	} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("%q was not shown", want)
		}
	}
	if secret := findSecret(shown.String()); secret != "" {
		t.Errorf("the secret %q was shown", secret)
	}
	wantEmpty(t, temp)
}

// TestDemo_keep runs the commands that the demo prints, and continues with an
// example, as the guide "Getting started" does.
func TestDemo_keep(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the lines are for a POSIX shell")
	}
	needTerraform(t)
	temp := filepath.Join(t.TempDir(), "it's a folder")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, &printer{out: writer}, temp, []step{
			{"", (*demo).prepare}, {"", (*demo).install}, {"", (*demo).plan}, {"", (*demo).apply}, {"", (*demo).printCommands},
		})
		_ = writer.Close() // never fails
		ended <- err
	}()
	shown := readUntil(reader, "Ctrl-C here")
	go func() { _, _ = io.Copy(io.Discard, reader) }()

	_, after, _ := strings.Cut(shown, "In another terminal:")
	script, _, _ := strings.Cut(after, "Ctrl-C here")
	example, err := filepath.Abs("../../examples/scenarios/list-hardware/main.tf")
	if err != nil {
		t.Fatal(err)
	}
	script += "\nmkdir hardware && cd hardware && cp '" + example + "' . && terraform init && terraform plan"
	shell := exec.CommandContext(ctx, "sh", "-ec", script)
	shell.Env = append(tfcli.CleanEnvironment(), "IONETH_API_KEY=of-the-real-api")
	out, err := shell.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "No changes.") || !strings.Contains(string(out), "H100 SXM") {
		t.Errorf("%v: %s\nafter%s", err, out, shown)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	wantEmpty(t, temp)
}

// readUntil returns what a reader has up to some words, or to its end.
func readUntil(r io.Reader, words string) string {
	var all strings.Builder
	piece := make([]byte, 1<<10)
	for !strings.Contains(all.String(), words) {
		n, err := r.Read(piece)
		all.Write(piece[:n])
		if err != nil {
			break
		}
	}
	return all.String()
}

// TestDemo_unexpected shows that the demo fails when Terraform does something else
// than it should.
func TestDemo_unexpected(t *testing.T) {
	needTerraform(t)
	temp := t.TempDir()
	err := run(t.Context(), &printer{out: io.Discard}, temp, []step{{"", (*demo).prepare}, {"", (*demo).install}, {"nothing to destroy", (*demo).destroy}})
	if err == nil || !strings.Contains(err.Error(), "step 3 (nothing to destroy)") || !strings.Contains(err.Error(), "Resources: 0 destroyed") {
		t.Errorf("got %v", err)
	}
	wantEmpty(t, temp)
}

func TestDemo_interrupted(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	err := run(ctx, &printer{out: io.Discard}, temp, steps)
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

func TestTranscript(t *testing.T) {
	t.Parallel()
	shown := &bytes.Buffer{}
	lines := &transcript{show: &printer{out: shown}}
	for line := range strings.Lines(`

Terraform used the selected providers to
  + create
Terraform will perform the following actions:

  # a will be created
  + resource "a" "a" {
      + known   = 1
      + unknown = (known after apply)
    }


  # b will be destroyed
  - resource "b" "b" {
      - list = {
        } -> null
    }

Plan: 1 to add
───────
Saved the plan to: tfplan
`) {
		lines.add(strings.TrimSuffix(line, "\n"))
	}
	lines.end()
	const want = `
     # a will be created
     + resource "a" "a" {
         + known   = 1
       }

     # b will be destroyed

   Plan: 1 to add

`
	if got := "\n" + shown.String(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
