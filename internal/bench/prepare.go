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
)

const (
	modulePath      = "github.com/ioneth/terraform-provider-ioneth"
	providerVersion = "0.0.1" // of a build that no registry has
)

// The configurations measured: as many instances as the variable n says.
var (
	//go:embed hcl/ioneth.tf
	ionethTF string
	//go:embed hcl/smallest.tf
	smallestTF string
)

// bench is what the parts share.
type bench struct {
	scale     scale
	terraform string   // path of the binary
	dir       string   // all files of the bench
	env       []string // of Terraform and of the providers, but for what a subject adds
	load      string   // of the machine, before anything was measured
	ours      *subject
	smallest  *subject
	hollow    *subject // our schema, and nothing behind it
}

// say tells whoever waits what is going on.
func (b *bench) say(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
}

// prepare builds the providers, as a release is built, and a folder for
// Terraform to run each of them in.
func prepare(ctx context.Context, s scale) (_ *bench, err error) {
	b := &bench{scale: s, load: load()}
	b.terraform, err = exec.LookPath(terraformName())
	if err != nil {
		return nil, fmt.Errorf("no Terraform: %w; put one on PATH, or its path into TF_ACC_TERRAFORM_PATH", err)
	}
	if b.dir, err = os.MkdirTemp("", "ioneth-bench-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.remove())
		}
	}()
	b.env = append(cleanEnvironment(), "TF_CLI_CONFIG_FILE="+b.path("terraform.rc"), "TF_IN_AUTOMATION=1")
	err = os.WriteFile(b.path("terraform.rc"), fmt.Appendf(nil,
		"provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.ToSlash(b.path("mirror"))), 0o600)
	if err != nil {
		return nil, err
	}
	b.say("building the providers")
	if err = b.build(ctx, b.path("launcher"), "/internal/bench/launcher"); err != nil {
		return nil, err
	}
	if b.ours, err = b.subject(ctx, "ioneth", "", ionethTF); err != nil {
		return nil, err
	}
	if b.smallest, err = b.subject(ctx, "smallest", "/internal/bench/smallest", smallestTF); err != nil {
		return nil, err
	}
	hollowTF := strings.NewReplacer("ioneth_caas_deployment", "hollow_deployment", "ioneth = { source = \"ioneth/ioneth\" }",
		"hollow = { source = \"ioneth/hollow\" }").Replace(ionethTF)
	if b.hollow, err = b.subject(ctx, "hollow", "/internal/bench/hollow", hollowTF); err != nil {
		return nil, err
	}
	b.hollow.extra = quiet
	return b, nil
}

// quiet turns the framework's logs off, as our main does.
var quiet = []string{"TF_LOG_SDK=OFF", "TF_LOG_SDK_FRAMEWORK=OFF", "TF_LOG_SDK_PROTO=OFF"}

func (b *bench) remove() error { return os.RemoveAll(b.dir) }

// path is that of a file of the bench.
func (b *bench) path(steps ...string) string {
	return filepath.Join(append([]string{b.dir}, steps...)...)
}

// build compiles a package of the module as a release is built.
func (b *bench) build(ctx context.Context, binary, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", //nolint:gosec // nothing in it comes from outside
		"-ldflags=-s -w -X main.version="+providerVersion, "-o", binary, modulePath+pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s does not compile (%w):\n%s", modulePath+pkg, err, out)
	}
	return nil
}

// subject builds a provider, with the launcher in its place in the mirror that
// Terraform installs from, and initialises a folder with its configuration.
func (b *bench) subject(ctx context.Context, name, pkg, hcl string) (*subject, error) {
	s := &subject{bench: b, name: name, binary: b.path(name), dir: b.path("work", name), usage: b.path(name + ".usage")}
	if err := b.build(ctx, s.binary, pkg); err != nil {
		return nil, err
	}
	mirror := b.path("mirror", "registry.terraform.io", "ioneth", name, providerVersion, runtime.GOOS+"_"+runtime.GOARCH)
	if err := errors.Join(os.MkdirAll(mirror, 0o750), os.MkdirAll(s.dir, 0o750)); err != nil {
		return nil, err
	}
	err := errors.Join(
		os.Link(b.path("launcher"), filepath.Join(mirror, "terraform-provider-"+name+"_v"+providerVersion)),
		os.WriteFile(filepath.Join(s.dir, "main.tf"), []byte(hcl), 0o600))
	if err != nil {
		return nil, err
	}
	_, err = s.run(ctx, "init")
	return s, err
}

// terraformName is what to look up: the Terraform that the tests run.
func terraformName() string {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	return "terraform"
}

// cleanEnvironment is the environment without what would change what Terraform
// or the provider do. Terraform asks nobody for news of itself.
func cleanEnvironment() []string {
	env := []string{"CHECKPOINT_DISABLE=1", "TF_INPUT=0", "TF_CLI_ARGS=-no-color"}
	for _, setting := range os.Environ() {
		name, _, _ := strings.Cut(strings.ToUpper(setting), "=")
		switch {
		case strings.HasPrefix(name, "TF_"), strings.HasPrefix(name, "IONETH_"), strings.HasPrefix(name, "IOCLOUD_"):
		case strings.HasPrefix(name, "GO"): // GOGC, GOMAXPROCS and the like are for the bench alone
		default:
			env = append(env, setting)
		}
	}
	return env
}
