package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

func (d *demo) install(ctx context.Context) error {
	if _, err := d.terraform(ctx, 0, "Installed ioneth/ioneth v"+tfcli.Version, "init"); err != nil {
		return err
	}
	d.show.fact("Installed from the folder: without a request to the Registry")
	return nil
}

// reject returns a step that plans with another value of an attribute. This must be
// an error with a sentence, before any request.
func reject(attribute, value, sentence string) func(*demo, context.Context) error {
	return func(d *demo, ctx context.Context) error {
		if err := d.change(attribute, value); err != nil {
			return err
		}
		if _, err := d.terraform(ctx, 1, sentence, "plan"); err != nil {
			return err
		}
		if requests := d.api.Requests("", ""); len(requests) > 0 {
			return fmt.Errorf("the mock received %s %s, want no request", requests[0].Method, requests[0].Path)
		}
		d.show.fact("The mock received no request")
		return d.write(mainTF)
	}
}

func (d *demo) plan(ctx context.Context) error {
	if _, err := d.terraform(ctx, 0, "Plan: 2 to add, 0 to change, 0 to destroy.", "plan", "-out=tfplan"); err != nil {
		return err
	}
	return d.checkOnlyReads()
}

// deployBody is what main.tf deploys, without the name.
const deployBody = `{
	"duration_hours": 24, "gpus_per_container": 8, "hardware_id": 203, "location_ids": [1],
	"container_config": {
		"replica_count": 1, "entrypoint": ["vllm", "serve"], "args": ["Qwen/Qwen3-32B", "--port", "8000"], "traffic_port": 8000,
		"env_variables": {"VLLM_LOGGING_LEVEL": "INFO"}, "secret_env_variables": {"HF_TOKEN": "` + hfToken + `"}
	},
	"registry_config": {"image_url": "docker.io/vllm/vllm-openai:latest"}
}`

var generatedName = regexp.MustCompile(`^demo-llm-[a-z0-9]{8}$`)

func (d *demo) apply(ctx context.Context) error {
	if _, err := d.terraform(ctx, 0, "Apply complete! Resources: 2 added, 0 changed, 0 destroyed.", "apply", "tfplan"); err != nil {
		return err
	}
	deploys := d.api.Requests("POST", "/deploy")
	if len(deploys) != 1 || deploys[0].Status != http.StatusOK {
		return fmt.Errorf("the mock received %d deploy calls, want one that succeeds", len(deploys))
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, deploys[0].Body, "     ", "  "); err != nil {
		return err
	}
	d.show.note("The mock received POST %s:", deploys[0].Path)
	d.show.note("  %s", strings.ReplaceAll(pretty.String(), hfToken, "(hidden)"))
	d.show.note("")
	if err := checkDeploy(deploys[0].JSON()); err != nil {
		return err
	}
	d.show.fact("Deployed once, with the secret")
	state, err := os.ReadFile(filepath.Join(d.cli.Dir, "terraform.tfstate"))
	if err != nil {
		return err
	}
	if secret := findSecret(string(state)); secret != "" {
		return fmt.Errorf("the state contains the secret %q", secret)
	}
	d.show.fact("Neither the secret nor the token is in the state")
	return d.checkStatuses(caastest.StatusRunning)
}

// checkDeploy compares the body of a deploy call with main.tf.
func checkDeploy(body map[string]any) error {
	if name, _ := body["resource_private_name"].(string); !generatedName.MatchString(name) {
		return fmt.Errorf("the name is %q, want %s", name, generatedName)
	}
	delete(body, "resource_private_name")
	var want map[string]any
	if err := json.Unmarshal([]byte(deployBody), &want); err != nil {
		return err
	}
	if !reflect.DeepEqual(body, want) {
		return fmt.Errorf("the body of the deploy call is %v, want %v", body, want)
	}
	return nil
}

// open calls the service, as its users would.
func (d *demo) open(ctx context.Context) error {
	out, err := d.terraform(ctx, 0, "http://", "output", "-raw", "public_url")
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
	return nil
}

func (d *demo) planAgain(ctx context.Context) error {
	if _, err := d.terraform(ctx, 0, "No changes.", "plan", "-detailed-exitcode"); err != nil {
		return err
	}
	d.show.fact("Exit code 0: the deployment matches the configuration")
	return d.checkOnlyReads()
}

// renew applies the same configuration when fewer hours remain than
// early_renewal_hours.
func (d *demo) renew(ctx context.Context) error {
	d.api.Edit(d.newest().ID, func(deployed *caastest.Deployment) { deployed.Started = deployed.Started.Add(-13 * time.Hour) })
	if _, err := d.terraform(ctx, 0, "Apply complete! Resources: 0 added, 1 changed, 0 destroyed.", "apply", "-auto-approve"); err != nil {
		return err
	}
	hours, extends := d.newest().DurationHours, d.api.Count("POST", "/deployment/{}/extend")
	if hours != 48 || extends != 1 {
		return fmt.Errorf("%d hours are paid for after %d extend calls, want 48 after one", hours, extends)
	}
	d.show.fact("24 hours were bought, once: 48 hours are paid for")
	return nil
}

// replace changes what can't be changed in place.
func (d *demo) replace(ctx context.Context) error {
	if err := d.change("replica_count", "2"); err != nil {
		return err
	}
	if _, err := d.terraform(ctx, 0, "Apply complete! Resources: 2 added, 0 changed, 2 destroyed.", "apply", "-auto-approve"); err != nil {
		return err
	}
	deletes := d.api.Requests("DELETE", "/deployment/{}")
	if len(deletes) != 1 {
		return fmt.Errorf("the mock received %d DELETE requests, want one", len(deletes))
	}
	for _, c := range d.newest().Containers {
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
	if _, err := d.terraform(ctx, 0, "Destroy complete! Resources: 2 destroyed.", "destroy", "-auto-approve"); err != nil {
		return err
	}
	if n := d.api.Count("DELETE", "/deployment/{}"); n != 1 {
		return fmt.Errorf("the mock received %d DELETE requests, want one", n)
	}
	return d.checkStatuses(caastest.StatusDestroyed, caastest.StatusDestroyed)
}

// checkOnlyReads checks that the last command changed nothing at the mock.
func (d *demo) checkOnlyReads() error {
	for _, r := range d.api.Requests("", "") {
		if r.Method != http.MethodGet {
			return fmt.Errorf("the mock received %s %s, want only reads", r.Method, r.Path)
		}
	}
	d.show.fact("The mock received only reads")
	return nil
}

// checkStatuses compares the statuses of the mock's deployments, in the order of
// their creation.
func (d *demo) checkStatuses(want ...string) error {
	var got []string
	for _, deployed := range d.api.Deployments() {
		got = append(got, deployed.Status)
		d.show.note("The mock has %s, which is %s", deployed.Name, deployed.Status)
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("the statuses of the mock's deployments are %q, want %q", got, want)
	}
	return nil
}

// newest returns the deployment that was created last.
func (d *demo) newest() caastest.Deployment {
	all := d.api.Deployments()
	return all[len(all)-1]
}
