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

// Metadata implements function.Function.
func (escapeFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "escape"
}

// Definition implements function.Function.
func (escapeFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Text in which every dollar sign is literal to io.net.",
		MarkdownDescription: "The text with every `$` doubled. io.net substitutes `$NAME` and `${NAME}` in `entrypoint`, `args` and the values of variables, " +
			"and a `$` that is not meant so can make a deployment fail; `$$` stands for a literal `$`. " +
			"A text that is doubled already is doubled once more.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "text", MarkdownDescription: "Text to be taken as it stands."},
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
