package provider

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

const (
	defaultEndpoint       = "https://api.io.solutions"
	defaultRequestTimeout = 30 * time.Second
	defaultMaxRetries     = 8
)

// providerModel is the provider block.
type providerModel struct {
	Token            types.String         `tfsdk:"token"`
	APIKey           types.String         `tfsdk:"api_key"`
	Endpoint         types.String         `tfsdk:"endpoint"`
	RequestTimeout   timetypes.GoDuration `tfsdk:"request_timeout"`
	MaxRetries       types.Int64          `tfsdk:"max_retries"`
	PlanChecks       types.Bool           `tfsdk:"plan_checks"`
	MaxTotalCostUSDC types.Float64        `tfsdk:"max_total_cost_usdc"`
}

func (p *ionethProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Provider for the Containers as a Service of io.net: deployments of containers on GPUs, paid in advance by the hour.",
		Attributes: map[string]schema.Attribute{
			"token": schema.StringAttribute{
				MarkdownDescription: "OAuth 2.0 access token, sent as `Authorization: Bearer`. Defaults to the environment variable `IONETH_TOKEN`, " +
					"which is ignored when `api_key` is in the provider block. A token or an API key is required. When both are in the provider block, or both in the environment, the provider sends both. " +
					"An empty string is equal to an omitted value.",
				Optional:  true,
				Sensitive: true,
			},
			"api_key": schema.StringAttribute{
				MarkdownDescription: "API key from io.net's web console, sent as `x-api-key`. Defaults to the environment variable `IONETH_API_KEY`, " +
					"else `IOCLOUD_API_KEY`, which are ignored when `token` is in the provider block. An empty string is equal to an omitted value.",
				Optional:  true,
				Sensitive: true,
			},
			"endpoint": schema.StringAttribute{
				MarkdownDescription: "Base URL of the API. Must be `https`, or `http` on a loopback host. " +
					"Defaults to the environment variable `IONETH_ENDPOINT`, else `" + defaultEndpoint + "`. An empty string is equal to an omitted value.",
				Optional:   true,
				Validators: []validator.String{validEndpoint()},
			},
			"request_timeout": schema.StringAttribute{
				MarkdownDescription: "Timeout of each HTTP attempt, as a duration such as `\"30s\"`. Must be longer than 0. Defaults to `\"30s\"`.",
				Optional:            true,
				CustomType:          timetypes.GoDurationType{},
				Validators: []validator.String{
					stringvalidator.RegexMatches(regexp.MustCompile("^[^-]*[1-9]"), `must be longer than 0, such as "30s"`),
				},
			},
			"max_retries": schema.Int64Attribute{
				MarkdownDescription: "Maximum number of retries of one request after a transport error or an HTTP 5xx response. 0 to 100. Defaults to `8`. " +
					"HTTP 429 responses do not count as retries: the provider waits and retries until the operation times out. " +
					"A request that buys is sent again only when it certainly had no effect: when no connection was made, or after an HTTP 429 response.",
				Optional:   true,
				CustomType: wholeNumberType{},
				Validators: []validator.Int64{int64validator.Between(0, 100)},
			},
			"plan_checks": schema.BoolAttribute{
				MarkdownDescription: "Whether plans check names, capacity and prices with the API. Defaults to `true`. " +
					"With `false`, plans call the API only to refresh, to read data sources and, when `max_cost_usdc` or `max_total_cost_usdc` is set, to check the price of a replacement. They do not warn about costs, an unescaped `$` or a missing image. Both limits are still checked right before each purchase.",
				Optional: true,
			},
			"max_total_cost_usdc": schema.Float64Attribute{
				MarkdownDescription: "Maximum total cost of all purchases of one apply, in USDC: creations, replacements, extensions, renewals and the action `ioneth_caas_deployment_extend`. " +
					"Minimum 0. Checked at plan and again right before each purchase. A purchase whose price is not known at plan is checked only before the purchase; for a replacement, an unknown price is an error at plan. Purchases of the action are checked only at apply. When `plan_checks = false`, a plan checks only the prices of replacements; the check before each purchase stays. Each provider configuration has its own limit. Defaults to no limit.",
				Optional:   true,
				Validators: []validator.Float64{float64validator.AtLeast(0)},
			},
		},
	}
}

// Configure implements provider.Provider. It makes no API call.
func (p *ionethProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var c providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &c)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var client *caas.Client
	if c.isKnown() {
		settings := p.clientConfig(c, &resp.Diagnostics)
		if resp.Diagnostics.HasError() {
			return
		}
		client = caas.New(settings)
	}
	data := &providerData{
		service:    deployment.NewService(client, p.clock, c.maxTotalCost()),
		planChecks: c.PlanChecks.IsNull() || c.PlanChecks.IsUnknown() || c.PlanChecks.ValueBool(),
	}
	resp.ResourceData, resp.DataSourceData = data, data
	resp.ListResourceData, resp.ActionData = data, data
}

// maxTotalCost returns max_total_cost_usdc, nil when it is not set or not known.
func (c providerModel) maxTotalCost() *float64 {
	if c.MaxTotalCostUSDC.IsUnknown() {
		return nil
	}
	return c.MaxTotalCostUSDC.ValueFloat64Pointer()
}

