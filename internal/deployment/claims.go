package deployment

import (
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// claims records which resource of the configuration each name belongs to.
// Terraform plans the resources one by one, in any order, and shows none of them
// to another. The zero value is ready to use.
type claims struct {
	mu        sync.Mutex
	claimants map[string]string      // name → ID of the deployment that is to have it, "" for a new one
	planned   map[string]bool        // IDs of the deployments that were planned with a prior state
	destroys  map[string]string      // name → ID of the deployment that the plan destroys
	read      map[string]predecessor // by ID: the deployments that this process has read
	adopted   map[string]string      // ID → name: the deployments of tainted resources
	creating  map[string]bool        // names that are being created
	destroyed map[string]destroyed   // by name
}

// destroyed is a deployment that this process has destroyed.
type destroyed struct {
	id string
	at time.Time
}

// claim gives a name to the deployment id, or to a new one when id is empty. It
// fails when another resource has claimed the name or the deployment.
func (c *claims) claim(name, id string) diag.Diagnostics {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id != "" {
		put(&c.planned, id, true)
		if adopted, ok := c.adopted[id]; ok {
			return nameConflict(adopted, id)
		}
	}
	if other, ok := c.claimants[name]; ok && (other != id || id == "") {
		return nameConflict(name, other, id)
	}
	put(&c.claimants, name, id)
	if other, ok := c.destroys[name]; ok && other != id {
		return nameConflict(name, other)
	}
	return nil
}

// destroy records that the plan destroys the deployment id. It fails when another
// resource has claimed its name: Terraform destroys and creates at the same time.
func (c *claims) destroy(name, id string) diag.Diagnostics {
	c.mu.Lock()
	defer c.mu.Unlock()
	put(&c.planned, id, true)
	put(&c.destroys, name, id)
	if other, ok := c.claimants[name]; ok && other != id {
		return nameConflict(name, id)
	}
	return nil
}

// remember records a deployment that was read.
func (c *claims) remember(p predecessor) {
	c.mu.Lock()
	defer c.mu.Unlock()
	put(&c.read, p.ID, p)
}

// adopt returns the deployment of a tainted resource, which Terraform plans
// without prior and private state: the one of that name that this process has
// read and that no other resource has claimed. The zero value is none.
func (c *claims) adopt(name string) (own predecessor) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, p := range c.read {
		if p.Name == name && !c.planned[id] && (own.ID == "" || own.ended()) {
			own = p
		}
	}
	if own.ID != "" {
		put(&c.adopted, own.ID, name)
	}
	return own
}

// reserve keeps a name for one Create. Two at the same time would both find it
// available, and after a lost reply both would find the same deployment.
func (c *claims) reserve(name string) (release func(), diags diag.Diagnostics) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.creating[name] {
		return func() {}, nameConflict(name)
	}
	put(&c.creating, name, true)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.creating, name)
	}, nil
}

// created records that the new deployment of a claimed name has the ID id.
func (c *claims) created(name, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	put(&c.claimants, name, id)
}

// release records that the deployment id has been destroyed, which makes its name
// available.
func (c *claims) release(name, id string, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.destroys, name)
	if c.claimants[name] == id {
		delete(c.claimants, name)
	}
	put(&c.destroyed, name, destroyed{id, at})
}

// lastDestroyed returns the deployment of that name that this process destroyed.
func (c *claims) lastDestroyed(name string) (destroyed, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, ok := c.destroyed[name]
	return d, ok
}

// justReleased reports whether the deployment of that name was destroyed so
// recently that the API may still return the name as taken.
func (c *claims) justReleased(name string, now time.Time) bool {
	d, ok := c.lastDestroyed(name)
	return ok && now.Sub(d.at) < settlingTime
}

func put[K comparable, V any](m *map[K]V, key K, value V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[key] = value
}

// nameConflict is the error for two resources of the configuration with one name.
// The first ID that is not empty is that of the deployment that has it.
func nameConflict(name string, ids ...string) diag.Diagnostics {
	at := path.Root("resource_private_name")
	const summary = "Duplicate deployment name"
	for _, id := range ids {
		if id == "" {
			continue
		}
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, summary, fmt.Sprintf(
			"The name %q belongs to the deployment %s of another resource, and this plan gives it to a second one. "+
				"Terraform would destroy or rename the one and create the other at the same time. Nothing was bought.\n\n"+
				"If both are the same deployment and only the address of its resource has changed, add a moved block:\n\n"+
				"moved {\n  from = ioneth_caas_deployment.OLD\n  to   = ioneth_caas_deployment.NEW\n}\n\n"+
				"Otherwise set another resource_private_name. To destroy the deployments as they are, run terraform destroy -refresh=false.", name, id))}
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, summary, fmt.Sprintf(
		"Another resource of this configuration creates a deployment named %q too. Nothing was bought for this one. "+
			"Set a different resource_private_name for each resource.", name))}
}
