package provider

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Private state carries what must survive between calls of Terraform.
const (
	// replacedKey holds the deployment that a plan may replace. A replacement is
	// planned in two calls, of which the second sees no prior state.
	replacedKey = "replaced"
	// importedKey marks a state that was imported and not applied since: its
	// locations are those that the API returned, which may be fewer than configured.
	importedKey = "imported"
	// renewalKey says whether the last Read found that a renewal is due. The plan does
	// not decide, because Terraform makes it again at apply and expects the same result.
	renewalKey = "renewal_due"
)

// privateState is the part of the framework's private state that is used here.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

func saveFlag(ctx context.Context, private privateState, key string, value bool) diag.Diagnostics {
	return private.SetKey(ctx, key, strconv.AppendBool(nil, value))
}

func loadFlag(ctx context.Context, private privateState, key string) bool {
	raw, _ := private.GetKey(ctx, key)
	return string(raw) == "true"
}