// isKnown reports whether the client can be made. A value is unknown in a plan
// where it comes from a resource that does not exist yet.
func (c providerModel) isKnown() bool {
	return !c.Token.IsUnknown() && !c.APIKey.IsUnknown() && !c.Endpoint.IsUnknown() &&
		!c.RequestTimeout.IsUnknown() && !c.MaxRetries.IsUnknown()
}

// clientConfig returns the client's configuration: from the provider block, else
// from the environment, else the defaults.
func (p *ionethProvider) clientConfig(c providerModel, diags *diag.Diagnostics) caas.Config {
	token, apiKey := c.credentials(diags)
	settings := caas.Config{
		Token: token, APIKey: apiKey, Endpoint: c.endpoint(diags),
		UserAgent:      "terraform-provider-ioneth/" + p.version,
		RequestTimeout: defaultRequestTimeout,
		MaxRetries:     defaultMaxRetries,
		Clock:          p.clock,
		Trace:          trace,
	}
	if !c.RequestTimeout.IsNull() {
		timeout, timeoutDiags := c.RequestTimeout.ValueGoDuration()
		diags.Append(timeoutDiags...)
		settings.RequestTimeout = timeout
	}
	if !c.MaxRetries.IsNull() {
		settings.MaxRetries = int(c.MaxRetries.ValueInt64())
	}
	return settings
}

// credential is a token or an API key.
type credential struct {
	value  string
	source string // the attribute or the environment variable that it is from
}

// credentials returns the token and the API key, "" for one that is not set. Those
// of the environment count only when the provider block has neither: a token and
// an API key from different places may belong to two accounts.
func (c providerModel) credentials(diags *diag.Diagnostics) (token, apiKey string) {
	t, k := credential{c.Token.ValueString(), "token"}, credential{c.APIKey.ValueString(), "api_key"}
	if t.value == "" && k.value == "" {
		t, k = credentialFromEnv("IONETH_TOKEN"), credentialFromEnv("IONETH_API_KEY", "IOCLOUD_API_KEY")
	}
	if t.value == "" && k.value == "" {
		diags.AddError(summaryMissingCredential, "The provider requires a token or an API key, and neither is set. Set token or api_key in the provider block, "+
			"or one of the environment variables IONETH_TOKEN, IONETH_API_KEY and IOCLOUD_API_KEY. API keys are created in io.net's web console.")
	}
	t.validate("token", diags)
	k.validate("api_key", diags)
	return t.value, k.value
}

// credentialFromEnv returns the first of the environment variables that is set.
func credentialFromEnv(names ...string) credential {
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			return credential{value, "The environment variable " + name}
		}
	}
	return credential{}
}

// validate adds an error when the credential can't be sent in a header.
func (c credential) validate(attribute string, diags *diag.Diagnostics) {
	if strings.ContainsFunc(c.value, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r > unicode.MaxASCII }) {
		diags.AddAttributeError(path.Root(attribute), summaryInvalidCredential, fmt.Sprintf(
			"%s contains a space, a line break or another character that credentials do not have. "+
				"If the value comes from a file, write %s = trimspace(file(\"...\")) in the provider block.", c.source, attribute))
	}
}

// endpoint returns the base URL of the API.
func (c providerModel) endpoint(diags *diag.Diagnostics) *url.URL {
	value, source := c.Endpoint.ValueString(), "endpoint"
	if value == "" {
		value, source = os.Getenv("IONETH_ENDPOINT"), "The environment variable IONETH_ENDPOINT"
	}
	endpoint, err := parseEndpoint(cmp.Or(value, defaultEndpoint))
	if err != nil {
		diags.AddAttributeError(path.Root("endpoint"), summaryInvalidEndpoint, fmt.Sprintf("%s %s.", source, err))
	}
	return endpoint
}

// validEndpoint validates endpoint where the provider is not configured, as in
// terraform validate.
func validEndpoint() validator.String {
	return stringFormat{"an https URL, or an http URL of a loopback host", summaryInvalidEndpoint, func(value string) string {
		if _, err := parseEndpoint(value); value != "" && err != nil { // "" stands for the environment
			return fmt.Sprintf("endpoint %s.", err)
		}
		return ""
	}}
}

// parseEndpoint parses the base URL of the API. Its errors start with a verb: the
// caller names what was parsed.
func parseEndpoint(value string) (*url.URL, error) {
	problem := ""
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "":
		problem = "is not a URL with a scheme and a host"
	case u.User != nil:
		problem = "contains a user name or a password. The credential belongs in token or api_key"
	case u.RawQuery != "" || u.Fragment != "":
		problem = "contains a query or a fragment"
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		problem = fmt.Sprintf("must start with https://, because %q does not encrypt the credential. http is allowed on a loopback host only", u.Scheme)
	default:
		return u, nil
	}
	return nil, fmt.Errorf("%s. Set a URL such as %q", problem, defaultEndpoint)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// trace logs a request without its headers and bodies.
func trace(ctx context.Context, e caas.Exchange) {
	fields := map[string]any{"method": e.Method, "path": e.Path, "status": e.Status, "milliseconds": e.Duration.Milliseconds()}
	if e.Err != nil {
		fields["error"] = e.Err.Error()
	}
	tflog.Debug(ctx, "CaaS API request", fields)
}
