package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
)

// machine describes where the numbers come from, in a sentence or two.
func (b *bench) machine(ctx context.Context) (string, error) {
	version, err := b.terraformVersion(ctx)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("%d runs on %s, %d cores", b.scale.runs, runtime.GOOS+"/"+runtime.GOARCH, runtime.NumCPU())
	if model := found("/proc/cpuinfo", `model name\s*:\s*(.+)`); model != "" {
		text += " (" + model + ")"
	}
	if kilobytes := found("/proc/meminfo", `MemTotal:\s*(\d+)`); kilobytes != "" {
		var n float64
		if _, err := fmt.Sscan(kilobytes, &n); err == nil {
			text += fmt.Sprintf(", %.0f GB of memory", n/(1<<20))
		}
	}
	text += fmt.Sprintf("; %s, Terraform %s.", strings.Replace(runtime.Version(), "go", "Go ", 1), version)
	if now := load(); b.load != "" && now != "" {
		text += fmt.Sprintf(" Load of the machine (processes that wanted to run, in the last minute) before: %s, at the end: %s.", b.load, now)
	}
	return text, nil
}

// load is the load of the last minute, "" where it is not told.
func load() string { return found("/proc/loadavg", `^(\S+)`) }

// found is the first match of the pattern's group in a file, "" for none.
func found(file, pattern string) string {
	text, err := os.ReadFile(file) //nolint:gosec // one of the few above
	if err != nil {
		return ""
	}
	match := regexp.MustCompile(pattern).FindSubmatch(text)
	if match == nil {
		return ""
	}
	return string(match[1])
}

// terraformVersion asks Terraform for its version.
func (b *bench) terraformVersion(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, b.terraform, "version", "-json") //nolint:gosec // the user's own Terraform
	cmd.Env = b.env
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("ask Terraform for its version: %w", err)
	}
	var told struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal(out, &told); err != nil {
		return "", err
	}
	return told.Version, nil
}
