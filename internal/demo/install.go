package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
)

const registryAddress = "registry.terraform.io/ioneth/ioneth"

// buildProvider compiles the provider into a filesystem mirror, a folder that
// Terraform installs from as it would from the Registry.
func buildProvider(ctx context.Context, mirror string) error {
	binary := filepath.Join(mirror, filepath.FromSlash(registryAddress), tfcli.Version,
		runtime.GOOS+"_"+runtime.GOARCH, "terraform-provider-ioneth_v"+tfcli.Version)
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	return tfcli.Build(ctx, binary)
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
