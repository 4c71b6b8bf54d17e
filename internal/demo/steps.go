package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
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
	d.terraform = &terraform{&tfcli.CLI{Path: path, Dir: d.workDir()}, d.show, []string{
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
	if _, err := d.run(ctx, 0, "Installed ioneth/ioneth v"+tfcli.Version, "init"); err != nil {
		return err
	}
	d.show.fact("Installed from the folder: without a request to the Registry")
	return nil
}

func (d *demo) rejectFourGPUs(ctx context.Context) error {
	return d.reject(ctx, "gpus_per_container", "4", true, "gpus_per_container must be 8")
}

// rejectEmptyArgs is content with the attribute's name in the sentence: for an
// attribute within an object Terraform shows the line of the resource.
func (d *demo) rejectEmptyArgs(ctx context.Context) error {
	return d.reject(ctx, "args", "[]", false, "args must have at least one item")
}

// reject plans with another value for an attribute, and wants to read a sentence,
// with the line of the attribute when located. The mock may receive no request.
func (d *demo) reject(ctx context.Context, attribute, value string, located bool, sentence string) error {
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
	if requests := d.api.Requests("", ""); len(requests) > 0 {
		return fmt.Errorf("the mock should have got no request, and got %s", summary(requests))
	}
	d.show.fact("The mock got no request")
	return d.write(mainTF)
}

func (d *demo) plan(ctx context.Context) error {
	if _, err := d.run(ctx, 0, "Plan: 2 to add, 0 to change, 0 to destroy.", "plan", "-out=tfplan"); err != nil {
		return err
	}
	return d.onlyReads()
}

func (d *demo) apply(ctx context.Context) error {
	if _, err := d.run(ctx, 0, "Apply complete! Resources: 2 added, 0 changed, 0 destroyed.", "apply", "tfplan"); err != nil {
		return err
	}
	deploys := d.api.Requests("POST", "/deploy")
	if len(deploys) != 1 {
		return fmt.Errorf("the mock should have got one deploy call, and got %s", summary(d.api.Requests("", "")))
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
	return d.checkStatuses(caastest.StatusRunning)
}

// open calls the service, as its users would.
func (d *demo) open(ctx context.Context) error {
	out, err := d.run(ctx, 0, "", "output", "-raw", "public_url")
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSpace(out)+"/health", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	if err := response.Body.Close(); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", request.URL, response.Status)
	}
	d.show.fact("GET %s: %s", request.URL, response.Status)
	for _, r := range d.api.PublicRequests() {
		if r.Header.Get("Authorization")+r.Header.Get("X-Api-Key") != "" {
			return errors.New("a container received a credential")
		}
	}
	return nil
}

func (d *demo) planAgain(ctx context.Context) error {
	if _, err := d.run(ctx, 0, "No changes.", "plan", "-detailed-exitcode"); err != nil {
		return err
	}
	d.show.fact("Exit code 0: the deployment is what the configuration says")
	return d.onlyReads()
}

// renew applies the same configuration when fewer hours remain than the renewal
// wants.
func (d *demo) renew(ctx context.Context) error {
	id := d.last().ID
	d.api.Edit(id, func(deployed *caastest.Deployment) { deployed.Started = deployed.Started.Add(-13 * time.Hour) })
	if _, err := d.run(ctx, 0, "Apply complete! Resources: 0 added, 1 changed, 0 destroyed.", "apply", "-auto-approve"); err != nil {
		return err
	}
	if hours := d.last().DurationHours; hours != 48 || d.api.Count("POST", "/deployment/{}/extend") != 1 {
		return fmt.Errorf("the deployment should be paid for 48 hours, and is for %d", hours)
	}
	d.show.fact("24 hours were bought, once: the deployment is paid for 48 hours")
	return nil
}

// replace changes what can't be changed in place.
func (d *demo) replace(ctx context.Context) error {
	changed, err := withValue(mainTF, "replica_count", "2")
	if err != nil {
		return err
	}
	if err := d.write(changed.hcl); err != nil {
		return err
	}
	d.show.note("main.tf, line %d: replica_count = 2", changed.line)
	if _, err := d.run(ctx, 0, "Apply complete! Resources: 2 added, 0 changed, 2 destroyed.", "apply", "-auto-approve"); err != nil {
		return err
	}
	deletes := d.api.Requests("DELETE", "/deployment/{}")
	if len(deletes) != 1 {
		return fmt.Errorf("the mock should have got one DELETE, and got %s", summary(deletes))
	}
	for _, c := range d.last().Containers {
		ready := slices.ContainsFunc(d.api.PublicRequests(), func(r caastest.Request) bool {
			return strings.HasPrefix(r.Path, "/"+c.ContainerID) && r.Status == http.StatusOK && r.At.Before(deletes[0].At)
		})
		if !ready {
			return fmt.Errorf("the old deployment was destroyed before the container %s was ready", c.ContainerID)
		}
	}
	d.show.fact("The new deployment was ready before the old one was destroyed")
	return d.checkStatuses(caastest.StatusDestroyed, caastest.StatusRunning)
}

func (d *demo) destroy(ctx context.Context) error {
	if _, err := d.run(ctx, 0, "Destroy complete! Resources: 2 destroyed.", "destroy", "-auto-approve"); err != nil {
		return err
	}
	if n := len(d.api.Requests("DELETE", "/deployment/{}")); n != 1 {
		return fmt.Errorf("the mock should have got one DELETE, and got %s", summary(d.api.Requests("", "")))
	}
	return d.checkStatuses(caastest.StatusDestroyed, caastest.StatusDestroyed)
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
