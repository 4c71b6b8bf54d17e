#!/usr/bin/env bash
# Writes docs/ from the provider's schema, templates/ and examples/, and checks
# that the Registry accepts it. Needs no Terraform, but formats the examples with the
# one on the PATH.
set -euo pipefail

tfplugindocs() {
	go tool -modfile=tools/go.mod tfplugindocs "$@"
}

if command -v terraform >/dev/null; then
	terraform fmt -recursive examples
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

go run ./internal/docsgen >"$tmp/schema.json"
schema=(--provider-name ioneth --providers-schema "$tmp/schema.json")

# Their output matters only when they fail.
for command in "generate --rendered-provider-name io.net" validate; do
	# shellcheck disable=SC2086 # the words are options
	tfplugindocs $command "${schema[@]}" >"$tmp/log" 2>&1 || { cat "$tmp/log" >&2; exit 1; }
done
