// Command terraform prints the path of a Terraform that the acceptance tests
// can run: the first one on PATH that is new enough, else one downloaded before,
// else the latest release, which it downloads into the user's cache folder.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/hashicorp/go-version"
	install "github.com/hashicorp/hc-install"
	"github.com/hashicorp/hc-install/fs"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
	"github.com/hashicorp/hc-install/src"
)

// supported is the range of Terraform versions that the provider works with.
const supported = ">= 1.11.0"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	path, err := find(ctx)
	if err != nil {
		fmt.Fprintf(os.Stderr, "no Terraform %s on PATH, and none can be downloaded: %v\n", supported, err)
		fmt.Fprintln(os.Stderr, "Install one, or set TF_ACC_TERRAFORM_PATH to a binary.")
		stop()
		os.Exit(1)
	}
	fmt.Println(path)
}

func find(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "terraform-provider-ioneth", "terraform")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	wanted := version.MustConstraints(version.NewConstraint(supported))

	return install.NewInstaller().Ensure(ctx, []src.Source{
		&fs.Version{Product: product.Terraform, Constraints: wanted, ExtraPaths: []string{dir}},
		&releases.LatestVersion{Product: product.Terraform, Constraints: wanted, InstallDir: dir},
	})
}
