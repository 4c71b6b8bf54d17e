package main

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// mainTF is the configuration that the demo applies.
//
//go:embed hcl/main.tf
var mainTF string

// mockToken is a credential that only the mock accepts, and hfToken a secret that
// only the mock may receive.
const (
	mockToken = "demo-token"
	hfToken   = "made-up-hugging-face-token"
)

// namePrefix is the deployment's resource_private_name_prefix in main.tf.
const namePrefix = "demo-llm-"

// demo is what the steps share.
type demo struct {
	show      *printer
	api       *caastest.Server
	dir       string     // all files of the demo
	terraform *terraform // nil until prepared
}

// newDemo starts the mock and makes the folders below temp.
func newDemo(show *printer, temp string) (*demo, error) {
	dir, err := os.MkdirTemp(temp, "ioneth-demo-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the demo (TMPDIR chooses where): %w", err)
	}
	d := &demo{show: show, dir: dir}
	d.api, err = caastest.New(caastest.Options{
		Token: mockToken, ServePublicURLs: true,
		// Every phase takes seconds; the provider polls each second.
		Timings: caastest.Timings{Provision: 2 * time.Second, URL: time.Second, Ready: 2 * time.Second, Terminate: time.Second},
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the mock: %w", err), os.RemoveAll(dir))
	}
	if err := errors.Join(os.Mkdir(d.workDir(), 0o750), d.write(mainTF)); err != nil {
		return nil, errors.Join(err, d.remove())
	}
	return d, nil
}

// remove stops the mock and removes the folder.
func (d *demo) remove() error {
	d.api.Close()
	if err := os.RemoveAll(d.dir); err != nil {
		return fmt.Errorf("the demo's folder is left over, remove it by hand: %w", err)
	}
	return nil
}

// workDir is where Terraform runs.
func (d *demo) workDir() string { return filepath.Join(d.dir, "work") }

// write makes hcl the configuration in the working folder.
func (d *demo) write(hcl string) error {
	return os.WriteFile(filepath.Join(d.workDir(), "main.tf"), []byte(hcl), 0o600)
}
