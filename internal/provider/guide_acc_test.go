package provider_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/ioneth/terraform-provider-ioneth/internal/acctest"
	"github.com/ioneth/terraform-provider-ioneth/internal/acctest/tfcli"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// guideStep is a block of shell commands, an example that the reader saves as
// main.tf, or a line that the reader adds to it.
var guideStep = regexp.MustCompile("(?ms)^```shell\n(.*?)^```|^\\{\\{ tffile \"(examples/.*?)\" \\}\\}|^Add the line `(.*?)` below `(.*?)` in `main.tf`")

// TestAccGuides follows the guides against the mock: every command and every file
// as it is on the page, the provider installed by terraform init as from the
// Registry.
func TestAccGuides(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are for a POSIX shell")
	}
	settings, err := tfcli.BuildMirror(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, guide := range map[string]struct {
		start string // the heading at which the mock or the account is ready
		wants []string
	}{
		"getting-started": {"## 2. ", []string{
			"H100 SXM", `Purchase of "first": 8 GPUs for 1 hour`, "Apply complete! Resources: 1 added", "No changes.", "1 changed", "Destroy complete!",
		}},
		"serving-an-llm": {"## 1. ", []string{`Purchase of "vllm": 8 GPUs for 24 hours`, "Apply complete!", "Destroy complete!"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, steps, found := strings.Cut(textOf(t, "../../templates/guides/"+name+".md.tmpl"), guide.start)
			if !found {
				t.Fatalf("the guide has no %q", guide.start)
			}
			env := acctest.New(t, restarting())
			tf := env.Terraform(t)
			tf.Write("cli.tfrc", string(settings))
			tf.Write("versions.tf", "") // the examples have their own requirement
			tf.Write("guide.sh", guideScript(t, steps))

			shell := exec.CommandContext(t.Context(), "bash", "-eo", "pipefail", "guide.sh")
			shell.Dir = tf.Dir
			// The one difference: the script does not answer Terraform's questions.
			tf.Env = append(tf.Env, "TF_CLI_ARGS_apply=-auto-approve", "TF_CLI_ARGS_destroy=-auto-approve")
			shell.Env = tf.Env
			out, err := shell.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, want := range guide.wants {
				tf.WantOutput(string(out), want)
			}
			if d := env.API.Deployments(); len(d) != 1 || d[0].Status != caastest.StatusDestroyed {
				t.Errorf("the mock has %+v, want one destroyed deployment", d)
			}
		})
	}
}

// guideScript returns the steps of a guide as one script.
func guideScript(t *testing.T, guide string) string {
	t.Helper()
	var script strings.Builder
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		fmt.Fprintf(&script, "terraform() { %q \"$@\"; }\n", path)
	}
	for _, step := range guideStep.FindAllStringSubmatch(guide, -1) {
		switch commands, example, line, below := step[1], step[2], step[3], step[4]; {
		case commands != "":
			script.WriteString("set -x\n" + commands + "set +x\n")
		case example != "":
			fmt.Fprintf(&script, "cat >main.tf <<'END_OF_FILE'\n%s\nEND_OF_FILE\n", textOf(t, filepath.Join("../..", example)))
		default:
			fmt.Fprintf(&script, "sed -i.before '/%s /a\\\n%s\n' main.tf\n", below, line)
		}
	}
	return script.String()
}
