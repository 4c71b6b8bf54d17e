package deployment

import (
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// handovers are the names that a plan takes from one resource and gives to
// another. Terraform destroys and creates at the same time, so the create would
// be refused, and the running deployment be lost all the same. The two are
// planned in any order; the second tells. The zero value is ready.
type handovers struct {
	mu    sync.Mutex
	freed map[string]string // name → id of the deployment that the plan destroys
	taken map[string]bool   // names that the plan deploys

	ended map[string]time.Time // when deployments were destroyed, by name
}

// free notes that a plan destroys the deployment of that name.
func (h *handovers) free(name, id string) diag.Diagnostics {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.freed == nil {
		h.freed = map[string]string{}
	}
	h.freed[name] = id
	if !h.taken[name] {
		return nil
	}
	return handedOver(name, id)
}

// take notes that a plan deploys under that name.
func (h *handovers) take(name string) diag.Diagnostics {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.taken == nil {
		h.taken = map[string]bool{}
	}
	h.taken[name] = true
	if id, freed := h.freed[name]; freed {
		return handedOver(name, id)
	}
	return nil
}

// destroyed notes that the deployment of that name has been destroyed.
func (h *handovers) destroyed(name string, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.freed, name)
	if h.ended == nil {
		h.ended = map[string]time.Time{}
	}
	h.ended[name] = at
}

// justFreed tells that a deployment of that name has been destroyed so short ago
// that the API may not yet tell that the name is free.
func (h *handovers) justFreed(name string, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	at, ours := h.ended[name]
	return ours && now.Sub(at) < settlingTime
}

func handedOver(name, id string) diag.Diagnostics {
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("resource_private_name"), "Name of the deployment is taken", fmt.Sprintf(
		"The name %q is held by the deployment %s, which this plan destroys, and the plan deploys another under it. Terraform does both at the same time: "+
			"the new one would be refused, and the running one lost with the time that is paid for. "+
			"Is it the same deployment under another address? Then keep it, and tell Terraform both addresses:\n\n"+
			"moved {\n  from = ioneth_caas_deployment.OLD\n  to   = ioneth_caas_deployment.NEW\n}\n\n"+
			"Is it to be another? Then give it another resource_private_name, or apply without it first.", name, id))}
}

// planDestroy says what a destroy gives away. It asks nothing: the state knows.
func (r *Resource) planDestroy(state *model) diag.Diagnostics {
	if !r.PlanChecks || r.Client == nil || caas.Status(state.Status.ValueString()).Ended() {
		return nil
	}
	name, id := state.ResourcePrivateName.ValueString(), state.DeploymentID.ValueString()
	if taken := r.handovers.free(name, id); taken != nil {
		return taken
	}
	return r.firstHour(state)
}
