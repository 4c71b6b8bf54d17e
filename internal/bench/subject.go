package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// subject is a provider and the directory in which Terraform runs it.
type subject struct {
	name     string // in the report
	provider string // the last part of the provider's address
	dir      string
	api      *caastest.Server // nil for the smallest provider
}

func (s *subject) path(name string) string { return filepath.Join(s.dir, name) }
func (s *subject) binary() string          { return s.path("terraform-provider-" + s.provider) }

// configure makes the directory, with a configuration and with settings that make
// Terraform run the binary there.
func (s *subject) configure(hcl string) error {
	return errors.Join(
		os.Mkdir(s.dir, 0o750),
		os.WriteFile(s.path("main.tf"), []byte(hcl), 0o600),
		os.WriteFile(s.path("terraform.rc"), tfcli.DevOverride("ioneth/"+s.provider, s.dir), 0o600))
}

// reset removes the state and starts an empty API, which stops with ctx. The API
// answers at once and does not check requests against the contract, which would
// take more processor time than the provider.
func (s *subject) reset(ctx context.Context) (err error) {
	if err := os.RemoveAll(s.path("terraform.tfstate")); err != nil || s.provider != "ioneth" {
		return err
	}
	s.api, err = caastest.New(caastest.Options{
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

// cost is what one Terraform command took, in seconds: wall time, and the processor
// time of Terraform and all launches of the provider together.
type cost [2]float64

var costNames = [2]string{"wall time", "processor time"}

// terraform runs one Terraform command.
func (s *subject) terraform(ctx context.Context, args ...string) (cost, error) {
	cli := tfcli.CLI{Path: tfcli.Path(), Dir: s.dir, Env: append(tfcli.CleanEnvironment(), "HOME="+s.dir, "TF_CLI_CONFIG_FILE="+s.path("terraform.rc"))}
	if s.api != nil {
		s.api.ResetJournal()
		cli.Env = append(cli.Env, "IONETH_ENDPOINT="+s.api.URL(), "IONETH_TOKEN="+token)
	}
	cmd := cli.Command(ctx, args...)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	wall := time.Since(start)
	if err != nil {
		return cost{}, fmt.Errorf("terraform %s (%s): %w\n%s", strings.Join(args, " "), s.name, err, out)
	}
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime() // includes the children that it waited for
	return cost{wall.Seconds(), cpu.Seconds()}, nil
}
