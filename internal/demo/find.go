package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"

	"github.com/hashicorp/go-version"
	install "github.com/hashicorp/hc-install"
	"github.com/hashicorp/hc-install/fs"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
	"github.com/hashicorp/hc-install/src"
)

// oldest is the first version of Terraform that the provider works with.
var oldest = version.Must(version.NewVersion("1.11.0"))

// findTerraform returns the path of the Terraform on PATH, and says which it is.
// When there is none, or one that is too old, it downloads the latest release
// into dir.
func findTerraform(ctx context.Context, show *printer, dir string) (string, error) {
	installer := install.NewInstaller()
	path, err := installer.Ensure(ctx, []src.Source{&fs.AnyVersion{Product: &product.Terraform}})
	if err != nil {
		show.note("There is no terraform on PATH: downloading the latest release.")
	} else {
		v, err := versionOf(ctx, path)
		if err != nil {
			return "", fmt.Errorf("%s does not tell its version: %w; repair it, or take it off PATH and the demo downloads one", path, err)
		}
		if !tooOld(v) {
			show.fact("Terraform %s, from PATH: %s", v, path)
			return path, nil
		}
		show.note("Terraform %s, %s, is too old: the provider works with %s and later. Downloading the latest release.", v, path, oldest)
	}
	path, err = installer.Ensure(ctx, []src.Source{&releases.LatestVersion{Product: product.Terraform, InstallDir: dir}})
	if err != nil {
		return "", fmt.Errorf("no Terraform could be downloaded: %w; "+
			"put Terraform %s or later on PATH (https://developer.hashicorp.com/terraform/install) and run the demo again", err, oldest)
	}
	v, err := versionOf(ctx, path)
	if err != nil {
		return "", fmt.Errorf("the Terraform downloaded does not run: %w", err)
	}
	show.fact("Terraform %s, downloaded for the demo only", v)
	return path, nil
}

// tooOld tells whether a Terraform can't be used; prereleases count as what they
// lead to.
func tooOld(v *version.Version) bool { return v.Core().LessThan(oldest) }

// versionOf asks a Terraform for its version.
func versionOf(ctx context.Context, path string) (*version.Version, error) {
	cmd := exec.CommandContext(ctx, path, "version", "-json")
	cmd.Env = cleanEnvironment()
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var told struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal(out, &told); err != nil {
		return nil, err
	}
	return version.NewVersion(told.Version)
}
