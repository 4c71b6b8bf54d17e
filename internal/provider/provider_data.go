package provider

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// How long an operation may take when the configuration does not say. Reads have
// no timeout of their own in Terraform.
const (
	createTimeout = 45 * time.Minute
	updateTimeout = 30 * time.Minute
	deleteTimeout = 20 * time.Minute
	readTimeout   = 5 * time.Minute
)

// providerData is what the configured provider hands to its resources, data
// sources, list resources and actions.
type providerData struct {
	service *deployment.Service
	// planChecks reports whether plans may call the API for names, capacity and
	// prices.
	planChecks bool
	// lastRead holds what Read found, as a *replacedDeployment by ID: a tainted
	// resource is planned without its state.
	lastRead sync.Map
	// unreachable is set when a plan has reported that no connection can be made.
	unreachable atomic.Bool
}

// isReported reports whether a check of a plan failed because no connection can be
// made, and a warning says so already: one for each plan is enough.
func (p *providerData) isReported(err error) bool {
	var apiErr *caas.Error
	return errors.As(err, &apiErr) && apiErr.Status == 0 && caas.IsRejected(err) && p.unreachable.Swap(true)
}

func (p *providerData) rememberRead(r *replacedDeployment) { p.lastRead.Store(r.ID, r) }

// readBefore returns what Read found of a deployment, nil when it was not read.
func (p *providerData) readBefore(id string) *replacedDeployment {
	r, _ := p.lastRead.Load(id)
	found, _ := r.(*replacedDeployment)
	return found
}

// providerDataOf returns the data that the framework passes to Configure; nil
// before the provider is configured, as in terraform validate.
func providerDataOf(data any, diags *diag.Diagnostics) *providerData {
	if data == nil {
		return nil
	}
	configured, ok := data.(*providerData)
	if !ok {
		diags.Append(internalError(fmt.Errorf("the provider data is a %T", data)))
	}
	return configured
}

// isConfigured reports whether the API can be called.
func (p *providerData) isConfigured() bool { return p != nil && p.service.Configured() }

// requireConfigured adds an error when the API can't be called. It returns
// whether there is no error.
func (p *providerData) requireConfigured(diags *diag.Diagnostics) bool {
	if !p.isConfigured() {
		diags.Append(configurationUnknownError()...)
	}
	return !diags.HasError()
}
