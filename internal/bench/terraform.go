package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

const token = "bench-token"

// The configurations measured. The variable n is the number of instances.
var (
	//go:embed hcl/ioneth.tf
	ionethTF string
	//go:embed hcl/smallest.tf
	smallestTF string
)

// wrapper runs the provider's binary (the first %s) and appends the processor
// time of each launch to a file (the second). The line "launch" comes first, so
// that a launch that was killed before it was counted is noticed.
const wrapper = `#!/usr/bin/env bash
echo launch >>%[2]q
TIMEFORMAT='%%U %%S'
{ time %[1]q "$@" 2>&3; } 3>&2 2>>%[2]q
`

// subject is a provider and the directory in which Terraform runs it.
type subject struct {
	name, source string // the source is the last part of the provider's address
	binary, hcl  string
	dir          string
	api          *caastest.Server // nil for the smallest provider
}

// cost is what one Terraform command took, in seconds.
type cost struct{ wall, cpu float64 }

// build compiles a package of the module in the same way as a release.
func build(ctx context.Context, binary, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", //nolint:gosec // the arguments are constants and a temporary path
		"-ldflags=-s -w -X main.version="+tfcli.Version, "-o", binary, tfcli.Module+pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", tfcli.Module+pkg, err, out)
	}
	return nil
}

// install writes the configuration into dir, puts the wrapper into a filesystem
// mirror below it and runs terraform init.
func (s *subject) install(ctx context.Context, dir string) error {
	s.dir = dir
	mirror := filepath.Join(dir, "mirror", "registry.terraform.io", "ioneth", s.source, tfcli.Version, runtime.GOOS+"_"+runtime.GOARCH)
	err := errors.Join(
		os.MkdirAll(mirror, 0o750),
		os.WriteFile(filepath.Join(mirror, "terraform-provider-"+s.source+"_v"+tfcli.Version), //nolint:gosec // executable
			fmt.Appendf(nil, wrapper, s.binary, s.path("cpu")), 0o700),
		os.WriteFile(s.path("terraform.rc"),
			fmt.Appendf(nil, "provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", s.path("mirror")), 0o600),
		os.WriteFile(s.path("main.tf"), []byte(s.hcl), 0o600))
	if err != nil {
		return err
	}
	_, err = s.terraform(ctx, "init")
	return err
}

func (s *subject) path(name string) string { return filepath.Join(s.dir, name) }

// reset removes the state and starts an empty API, which stops with ctx. The API
// answers at once and does not check requests against the contract, which would
// take more processor time than the provider.
func (s *subject) reset(ctx context.Context) (err error) {
	if err := os.RemoveAll(s.path("terraform.tfstate")); err != nil || s.source != "ioneth" {
		return err
	}
	s.api, err = caastest.New(caastest.Options{ //nolint:contextcheck // closed with ctx
		Token:        token,
		SkipContract: true,
		// A phase of 0 would get the mock's default.
		Timings: caastest.Timings{Provision: time.Nanosecond, URL: time.Nanosecond, Terminate: time.Nanosecond},
	})
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, s.api.Close)
	s.api.SetReplicas(203, 1, 1<<20)
	s.api.SetReplicas(203, 2, 1<<20)
	return nil
}

// terraform runs one Terraform command.
func (s *subject) terraform(ctx context.Context, args ...string) (cost, error) {
	if err := os.RemoveAll(s.path("cpu")); err != nil {
		return cost{}, err
	}
	cli := &tfcli.CLI{Path: tfcli.Path(), Dir: s.dir, Env: append(tfcli.CleanEnvironment(), "HOME="+s.dir, "TF_CLI_CONFIG_FILE="+s.path("terraform.rc"))}
	if s.api != nil {
		s.api.ResetJournal()
		cli.Env = append(cli.Env, "IONETH_ENDPOINT="+s.api.URL(), "IONETH_TOKEN="+token)
	}
	cmd := cli.Command(ctx, args...)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	wall := time.Since(start).Seconds()
	if err != nil {
		return cost{}, fmt.Errorf("terraform %s (%s): %w\n%s", strings.Join(args, " "), s.name, err, out)
	}
	cpu, err := s.processorTime()
	return cost{wall, cpu}, err
}

// processorTime returns what all launches of the provider took together, as the
// wrapper wrote it.
func (s *subject) processorTime() (total float64, err error) {
	text, err := os.ReadFile(s.path("cpu"))
	if err != nil && !errors.Is(err, os.ErrNotExist) { // terraform init launches no provider
		return 0, err
	}
	launches, counted := 0, 0
	for line := range strings.Lines(string(text)) {
		if line == "launch\n" {
			launches++
			continue
		}
		var user, system float64
		if _, err := fmt.Sscan(line, &user, &system); err != nil {
			return 0, fmt.Errorf("processor time %q: %w", line, err)
		}
		counted++
		total += user + system
	}
	if counted != launches {
		return 0, fmt.Errorf("%d of %d launches of the provider have no processor time", launches-counted, launches)
	}
	return total, nil
}
