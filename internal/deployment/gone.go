package deployment

import (
	"context"
	"fmt"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
)

// gone judges a 404 on a deployment that was there before. What is taken for gone
// leaves the state, and would run on and cost money unseen if it was not; so the
// list must not show it as live. nil means that it is gone.
func (s *Session) gone(ctx context.Context, id string, notFound error) error {
	for item, err := range s.Client.Deployments(ctx, "") {
		switch {
		case err != nil:
			return err
		case string(item.ID) == id && !item.Status.Ended():
			return &contradictionError{item.Status, notFound.Error()}
		}
	}
	return nil
}

// contradictionError is a deployment that is not found by its id and that the
// list shows as live.
type contradictionError struct {
	status   caas.Status
	notFound string
}

func (e *contradictionError) Error() string {
	return fmt.Sprintf("the API's list shows the deployment as %q, and by its id the API does not know it: %s", e.status, e.notFound)
}
