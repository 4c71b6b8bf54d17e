// Command docsgen writes the provider's schema as JSON to standard output, as
// `terraform providers schema -json` would. The documentation is generated from
// it. Asking the provider itself needs no Terraform, and leaves nothing out: a
// Terraform older than 1.14 drops list resources and actions, and one older
// than 1.12 drops identities.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "docsgen:", err)
		os.Exit(1)
	}
}

func run() error {
	schemas, err := dump(context.Background())
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	return out.Encode(schemas)
}
