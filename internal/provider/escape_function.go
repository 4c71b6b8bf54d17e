package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
)

// escapeFunction is provider::ioneth::escape.
type escapeFunction struct{}

var _ function.Function = escapeFunction{}

func newEscapeFunction() function.Function { return escapeFunction{} }

func (escapeFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "escape"
}

func (escapeFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Escapes every dollar sign of a string for io.net.",
		MarkdownDescription: "String with every `$` doubled. io.net substitutes `$NAME` and `${NAME}` in `entrypoint`, `args` and the values of environment variables; " +
			"an unintended `$` can make a deployment fail, and `$$` stands for a literal `$`. " +
			"The function is not idempotent: escaping a string twice doubles every `$` twice.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "text", MarkdownDescription: "String to escape."},
		},
		Return: function.StringReturn{},
	}
}

// Run implements function.Function.
func (escapeFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	resp.Error = resp.Result.Set(ctx, strings.ReplaceAll(text, "$", "$$"))
}
