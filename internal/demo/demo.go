package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
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

// demo is what the steps share.
type demo struct {
	show     *printer
	api      *caastest.Server
	dir      string    // all files of the demo
	cli      tfcli.CLI // runs in a folder below dir
	settings []string  // of Terraform's environment, NAME=value
}

// newDemo starts the mock and makes the folders below temp.
func newDemo(show *printer, temp string) (*demo, error) {
	dir, err := os.MkdirTemp(temp, "ioneth-demo-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the demo (TMPDIR chooses where): %w", err)
	}
	api, err := caastest.New(caastest.Options{
		Token: mockToken, ServePublicURLs: true,
		// Every phase takes seconds; the provider polls each second.
		Timings: caastest.Timings{Provision: 2 * time.Second, URL: time.Second, Ready: 2 * time.Second, Terminate: time.Second},
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the mock: %w", err), os.RemoveAll(dir))
	}
	settings := []string{
		"TF_CLI_CONFIG_FILE=" + filepath.Join(dir, "terraform.rc"),
		"TF_VAR_hf_token=" + hfToken,
		"IONETH_ENDPOINT=" + api.URL(),
		"IONETH_TOKEN=" + mockToken,
	}
	d := &demo{
		show: show, api: api, dir: dir, settings: settings,
		cli: tfcli.CLI{Path: tfcli.Path(), Dir: filepath.Join(dir, "work"), Env: append(tfcli.CleanEnvironment(), settings...)},
	}
	if err := errors.Join(os.Mkdir(d.cli.Dir, 0o750), d.write(mainTF)); err != nil {
		return nil, errors.Join(err, d.remove())
	}
	return d, nil
}

// remove stops the mock and removes the folder.
func (d *demo) remove() error {
	d.api.Close()
	if err := os.RemoveAll(d.dir); err != nil {
		return fmt.Errorf("failed to remove the folder of the demo, remove it by hand: %w", err)
	}
	return nil
}

// prepare finds Terraform, and builds the provider into a folder that Terraform
// installs from.
func (d *demo) prepare(ctx context.Context) error {
	path, err := exec.LookPath(d.cli.Path)
	if err != nil {
		return fmt.Errorf("find Terraform (make demo downloads it): %w", err)
	}
	d.show.fact("Terraform: %s", path)
	settings, err := tfcli.BuildMirror(ctx, filepath.Join(d.dir, "mirror"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(d.dir, "terraform.rc"), settings, 0o600); err != nil {
		return err
	}
	d.show.fact("The provider, built into a folder that Terraform installs from")
	d.show.fact("The mock, which costs nothing: %s", d.api.URL())
	d.show.fact("The configuration: internal/demo/hcl/main.tf")
	return nil
}

// write makes hcl the configuration in the working folder.
func (d *demo) write(hcl string) error {
	return os.WriteFile(filepath.Join(d.cli.Dir, "main.tf"), []byte(hcl), 0o600)
}

// change gives another value to the one attribute of main.tf with that name.
func (d *demo) change(attribute, value string) error {
	assignment := regexp.MustCompile(`(?m)^( *` + attribute + ` *= ).*$`)
	if found := assignment.FindAllString(mainTF, -1); len(found) != 1 {
		return fmt.Errorf("main.tf should have one line with %s =, and has %q", attribute, found)
	}
	d.show.note("main.tf: %s = %s", attribute, value)
	return d.write(assignment.ReplaceAllString(mainTF, "${1}"+value))
}

// printCommands prints how to continue by hand in a POSIX shell, and waits for
// Ctrl-C. The lines unset the credentials for the real API, which the mock would
// reject.
func (d *demo) printCommands(ctx context.Context) error {
	lines := []string{"cd " + quote(d.cli.Dir), "unset IONETH_API_KEY IOCLOUD_API_KEY"}
	for _, setting := range d.settings {
		name, value, _ := strings.Cut(setting, "=")
		lines = append(lines, "export "+name+"="+quote(value))
	}
	d.show.note("The mock keeps running, and the deployment in it. In another terminal:")
	d.show.note("")
	for _, line := range append(lines, quote(d.cli.Path)+" plan") {
		d.show.note("  %s", line)
	}
	d.show.note("")
	d.show.note("Ctrl-C here stops the mock and removes the folder.")
	<-ctx.Done()
	return nil
}

// quote returns a word as a POSIX shell reads it.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
