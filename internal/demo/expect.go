package main

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// edited is a configuration with one line changed.
type edited struct {
	hcl  string
	line int // counted from 1
}

// withValue gives another value to the one attribute of that name.
func withValue(hcl, attribute, value string) (edited, error) {
	assignment := regexp.MustCompile(`(?m)^( *` + regexp.QuoteMeta(attribute) + ` *= ).*$`)
	found := assignment.FindAllStringSubmatchIndex(hcl, -1)
	if len(found) != 1 {
		return edited{}, fmt.Errorf("main.tf should have one line with %s =, and has %d", attribute, len(found))
	}
	end, valueStart := found[0][1], found[0][3]
	return edited{
		hcl:  hcl[:valueStart] + value + hcl[end:],
		line: 1 + strings.Count(hcl[:valueStart], "\n"),
	}, nil
}

// says wants a sentence in Terraform's output, wherever Terraform breaks its
// lines.
func says(output, sentence string) error {
	if strings.Contains(strings.Join(strings.Fields(output), " "), sentence) {
		return nil
	}
	return fmt.Errorf("%q should be in what Terraform said:\n%s", sentence, output)
}

// summary is one line for people: the methods and paths of requests, sorted, as
// some are sent at the same time. Ids are left out.
func summary(requests []caastest.Request) string {
	if len(requests) == 0 {
		return "none"
	}
	times := map[string]int{}
	for _, r := range requests {
		times[r.Method+" "+anyID.ReplaceAllString(strings.TrimPrefix(r.Path, caastest.Prefix), "{id}")]++
	}
	calls := slices.Sorted(maps.Keys(times))
	for i, call := range calls {
		if n := times[call]; n > 1 {
			calls[i] = fmt.Sprintf("%d × %s", n, call)
		}
	}
	return strings.Join(calls, ", ")
}

// anyID is a UUID.
var anyID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// onlyReads wants that nothing was changed at the mock since the last command
// began.
func (d *demo) onlyReads() error {
	asked := d.api.Requests("", "")
	for _, r := range asked {
		if r.Method != http.MethodGet {
			return fmt.Errorf("the mock should have got reads only, and got %s", summary(asked))
		}
	}
	if len(asked) == 0 {
		d.show.fact("The mock got no request")
		return nil
	}
	d.show.fact("The mock got only reads: %s", summary(asked))
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

// last returns the deployment that was created last.
func (d *demo) last() caastest.Deployment {
	all := d.api.Deployments()
	if len(all) == 0 {
		return caastest.Deployment{}
	}
	return all[len(all)-1]
}

// checkDeploy wants main.tf's values in the body of a deploy call, and an answer
// that all is well.
func checkDeploy(r caastest.Request) error {
	if r.Status != http.StatusOK {
		return fmt.Errorf("the mock answered the deploy call with %d", r.Status)
	}
	body := r.JSON()
	container, _ := body["container_config"].(map[string]any)
	registry, _ := body["registry_config"].(map[string]any)
	secrets, _ := container["secret_env_variables"].(map[string]any)
	var wrong []error
	for _, check := range []struct {
		field     string
		got, want any
	}{
		{"duration_hours", body["duration_hours"], 24.0},
		{"gpus_per_container", body["gpus_per_container"], 8.0},
		{"replica_count", container["replica_count"], 1.0},
		{"traffic_port", container["traffic_port"], 8000.0},
		{"image_url", registry["image_url"], "docker.io/vllm/vllm-openai:latest"},
	} {
		if check.got != check.want {
			wrong = append(wrong, fmt.Errorf("%s should be %v, and is %v", check.field, check.want, check.got))
		}
	}
	if name, _ := body["resource_private_name"].(string); !strings.HasPrefix(name, namePrefix) || len(name) != len(namePrefix)+8 {
		wrong = append(wrong, fmt.Errorf("resource_private_name should be %s and eight characters, and is %q", namePrefix, name))
	}
	if secrets["HF_TOKEN"] != hfToken {
		wrong = append(wrong, errors.New("secret_env_variables should have HF_TOKEN, with the secret"))
	}
	return errors.Join(wrong...)
}

// notInState wants none of the secrets in the state file.
func (d *demo) notInState(secrets ...string) error {
	state, err := os.ReadFile(filepath.Join(d.workDir(), "terraform.tfstate"))
	if err != nil {
		return err
	}
	for _, secret := range secrets {
		if strings.Contains(string(state), secret) {
			return fmt.Errorf("the state holds the secret %q", secret)
		}
	}
	return nil
}
