package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// An image that cannot be pulled costs the first hour, so it is an error before
// anything is bought.
func TestValidate_imageReference(t *testing.T) {
	t.Parallel()
	const digest = "@sha256:0123456789012345678901234567890123456789012345678901234567890123"
	for image, want := range map[string]string{
		"nginx": "", "org/image": "", "ghcr.io/org/image:tag": "", "localhost:5000/image": "", "public.ecr.aws/org/image:1": "",
		"ghcr.io/org/image" + digest: "", "ghcr.io/org/image:tag" + digest: "",
		"https://ghcr.io/org/image":     "error",
		"docker://ghcr.io/org/image":    "error",
		"ghcr.io/Org/image":             "error",
		" ghcr.io/org/image":            "error",
		`ghcr.io/org/image\n`:           "error",
		"docker pull ghcr.io/org/image": "error",
		"ghcr.io/org/image:":            "error",
		"":                              "error",
		"123456789012.dkr.ecr.us-east-1.amazonaws.com/image:1": "warning",
	} {
		var got []string
		for _, d := range validate(t, configuration{"resource", "ioneth_caas_deployment", `{
			"resource_private_name": "vllm", "duration_hours": 24, "hardware_id": 203, "location_ids": [1],
			"container_config": {"replica_count": 1, "entrypoint": [], "traffic_port": 80}, "registry_config": {"image_url": "` + image + `"}}`}) {
			severity := "error"
			if d.Severity == tfprotov6.DiagnosticSeverityWarning {
				severity = "warning"
			}
			if !strings.Contains(d.Attribute.String(), "image_url") {
				t.Errorf("%q: the diagnostic is on %s", image, d.Attribute)
			}
			got = append(got, severity)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", image, got, want)
		}
	}
}
