package deployment

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

// inContainer changes the container definition of a model.
func inContainer(t *testing.T, m *model, change func(*containerModel)) {
	t.Helper()
	var diags diag.Diagnostics
	c := m.container(t.Context(), &diags)
	change(&c)
	m.setContainer(c, &diags)
	if diags.HasError() {
		t.Fatal(diags)
	}
}

// TestModel_changeFrom shows how deep a change goes. What is not known yet may
// change, whatever it is.
func TestModel_changeFrom(t *testing.T) {
	env := func(value attr.Value) types.Map {
		return types.MapValueMust(types.StringType, map[string]attr.Value{"A": value})
	}
	for name, c := range map[string]struct {
		plan, config func(*testing.T, *model) // config is the plan when nil
		want         kind
		says         string
	}{
		"nothing": {plan: func(*testing.T, *model) {}, want: untouched},
		"timeouts": {plan: func(_ *testing.T, m *model) {
			m.Timeouts.Object = types.ObjectNull(m.Timeouts.AttributeTypes(t.Context()))
		}, want: untouched},
		"waiting":       {plan: func(_ *testing.T, m *model) { m.WaitForRunning = types.BoolValue(true) }, want: untouched},
		"budget":        {plan: func(_ *testing.T, m *model) { m.MaxCostUSDC = types.Float64Unknown() }, want: untouched},
		"name":          {plan: func(_ *testing.T, m *model) { m.ResourcePrivateName = types.StringValue("sglang") }, want: renamed},
		"name, unknown": {plan: func(_ *testing.T, m *model) { m.ResourcePrivateName = types.StringUnknown() }, want: redefined},
		"hours":         {plan: func(_ *testing.T, m *model) { m.DurationHours = types.Int64Value(25) }, want: extended},
		"hours and name": {plan: func(_ *testing.T, m *model) {
			m.DurationHours, m.ResourcePrivateName = types.Int64Value(25), types.StringValue("sglang")
		}, want: extended},
		"hours, unknown": {plan: func(_ *testing.T, m *model) { m.DurationHours = types.Int64Unknown() }, want: redefined},
		"port": {plan: func(t *testing.T, m *model) {
			inContainer(t, m, func(c *containerModel) { c.TrafficPort = types.Int64Value(81) })
		}, want: redefined},
		"port and hours": {plan: func(t *testing.T, m *model) {
			m.DurationHours = types.Int64Value(25)
			inContainer(t, m, func(c *containerModel) { c.TrafficPort = types.Int64Value(81) })
		}, want: redefined},
		"a variable, unknown": {plan: func(t *testing.T, m *model) {
			inContainer(t, m, func(c *containerModel) { c.EnvVariables = env(types.StringUnknown()) })
		}, want: redefined},
		"a variable, known and the same": {plan: func(t *testing.T, m *model) {
			inContainer(t, m, func(c *containerModel) { c.EnvVariables = env(types.StringValue("1")) })
		}, want: untouched},
		"container_config, unknown": {plan: func(_ *testing.T, m *model) { m.ContainerConfig = types.ObjectUnknown(containerConfigTypes) }, want: redefined},
		"registry_config, unknown":  {plan: func(_ *testing.T, m *model) { m.RegistryConfig = types.ObjectUnknown(registryConfigTypes) }, want: redefined},
		// Write-only values are in the configuration alone, and null in the plan.
		"a write-only value, unknown": {
			plan: func(*testing.T, *model) {},
			config: func(t *testing.T, m *model) {
				inContainer(t, m, func(c *containerModel) { c.SecretEnvVariablesWO = env(types.StringUnknown()) })
			}, want: redefined,
		},
		"a version without its value": {plan: func(t *testing.T, m *model) {
			inContainer(t, m, func(c *containerModel) { c.SecretEnvVariablesWOVersion = types.Int64Value(1) })
			inContainer(t, m, func(c *containerModel) { c.SecretEnvVariables = types.MapNull(types.StringType) })
		}, want: redefined, says: "Secret has a version but no value"},
	} {
		t.Run(name, func(t *testing.T) {
			plan, config := modelOf(t, known), modelOf(t, known)
			c.plan(t, plan)
			if c.config != nil {
				c.config(t, config)
			} else {
				c.plan(t, config)
			}
			var diags diag.Diagnostics
			if got := plan.changeFrom(t.Context(), modelOf(t, known), config, &diags); got != c.want {
				t.Errorf("kind %d, want %d", got, c.want)
			}
			if c.says == "" && diags.HasError() || c.says != "" && (!diags.HasError() || diags[0].Summary() != c.says) {
				t.Errorf("says %v, want %q", diags, c.says)
			}
		})
	}
}

