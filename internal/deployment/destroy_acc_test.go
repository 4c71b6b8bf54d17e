package deployment_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestAccDeployment_destroyInFirstHour shows that a destroy says what it gives
// away while that is something, asks nothing for it, and says nothing later.
func TestAccDeployment_destroyInFirstHour(t *testing.T) {
	t.Parallel()
	w := newWorld(t, caastest.Options{Timings: instant})
	f := w.folder(t)
	const warning = `Destroys the deployment "vllm" in its first hour`
	started := func(ago time.Duration) {
		id := w.Deployments()[0].ID
		w.Edit(id, func(d *caastest.Deployment) { // the mock's clock is years ahead
			d.Started, d.DurationHours = time.Now().Add(-ago), 10*365*24
		})
		f.Run("apply", "-refresh-only", "-auto-approve")
		w.ResetJournal()
	}
	f.Write("main.tf", base.String())
	f.Run("apply", "-auto-approve")

	started(30 * time.Minute)
	out := f.Run("plan", "-destroy", "-refresh=false")
	f.says(out, warning)
	f.says(out, "Its first hour is charged whole and never refunded; unused time beyond it is refunded to the minute.")
	if n := len(w.Requests()); n > 0 {
		t.Errorf("the plan made %d requests", n)
	}
	if out := f.Run("plan", "-replace="+address, "-refresh=false"); strings.Contains(out, warning) {
		t.Errorf("a replacement, which says so itself, warns of it too:\n%s", out)
	}
	f.provider(w, "plan_checks = false")
	if out := f.Run("plan", "-destroy", "-refresh=false"); strings.Contains(out, "Warning: Destroys") {
		t.Errorf("without plan_checks it is said:\n%s", out)
	}
	f.provider(w, "")
	started(61 * time.Minute)
	if out := f.Run("plan", "-destroy", "-refresh=false"); strings.Contains(out, "Warning: Destroys") {
		t.Errorf("after its first hour it is said:\n%s", out)
	}

	started(0)
	out = f.Run("destroy", "-auto-approve")
	if n := strings.Count(out, "Warning: "+warning); n != 1 {
		t.Errorf("a destroy says it %d times:\n%s", n, out)
	}
	w.deploymentsAre(t, "destroyed")
}
