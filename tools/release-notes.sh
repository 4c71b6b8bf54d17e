#!/usr/bin/env bash
# Prints the section of CHANGELOG.md of a version: tools/release-notes.sh 0.2.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=${1:?usage: tools/release-notes.sh VERSION}
if grep -q "^## $version (Unreleased)" CHANGELOG.md; then
	echo "CHANGELOG.md says that $version is unreleased: give it its date" >&2
	exit 1
fi
notes=$(awk -v version="$version" '/^## / { found = $2 == version; next } found' CHANGELOG.md)
if [[ -z ${notes//[[:space:]]/} ]]; then
	echo "CHANGELOG.md has no section \"## $version\"" >&2
	exit 1
fi
printf '%s\n' "$notes"