func TestModel_replaces(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*model)
		want   bool
	}{
		"nothing":          {func(*model) {}, false},
		"name":             {func(m *model) { m.ResourcePrivateName = types.StringValue("x") }, false},
		"hours":            {func(m *model) { m.DurationHours = types.Int64Value(1) }, false},
		"hardware":         {func(m *model) { m.HardwareID = types.Int64Value(204) }, true},
		"hardware unknown": {func(m *model) { m.HardwareID = types.Int64Unknown() }, true},
		"GPUs":             {func(m *model) { m.GPUsPerContainer = types.Int64Value(4) }, true},
		"locations": {func(m *model) {
			m.LocationIDs = types.SetValueMust(diagnose.WholeNumberType{}, []attr.Value{types.Int64Value(1)})
		}, true},
		"order of locations": {func(m *model) {
			m.LocationIDs = types.SetValueMust(diagnose.WholeNumberType{}, []attr.Value{types.Int64Value(2), types.Int64Value(1)})
		}, false},
		"replicas": {func(m *model) {
			inContainer(t, m, func(c *containerModel) { c.ReplicaCount = types.Int64Value(2) })
		}, true},
		"port": {func(m *model) {
			inContainer(t, m, func(c *containerModel) { c.TrafficPort = types.Int64Value(2) })
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			plan := modelOf(t, known)
			c.change(plan)
			var diags diag.Diagnostics
			if got := plan.replaces(t.Context(), modelOf(t, known), &diags); got != c.want || diags.HasError() {
				t.Errorf("replaces %v, want %v; %v", got, c.want, diags)
			}
		})
	}
}

func TestModel_ended(t *testing.T) {
	for _, c := range []struct {
		status, started, finished string
		want                      bool
	}{
		{"deployment requested", "", "", false},
		{"running", "then", "", false},
		{"completed", "then", "", true},
		{"completed", "then", "later", true},
		{"failed", "then", "", false}, // it may be mended still
		{"failed", "", "later", false},
		{"failed", "then", "later", true},
		{"termination requested", "then", "", false},
		{"destroyed", "", "", true},
		{"something new", "", "", false},
		{"", "", "", false},
	} {
		m := &model{Status: types.StringValue(c.status), StartedAt: textOrNull(c.started), FinishedAt: textOrNull(c.finished)}
		if got := m.ended(); got != c.want {
			t.Errorf("%q, started %q, finished %q: ended %v, want %v", c.status, c.started, c.finished, got, c.want)
		}
	}
}

func TestLowered(t *testing.T) {
	for _, c := range []struct {
		plan, state types.Int64
		want        bool
	}{
		{types.Int64Value(24), types.Int64Value(24), false},
		{types.Int64Value(25), types.Int64Value(24), false},
		{types.Int64Value(23), types.Int64Value(24), true},
		{types.Int64Unknown(), types.Int64Value(24), false},
		{types.Int64Value(23), types.Int64Null(), false},
	} {
		if got := lowered(c.plan, c.state); got != c.want {
			t.Errorf("from %s to %s: lowered %v, want %v", c.state, c.plan, got, c.want)
		}
	}
}
