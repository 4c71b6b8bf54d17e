package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/go-version"
	install "github.com/hashicorp/hc-install"
	"github.com/hashicorp/hc-install/fs"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
	"github.com/hashicorp/hc-install/src"
)

// supported is the range of Terraform versions that the provider works with.
const supported = ">= 1.11.0"

// findTerraform returns the path of a supported Terraform: the one on PATH, or
// else the latest release, which it downloads into dir.
func findTerraform(ctx context.Context, show *printer, dir string) (string, error) {
	constraints, err := version.NewConstraint(supported)
	if err != nil {
		return "", err
	}
	installer := install.NewInstaller()
	path, err := installer.Ensure(ctx, []src.Source{&fs.Version{Product: product.Terraform, Constraints: constraints}})
	if err == nil {
		show.fact("Terraform from PATH: %s", path)
		return path, nil
	}
	show.note("No Terraform %s on PATH: downloading the latest release.", supported)
	path, err = installer.Ensure(ctx, []src.Source{&releases.LatestVersion{Product: product.Terraform, Constraints: constraints, InstallDir: dir}})
	if err != nil {
		return "", fmt.Errorf("download Terraform: %w; put Terraform %s on PATH (https://developer.hashicorp.com/terraform/install) and run the demo again", err, supported)
	}
	show.fact("Terraform, downloaded for the demo only: %s", path)
	return path, nil
}
