package deployment

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// computedValue is one attribute that only the API sets, in two models.
type computedValue struct {
	mine, theirs attr.Value
	// take makes mine theirs.
	take func()
}

func pair[T attr.Value](mine *T, theirs T) computedValue {
	return computedValue{mine: *mine, theirs: theirs, take: func() { *mine = theirs }}
}

// computed are all attributes that only the API sets, beside those of another
// model.
func (m *model) computed(other *model) []computedValue {
	return []computedValue{
		pair(&m.DeploymentID, other.DeploymentID),
		pair(&m.Status, other.Status),
		pair(&m.CreatedAt, other.CreatedAt),
		pair(&m.StartedAt, other.StartedAt),
		pair(&m.EndsAt, other.EndsAt),
		pair(&m.FinishedAt, other.FinishedAt),
		pair(&m.HardwareName, other.HardwareName),
		pair(&m.BrandName, other.BrandName),
		pair(&m.TotalGPUs, other.TotalGPUs),
		pair(&m.SecretEnvKeys, other.SecretEnvKeys),
		pair(&m.AmountPaidUSDC, other.AmountPaidUSDC),
		pair(&m.Containers, other.Containers),
	}
}

// settle makes null what is still unknown: a state can hold no unknown, and the
// id must be saved before the API has told the rest.
func (m *model) settle() {
	m.fill(&model{
		SecretEnvKeys: types.SetNull(types.StringType),
		Containers:    types.ListNull(types.ObjectType{AttrTypes: containerRowTypes}),
	})
}

// fill takes what is still unknown from another model.
func (m *model) fill(from *model) {
	for _, value := range m.computed(from) {
		if value.mine.IsUnknown() {
			value.take()
		}
	}
}

// keepPlanned puts back what the plan knew, and with it all that is configured:
// Terraform holds us to it, takes what the API spells otherwise for a failure,
// and marks a deployment that was made just now as tainted, to be replaced and
// paid for anew. The next refresh tells what has moved, or is told otherwise.
func (m *model) keepPlanned(plan *model) {
	kept := *plan
	for _, value := range kept.computed(m) {
		if value.mine.IsUnknown() {
			value.take()
		}
	}
	*m = kept
}

// loosen makes unknown what may move when the containers change; the names of
// the secret variables only where the plan does not say them.
func (m *model) loosen() {
	m.Status, m.StartedAt, m.EndsAt, m.FinishedAt = types.StringUnknown(), types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	m.AmountPaidUSDC = types.Float64Unknown()
	m.Containers = types.ListUnknown(types.ObjectType{AttrTypes: containerRowTypes})
}
