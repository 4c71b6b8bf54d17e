package provider

import (
	"context"
	"errors"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// ModifyPlan reports at plan what cannot be done at apply and what the apply
// costs, and keeps the computed attributes that the plan does not change.
func (r *deploymentResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.providerData == nil {
		return // validation without a configured provider
	}
	p := deploymentPlan{deploymentResource: r, ctx: ctx, req: req, resp: resp}
	switch {
	case req.Plan.Raw.IsNull():
		p.destroy()
		return
	case req.State.Raw.IsNull():
		p.create()
	default:
		p.change()
	}
	resp.Diagnostics = withDestroyHint(resp.Diagnostics)
}

// deploymentPlan is one call of ModifyPlan.
type deploymentPlan struct {
	*deploymentResource
	ctx            context.Context //nolint:containedctx // it lives as long as the call
	req            resource.ModifyPlanRequest
	resp           *resource.ModifyPlanResponse
	planned, state deploymentModel
	config         *deploymentModel
	container      containerModel // planned
	registry       registryModel  // planned
	stateContainer containerModel
}

func (p *deploymentPlan) add(diags ...diag.Diagnostic) { p.resp.Diagnostics.Append(diags...) }

func (p *deploymentPlan) failed() bool { return p.resp.Diagnostics.HasError() }

// decode reads the plan, the configuration and, with state, the prior state.
func (p *deploymentPlan) decode(state bool) bool {
	p.add(p.req.Plan.Get(p.ctx, &p.planned)...)
	p.container, p.registry = p.planned.expandContainer(p.ctx, &p.resp.Diagnostics), p.planned.expandRegistry(p.ctx, &p.resp.Diagnostics)
	p.config = configModel(p.ctx, p.req.Config, &p.resp.Diagnostics)
	if state {
		p.add(p.req.State.Get(p.ctx, &p.state)...)
		p.stateContainer = p.state.expandContainer(p.ctx, &p.resp.Diagnostics)
	}
	return !p.failed()
}

func (p *deploymentPlan) expandPlanned() deployment.Spec {
	return p.planned.expandWith(p.ctx, p.container, p.registry, p.config, &p.resp.Diagnostics)
}

// destroy claims the name, so that no other resource takes it in the same apply,
// and warns of what the end of the deployment costs.
func (p *deploymentPlan) destroy() {
	p.add(p.req.State.Get(p.ctx, &p.state)...)
	if p.failed() {
		return
	}
	p.claim(p.state.ResourcePrivateName, p.state.DeploymentID.ValueString(), true)
	if p.planChecks && p.state.status() != caas.StatusCompleted {
		p.add(firstHourWarning(&p.state, p.service.Now())...)
	}
}

// create checks a deployment that is planned without a prior state: a new one, one
// in the place of a tainted one, or the second call for a replacement, of which
// Terraform drops the warnings and keeps the errors.
func (p *deploymentPlan) create() {
	if p.decode(false) {
		p.purchase(loadReplaced(p.ctx, p.req.Private))
	}
}

// change checks a deployment that exists: whether it is replaced, changed in place
// or left as it is.
func (p *deploymentPlan) change() {
	if !p.decode(true) {
		return
	}
	had := p.state.expandWith(p.ctx, p.stateContainer, p.state.expandRegistry(p.ctx, &p.resp.Diagnostics), nil, &p.resp.Diagnostics)
	replaced := p.state.replacedBy(had)
	// Also without a replacement in sight: -replace shows only in the second call.
	p.add(saveReplaced(p.ctx, p.resp.Private, replaced)...)
	switch changed := p.changedFixed(); {
	case len(changed) > 0:
		p.resp.RequiresReplace = changed
		p.purchase(replaced)
	case p.planned.RecreateWhenEnded.ValueBool() && p.state.status() == caas.StatusCompleted:
		// An attribute that differs, because Terraform ignores the path of one that does
		// not: recreate_when_ended may be in the state already.
		p.add(p.resp.Plan.SetAttribute(p.ctx, path.Root("status"), types.StringUnknown())...)
		p.resp.RequiresReplace = append(p.resp.RequiresReplace, path.Root("status"))
		p.purchase(replaced)
	default:
		p.update(had)
	}
	if len(p.resp.RequiresReplace) > 0 && p.planChecks && !p.failed() && p.lacksSecretEnv() {
		p.add(lostSecretsWarning(&p.state)...)
	}
}

// lacksSecretEnv reports whether the deployment has secret variables and the
// configuration has none, as after an import.
func (p *deploymentPlan) lacksSecretEnv() bool {
	return len(p.state.SecretEnvKeys.Elements()) > 0 && p.container.SecretEnvVariables.IsNull() && p.container.SecretEnvVariablesWOVersion.IsNull()
}

// fixedAttribute is an attribute that can't be changed in place. Another value
// replaces the deployment, which is paid for again.
type fixedAttribute struct {
	path           path.Path
	planned, state attr.Value
}

func (p *deploymentPlan) fixedAttributes() []fixedAttribute {
	return []fixedAttribute{
		{containerConfigPath.AtName("replica_count"), p.container.ReplicaCount, p.stateContainer.ReplicaCount},
		{path.Root("gpus_per_container"), p.planned.GPUsPerContainer, p.state.GPUsPerContainer},
		{path.Root("hardware_id"), p.planned.HardwareID, p.state.HardwareID},
		{locationIDsPath, p.planned.LocationIDs, p.state.LocationIDs},
	}
}

// changedFixed returns the attributes whose change replaces the deployment: those
// that the state has (an import may lack one) and that are known to differ. When an
// unknown value turns out to differ, Terraform stops the apply before anything is
// destroyed.
func (p *deploymentPlan) changedFixed() path.Paths {
	var changed path.Paths
	for _, a := range p.fixedAttributes() {
		if !isFullyKnown(p.ctx, a.planned) || a.state.IsNull() || a.planned.Equal(a.state) {
			continue
		}
		// After an import the state has the locations that the API returned, which may
		// be fewer than were chosen.
		imported := loadFlag(p.ctx, p.req.Private, importedKey)
		if a.path.Equal(locationIDsPath) && imported && containsAll(p.planned.LocationIDs, p.state.LocationIDs) {
			continue
		}
		changed.Append(a.path)
	}
	return changed
}

// unknownFixed returns the fixed attributes whose value is not known.
func (p *deploymentPlan) unknownFixed() []string {
	var unknown []string
	for _, a := range p.fixedAttributes() {
		if !isFullyKnown(p.ctx, a.planned) {
			unknown = append(unknown, a.path.String())
		}
	}
	return unknown
}

// claim claims a name that is known, and returns the deployment that is replaced
// under it. With has, the deployment has the name already: that another deployment
// of the state has it too is nothing that this plan brings about.
func (p *deploymentPlan) claim(name types.String, id string, has bool) (own string) {
	if name.IsUnknown() || name.IsNull() {
		return id
	}
	own, err := p.service.ClaimName(name.ValueString(), id)
	var claimed *deployment.NameClaimedError
	if errors.As(err, &claimed) && (claimed.New || !has) {
		p.add(nameError(name.ValueString(), err, nothingBought)...)
	}
	return own
}

// purchase checks a deployment that the apply buys, in the place of replaced if
// that is not nil. The questions to the API run at the same time.
func (p *deploymentPlan) purchase(replaced *replacedDeployment) {
	own := ""
	if replaced != nil {
		own = replaced.ID
		if p.planned.ResourcePrivateName.ValueString() != replaced.Name {
			p.claim(types.StringValue(replaced.Name), own, true)
		}
	}
	own = p.claim(p.planned.ResourcePrivateName, own, replaced != nil && p.planned.ResourcePrivateName.ValueString() == replaced.Name)
	if replaced == nil {
		replaced = p.readBefore(own)
	}
	spec := p.expandPlanned()
	if p.failed() {
		return
	}
	var checks []func() diag.Diagnostics
	if name := p.planned.ResourcePrivateName; p.asks() && !name.IsUnknown() {
		checks = append(checks, func() diag.Diagnostics { return p.checkName(name.ValueString(), own, nothingBought) })
	}
	known := len(p.unknownFixed()) == 0
	if p.asks() && known {
		checks = append(checks, func() diag.Diagnostics { return p.checkCapacity(spec, replaced) })
	}
	known = known && !p.planned.DurationHours.IsUnknown() && !p.planned.MaxCostUSDC.IsUnknown()
	if spec.Name == "" { // for messages
		spec.Name = "(known after apply)"
		if prefix := p.planned.NamePrefix.ValueString(); prefix != "" {
			spec.Name = prefix + "…"
		}
	}
	purchase := spec.Purchase()
	purchase.Replaces = own
	// The apply of a replacement destroys first, so its budget is checked in any case.
	destroys := replaced.isLive()
	switch budget := p.service.IsLimited(purchase) || p.planned.MaxCostUSDC.IsUnknown(); {
	case destroys && budget && (!known || !p.service.Configured()):
		p.add(priceUnknownError(replaced.Name)...)
		return
	case known && (p.asks() || destroys && budget && p.service.Configured()):
		checks = append(checks, func() diag.Diagnostics { return p.checkPrice(purchase, p.planChecks) })
	}
	p.add(inParallel(checks)...)
	if p.failed() || !p.planChecks {
		return
	}
	if replaced.isLive() {
		p.add(replacementWarnings(p.ctx, &p.planned, replaced)...)
	}
	p.add(dollarWarnings(spec, deployment.Spec{})...)
	if p.registry.ImageURL.IsNull() {
		p.add(noImageWarning()...)
	}
}

// asks reports whether the plan may call the API.
func (p *deploymentPlan) asks() bool { return p.planChecks && p.service.Configured() }

// update checks a change in place of a deployment that is as had.
func (p *deploymentPlan) update(had deployment.Spec) {
	id := p.state.DeploymentID.ValueString()
	p.claim(p.state.ResourcePrivateName, id, true)
	p.claim(p.planned.ResourcePrivateName, id, p.planned.ResourcePrivateName.Equal(p.state.ResourcePrivateName))
	if decreased(p.planned.DurationHours, p.state.DurationHours) {
		p.add(durationError(&p.state, p.planned.DurationHours.ValueInt64())...)
	}
	want := p.expandPlanned()
	if p.failed() {
		return
	}
	change := deployment.Diff(had, p.withPrior(had, want))
	change.Rename = change.Rename || p.hasNewPrefix()
	change.Renew = want.Renewal != nil && deployment.Live(p.state.status()) && loadFlag(p.ctx, p.req.Private, renewalKey)
	switch {
	case !change.Empty() && !deployment.Live(p.state.status()):
		p.add(endedError(&p.state)...)
		return
	case !change.Patches(): // nothing that fixes a failed deployment
		p.add(statusWarnings(&p.state, p.planned.WaitForRunning.ValueBool())...)
	}
	if !p.keepState(change) {
		return
	}
	p.add(unknownWarnings(p.unknownFixed(), p.state.ResourcePrivateName.ValueString())...)
	if p.planChecks {
		p.checkChange(change, had, want)
	}
}

// hasNewPrefix reports whether the apply generates another name, because the one that
// the deployment has does not start with the prefix. Under ignore_changes the
// configuration has the name of the state, which stays.
func (p *deploymentPlan) hasNewPrefix() bool {
	prefix := p.planned.NamePrefix.ValueString()
	return prefix != "" && p.config.ResourcePrivateName.IsNull() && !strings.HasPrefix(p.state.ResourcePrivateName.ValueString(), prefix)
}

// withPrior returns the wanted spec with the prior value of what is unknown, so
// that it does not count as a change.
func (p *deploymentPlan) withPrior(had, want deployment.Spec) deployment.Spec {
	c, r := p.container, p.registry
	keep := func(unknown bool, set func()) {
		if unknown {
			set()
		}
	}
	keep(p.planned.ResourcePrivateName.IsUnknown(), func() { want.Name = had.Name })
	keep(p.planned.DurationHours.IsUnknown(), func() { want.Hours = had.Hours })
	keep(!isFullyKnown(p.ctx, c.Entrypoint), func() { want.Entrypoint = had.Entrypoint })
	keep(!isFullyKnown(p.ctx, c.Args), func() { want.Args = had.Args })
	keep(c.TrafficPort.IsUnknown(), func() { want.TrafficPort = had.TrafficPort })
	keep(!isFullyKnown(p.ctx, c.EnvVariables), func() { want.Env = had.Env })
	keep(r.ImageURL.IsUnknown(), func() { want.Image = had.Image })
	keep(r.RegistryUsername.IsUnknown(), func() { want.RegistryUsername = had.RegistryUsername })
	keep(!isFullyKnown(p.ctx, c.SecretEnvVariables, c.SecretEnvVariablesWOVersion), func() { want.SecretEnv = had.SecretEnv })
	if want.SecretEnv.Version != nil {
		keep(p.isWriteOnlyEnvUnknown(), func() { want.SecretEnv.Set = false })
	}
	keep(!isFullyKnown(p.ctx, r.RegistrySecret, r.RegistrySecretWOVersion), func() { want.RegistrySecret = had.RegistrySecret })
	if want.RegistrySecret.Version != nil {
		unknown := p.config.expandRegistry(p.ctx, &p.resp.Diagnostics).RegistrySecretWO.IsUnknown()
		keep(unknown, func() { want.RegistrySecret.Set = false })
	}
	return want
}

// isWriteOnlyEnvUnknown reports whether the write-only secret variables are not known
// as a whole, so that their names aren't either.
func (p *deploymentPlan) isWriteOnlyEnvUnknown() bool {
	return p.config.expandContainer(p.ctx, &p.resp.Diagnostics).SecretEnvVariablesWO.IsUnknown()
}

// keepState puts back the computed attributes that the change leaves as they are,
// and reports whether there is anything to plan. A value that is known here must
// be the same in the plan that Terraform makes at apply, so what may change then
// stays unknown.
func (p *deploymentPlan) keepState(change deployment.Change) bool {
	managesWriteOnly := !p.container.SecretEnvVariablesWOVersion.IsNull()
	if p.req.Plan.Raw.Equal(p.req.State.Raw) && change.Empty() && !(managesWriteOnly && p.isWriteOnlyEnvUnknown()) {
		return false
	}
	raw, err := keepComputed(p.req.Plan.Raw, p.req.Config.Raw, p.req.State.Raw)
	if err != nil {
		p.add(internalError(err))
		return true
	}
	p.resp.Plan.Raw = raw
	mayPatch := !isFullyKnown(p.ctx, p.planned.ContainerConfig, p.planned.RegistryConfig, p.config.ContainerConfig, p.config.RegistryConfig)
	if p.hasNewPrefix() || p.config.ResourcePrivateName.IsNull() && p.planned.NamePrefix.IsUnknown() {
		p.markUnknown("resource_private_name")
	}
	if change.Extend || change.Renew || p.planned.DurationHours.IsUnknown() {
		p.markUnknown("paid_hours", "ends_at", "amount_paid_usdc")
	}
	if mayPatch || change.Patches() {
		p.markUnknown("status", "started_at", "ends_at", "finished_at", "containers", "public_urls")
	}
	if mayPatch || !change.Patch.SecretEnvVariables.IsZero() {
		p.markUnknown("secret_env_keys")
	}
	return true
}

// markUnknown makes computed attributes of the plan unknown.
func (p *deploymentPlan) markUnknown(names ...string) {
	for _, name := range names {
		at := path.Root(name)
		t, diags := p.resp.Plan.Schema.TypeAtPath(p.ctx, at)
		p.add(diags...)
		if t != nil {
			p.add(p.resp.Plan.SetAttribute(p.ctx, at, emptyValue(p.ctx, t, true, &p.resp.Diagnostics))...)
		}
	}
}

// checkChange asks the API what a change in place needs to know, and warns.
func (p *deploymentPlan) checkChange(change deployment.Change, had, want deployment.Spec) {
	id := p.state.DeploymentID.ValueString()
	var checks []func() diag.Diagnostics
	if change.Rename && p.asks() && !p.hasNewPrefix() {
		checks = append(checks, func() diag.Diagnostics { return p.checkName(want.Name, id, "") })
	}
	hours := p.hoursToBuy(change, want)
	if hours > 0 && p.asks() && !p.planned.MaxCostUSDC.IsUnknown() {
		checks = append(checks, func() diag.Diagnostics { return p.checkPrice(want.Extension(id, hours), true) })
	}
	p.add(inParallel(checks)...)
	if p.failed() {
		return
	}
	if hours == 0 && !change.Empty() {
		p.add(endsSoonWarning(&p.state, p.service.Now())...)
	}
	if change.Patch.SecretEnvVariables.IsZero() {
		had.SecretEnv = want.SecretEnv // not sent
	}
	p.add(dollarWarnings(want, had)...)
	if had.Image != "" && p.registry.ImageURL.IsNull() {
		p.add(noImageWarning()...)
	}
}

// decreased reports whether fewer hours are planned than the state has.
func decreased(planned, state types.Int64) bool {
	return !planned.IsUnknown() && !state.IsNull() && planned.ValueInt64() < state.ValueInt64()
}
