package provider

import (
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
	"github.com/ioneth/terraform-provider-ioneth/internal/diagnose"
)

const (
	defaultEndpoint       = "https://api.io.solutions"
	defaultRequestTimeout = 30 * time.Second
	defaultMaxRetries     = 8
)

// config is the provider block.
type config struct {
	Token          types.String         `tfsdk:"token"`
	APIKey         types.String         `tfsdk:"api_key"`
	Endpoint       types.String         `tfsdk:"endpoint"`
	RequestTimeout timetypes.GoDuration `tfsdk:"request_timeout"`
	MaxRetries     types.Int64          `tfsdk:"max_retries"`
	PlanChecks     types.Bool           `tfsdk:"plan_checks"`
}

// Schema implements provider.Provider.
func (p *Provider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Containers as a Service of io.net: deployments on GPUs, paid for by the hour.",
		Attributes: map[string]schema.Attribute{
			"token": schema.StringAttribute{
				MarkdownDescription: "OAuth 2.0 access token, sent as `Authorization: Bearer`. Default: the variable `IONETH_TOKEN`. " +
					"A token or an API key is needed; both are sent when both are set.",
				Optional: true, Sensitive: true,
			},
			"api_key": schema.StringAttribute{
				MarkdownDescription: "API key from io.net's web console, sent as `x-api-key`. Default: the variable `IONETH_API_KEY`, else `IOCLOUD_API_KEY`.",
				Optional:            true, Sensitive: true,
			},
			"endpoint": schema.StringAttribute{
				MarkdownDescription: "Base URL of the API: https, or http on a loopback host. Default: the variable `IONETH_ENDPOINT`, else `" + defaultEndpoint + "`.",
				Optional:            true,
				Validators:          []validator.String{endpointRule{}},
			},
			"request_timeout": schema.StringAttribute{
				MarkdownDescription: "How long one try of a request may take, such as `30s`, which is the default.",
				Optional:            true,
				CustomType:          timetypes.GoDurationType{},
				Validators: []validator.String{
					stringvalidator.RegexMatches(regexp.MustCompile("^[^-]*[1-9]"), `must be longer than 0, such as "30s"`),
				},
			},
			"max_retries": schema.Int64Attribute{
				MarkdownDescription: "How often a request is tried again after a transport error or a 5xx; 0 to 100, default 8. " +
					"Refusals for the rate (429) do not count: they are waited out as long as the operation's timeout lets it.",
				Optional:   true,
				CustomType: diagnose.WholeNumberType{},
				Validators: []validator.Int64{int64validator.Between(0, 100)},
			},
			"plan_checks": schema.BoolAttribute{
				MarkdownDescription: "Whether plans ask the API about names, room and prices. Default `true`; with `false` a plan makes no calls beyond refresh.",
				Optional:            true,
			},
		},
	}
}

// Configure implements provider.Provider. It makes no call.
func (p *Provider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var c config
	resp.Diagnostics.Append(req.Config.Get(ctx, &c)...)
	if resp.Diagnostics.HasError() {
		return
	}
	session := &deployment.Session{Clock: p.clock}
	resp.ResourceData, resp.DataSourceData = session, session
	resp.ListResourceData, resp.ActionData = session, session
	if c.unknown() {
		return // at plan, before what it comes from exists: the session has no client
	}
	settings := p.settings(c, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	session.Client = caas.New(settings)
	session.PlanChecks = c.PlanChecks.IsNull() || c.PlanChecks.ValueBool()
}

func (c config) unknown() bool {
	return c.Token.IsUnknown() || c.APIKey.IsUnknown() || c.Endpoint.IsUnknown() ||
		c.RequestTimeout.IsUnknown() || c.MaxRetries.IsUnknown() || c.PlanChecks.IsUnknown()
}

// settings are the client's, from the configuration, else the environment, else
// the defaults.
func (p *Provider) settings(c config, diags *diag.Diagnostics) caas.Config {
	s := caas.Config{
		Token:          credential("token", c.Token, diags, "IONETH_TOKEN"),
		APIKey:         credential("api_key", c.APIKey, diags, "IONETH_API_KEY", "IOCLOUD_API_KEY"),
		UserAgent:      "terraform-provider-ioneth/" + p.version,
		RequestTimeout: defaultRequestTimeout,
		MaxRetries:     defaultMaxRetries,
		Clock:          p.clock,
		Trace:          trace,
	}
	if s.Token == "" && s.APIKey == "" && !diags.HasError() {
		diags.AddError("No credential for io.net",
			"The provider needs a token or an API key, and has neither. Set token or api_key in the provider block, "+
				"or one of the environment variables IONETH_TOKEN, IONETH_API_KEY and IOCLOUD_API_KEY. "+
				"API keys are made in io.net's web console.")
	}
	text, source := c.Endpoint.ValueString(), "endpoint"
	if text == "" {
		text, source = os.Getenv("IONETH_ENDPOINT"), "The environment variable IONETH_ENDPOINT"
	}
	if text == "" {
		text = defaultEndpoint
	}
	endpoint, err := parseEndpoint(text)
	if err != nil {
		diags.AddAttributeError(path.Root("endpoint"), "Invalid endpoint", source+" "+err.Error())
	}
	s.Endpoint = endpoint
	if !c.RequestTimeout.IsNull() {
		timeout, d := c.RequestTimeout.ValueGoDuration()
		diags.Append(d...)
		s.RequestTimeout = timeout
	}
	if !c.MaxRetries.IsNull() {
		s.MaxRetries = int(c.MaxRetries.ValueInt64())
	}
	return s
}

// credential is the attribute's value, else that of the first variable that is
// set; "" when there is none.
func credential(attribute string, value types.String, diags *diag.Diagnostics, variables ...string) string {
	text, source := value.ValueString(), attribute
	for _, name := range variables {
		if text == "" {
			text, source = os.Getenv(name), "The environment variable "+name
		}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r > unicode.MaxASCII }) {
		diags.AddAttributeError(path.Root(attribute), "Bad credential", fmt.Sprintf(
			"%s has a space, a line break or another character that no credential has. "+
				"When it comes from a file, write %s = trimspace(file(\"...\")).", source, attribute))
	}
	return text
}

// parseEndpoint reads the API's base URL. Its errors begin with a verb, as the
// caller names what was read.
func parseEndpoint(text string) (*url.URL, error) {
	const instead = "Write a URL such as " + defaultEndpoint + "."
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		return nil, fmt.Errorf("is no URL with a scheme and a host. %s", instead)
	case u.User != nil:
		return nil, fmt.Errorf("holds a user name or password, which belong into token or api_key. %s", instead)
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("has a query or a fragment. %s", instead)
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, nil
	default:
		return nil, fmt.Errorf("must begin with https://: over %q the credential could be read on its way. "+
			"http is taken on a loopback host only. %s", u.Scheme, instead)
	}
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
	tflog.Debug(ctx, "asked the CaaS API", fields)
}
