package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

const (
	modulePath      = "github.com/ioneth/terraform-provider-ioneth"
	registryAddress = "registry.terraform.io/ioneth/ioneth"
	providerVersion = "0.0.1" // of a build that no registry has
)

// buildProvider compiles the provider into a filesystem mirror, a folder that
// Terraform installs from as it would from the Registry.
func buildProvider(ctx context.Context, mirror string) error {
	binary := filepath.Join(mirror, filepath.FromSlash(registryAddress), providerVersion,
		runtime.GOOS+"_"+runtime.GOARCH, "terraform-provider-ioneth_v"+providerVersion)
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	build := exec.CommandContext(ctx, "go", "build", //nolint:gosec // nothing in it comes from outside
		"-buildvcs=false", "-ldflags=-X main.version="+providerVersion, "-o", binary, modulePath)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("the provider does not compile (%w); run the demo from the repository, with its Go:\n%s", err, out)
	}
	return nil
}

// writeCLIConfig writes the Terraform settings that take the provider from the
// mirror, and from nowhere else: init needs no network.
func writeCLIConfig(file, mirror string) error {
	return os.WriteFile(file, fmt.Appendf(nil, `provider_installation {
  filesystem_mirror {
    path    = %q
    include = [%q]
  }
}
`, filepath.ToSlash(mirror), registryAddress), 0o600)
}
