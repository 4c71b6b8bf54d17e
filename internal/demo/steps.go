package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// prepare finds Terraform, builds the provider, and points the one at the other.
func (d *demo) prepare(ctx context.Context) error {
	path, err := findTerraform(ctx, d.show, d.dir)
	if err != nil {
		return err
	}
	mirror, cliConfig := filepath.Join(d.dir, "mirror"), filepath.Join(d.dir, "terraform.rc")
	if err := buildProvider(ctx, mirror); err != nil {
		return err
	}
	if err := writeCLIConfig(cliConfig, mirror); err != nil {
		return err
	}
	d.terraform = &terraform{show: d.show, path: path, dir: d.workDir(), settings: []string{
		"TF_CLI_CONFIG_FILE=" + cliConfig,
		"TF_VAR_hf_token=" + hfToken,
		"IONETH_ENDPOINT=" + d.api.URL(),
		"IONETH_TOKEN=" + mockToken,
	}}
	d.show.fact("The provider, built into a folder that Terraform installs from")
	d.show.fact("The mock, which costs nothing: %s", d.api.URL())
	d.show.fact("The configuration: internal/demo/hcl/main.tf")
	return nil
}

func (d *demo) initialise(ctx context.Context) error {
	if _, err := d.run(ctx, 0, "Installed ioneth/ioneth v"+providerVersion, "init"); err != nil {
		return err
	}
	d.show.fact("Installed from the folder: the Registry was not asked")
	return nil
}

func (d *demo) refuseFourGPUs(ctx context.Context) error {
	return d.refuse(ctx, "gpus_per_container", "4", true, "gpus_per_container must be 8, not 4")
}

// refuseEmptyArgs is content with the attribute's name in the sentence: for an
// attribute within an object Terraform shows the line of the resource.
func (d *demo) refuseEmptyArgs(ctx context.Context) error {
	return d.refuse(ctx, "args", "[]", false, "args must have at least one item")
}

// refuse plans with another value for an attribute, and wants to read a sentence,
// with the line of the attribute when located. Nothing may be asked of the mock.
func (d *demo) refuse(ctx context.Context, attribute, value string, located bool, sentence string) error {
	changed, err := withValue(mainTF, attribute, value)
	if err != nil {
		return err
	}
	if err := d.write(changed.hcl); err != nil {
		return err
	}
	d.show.note("main.tf, line %d: %s = %s", changed.line, attribute, value)
	out, err := d.run(ctx, 1, sentence, "plan")
	if err != nil {
		return err
	}
	if located {
		if err := says(out, fmt.Sprintf("on main.tf line %d,", changed.line)); err != nil {
			return err
		}
		d.show.fact("The error points at the attribute, in line %d", changed.line)
	}
	if asked := d.api.Requests(); len(asked) > 0 {
		return fmt.Errorf("the mock should have got no request, and got %s", summary(asked))
	}
	d.show.fact("The mock got no request")
	return d.write(mainTF)
}

func (d *demo) plan(ctx context.Context) error {
	if _, err := d.run(ctx, 0, "Plan: 1 to add, 0 to change, 0 to destroy.", "plan", "-out=tfplan"); err != nil {
		return err
	}
	return d.onlyReads()
}

func (d *demo) apply(ctx context.Context) error {
	if _, err := d.run(ctx, 0, "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.", "apply", "tfplan"); err != nil {
		return err
	}
	deploys := d.api.Calls("POST", "/deploy")
	if len(deploys) != 1 {
		return fmt.Errorf("the mock should have got one deploy call, and got %s", summary(d.api.Requests()))
	}
	d.show.note("The mock received POST %s:", deploys[0].Path)
	if err := d.show.body(deploys[0].Body, hfToken); err != nil {
		return err
	}
	d.show.note("")
	if err := checkDeploy(deploys[0]); err != nil {
		return err
	}
	d.show.fact("Deployed once, with the secret")
	if err := d.notInState(hfToken, mockToken); err != nil {
		return err
	}
	d.show.fact("Neither the secret nor the token is in the state")
	return d.hasStatus(caastest.StatusRunning)
}

func (d *demo) output(ctx context.Context) error {
	out, err := d.run(ctx, 0, "", "output", "-raw", "public_url")
	if err != nil {
		return err
	}
	deployed, _ := d.api.ByName(deploymentName)
	if len(deployed.Containers) != 1 || deployed.Containers[0].PublicURL != strings.TrimSpace(out) || deployed.Containers[0].PublicURL == "" {
		return fmt.Errorf("the output is %q, and the mock's containers are %+v", out, deployed.Containers)
	}
	d.show.fact("That is the URL of the mock's container (nobody answers there)")
	return nil
}

func (d *demo) planAgain(ctx context.Context) error {
	if _, err := d.run(ctx, 0, "No changes.", "plan", "-detailed-exitcode"); err != nil {
		return err
	}
	d.show.fact("Exit code 0: the deployment is what the configuration says")
	return d.onlyReads()
}

func (d *demo) destroy(ctx context.Context) error {
	if _, err := d.run(ctx, 0, "Destroy complete! Resources: 1 destroyed.", "destroy", "-auto-approve"); err != nil {
		return err
	}
	if n := len(d.api.Calls("DELETE", "/deployment/{}")); n != 1 {
		return fmt.Errorf("the mock should have got one DELETE, and got %s", summary(d.api.Requests()))
	}
	return d.hasStatus(caastest.StatusDestroyed)
}

// run runs Terraform with an empty journal, and checks its exit code and that the
// output has a sentence. No secret may be in the output, and no request may
// violate the contract of the API.
func (d *demo) run(ctx context.Context, wantCode int, sentence string, args ...string) (string, error) {
	d.api.ResetJournal()
	out, err := d.terraform.run(ctx, wantCode, args...)
	if err != nil {
		return "", err
	}
	for _, secret := range []string{hfToken, mockToken} {
		if strings.Contains(out, secret) {
			return "", fmt.Errorf("the output holds the secret %q", secret)
		}
	}
	if violations := d.api.Violations(); len(violations) > 0 {
		return "", fmt.Errorf("requests violate the API contract: %s", strings.Join(violations, "; "))
	}
	return out, says(out, sentence)
}
