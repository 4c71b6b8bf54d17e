package deployment

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// doubtTime is how long after an unsure extension the paid time is not believed to
// be all: an apply that is run again at once, before the API shows the hours that
// did land, would buy them twice.
const doubtTime = 2 * time.Minute

// doubtKey is where the resource's private state has the doubt.
const doubtKey = "unsure_extension"

// doubt is an extension of which it was not seen whether it landed. The zero
// doubt is none.
type doubt struct {
	At     time.Time `json:"at"`
	Before int64     `json:"hours_before"`
}

// private is the part of a resource's state that only the provider sees.
type private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// readDoubt is that of the last update, if there was one. What can't be read is
// none.
func readDoubt(ctx context.Context, notes private) doubt {
	var d doubt
	raw, diags := notes.GetKey(ctx, doubtKey)
	if diags.HasError() || raw == nil || json.Unmarshal(raw, &d) != nil {
		return doubt{}
	}
	return d
}

// writeDoubt notes the doubt that an update leaves, or that it leaves none.
func writeDoubt(ctx context.Context, notes private, d doubt) diag.Diagnostics {
	raw, err := json.Marshal(d)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Private state not written", err.Error())}
	}
	return notes.SetKey(ctx, doubtKey, raw)
}

// left is how much longer the paid hours may be too few.
func (d doubt) left(now time.Time, paid int64) time.Duration {
	if paid != d.Before {
		return 0
	}
	return d.At.Add(doubtTime).Sub(now)
}

// doubtful tells that an extension failed and may yet show to have landed.
func doubtful(err error) bool {
	return errors.Is(err, errUnsure) || errors.Is(err, errNotExtended)
}
