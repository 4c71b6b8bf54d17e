package provider_test

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"
)

// unzipped is all that a plan file holds, but for the configuration that
// Terraform packs beside the plan: the test wrote its secrets there itself.
func unzipped(t *testing.T, path string) []byte {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	var all bytes.Buffer
	for _, file := range archive.File {
		if file.Name != "tfplan" && file.Name != "tfstate" && file.Name != "tfstate-prev" {
			continue
		}
		content, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, content); err != nil {
			t.Fatal(err)
		}
	}
	if all.Len() == 0 {
		t.Fatalf("%s holds no plan", path)
	}
	return all.Bytes()
}
