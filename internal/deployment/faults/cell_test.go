package faults

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// cell is what one operation makes of one fault.
type cell struct {
	says    string // what the user sees
	state   string // what is in the state
	account string // what the account has
	calls   string // what was sent that could have changed something
	then    string // what the next apply makes of it, without a fault
}

// summaries are what the user reads first, each once; what every plan says is
// left out.
func (c *trial) summaries(r report) string {
	var lines []string
	for _, d := range r.diags {
		line := "warning: " + d.Summary
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			line = "**" + d.Summary + "**"
		} else if strings.HasPrefix(d.Summary, "Purchase of ") {
			continue
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return "success"
	}
	return strings.Join(lines, "; ")
}

// settle leaves out what may or may not be said: where several calls are made at
// the same time, what keeps one waiting may be too long for another.
func (o operation) settle(f fault, says string) string {
	for _, line := range o.perhaps {
		says = strings.Join(slices.DeleteFunc(strings.Split(says, "; "), func(l string) bool { return strings.Contains(l, line) }), "; ")
	}
	said := strings.Split(says, "; ")
	if may := o.either[f.name]; may != nil && !slices.ContainsFunc(said, func(l string) bool { return !slices.Contains(may, l) }) {
		return strings.Join(may, " or ")
	}
	return cmp.Or(o.races[says], says, "success")
}

// inState is what the state has.
func (c *trial) inState(o operation) string {
	if c.held == nil {
		return "nothing"
	}
	words := "the deployment"
	if all := c.w.Deployments(); len(all) > 1 {
		words = "the old one"
		if c.held.id() == all[len(all)-1].ID {
			words = "the new one"
		}
	}
	if o.state != nil {
		words += ", " + o.state(c.held)
	}
	if status, _ := c.held.at("status").(string); status != "" && status != "running" {
		words += fmt.Sprintf(", %q", shown(status))
	}
	if c.held.tainted {
		words += ", tainted"
	}
	return words
}

// shown is a status as the page has it.
func shown(status string) string {
	if strings.Contains(strings.ToUpper(status), "HIBERNATING") {
		return "unheard-of"
	}
	return status
}

// inAccount is what the account has and pays for.
func (c *trial) inAccount(o operation) string {
	var lines []string
	for _, d := range c.w.Deployments() {
		line := shown(d.Status)
		if c.gone[d.ID] {
			line = "vanished"
		}
		if o.shows != nil {
			line += ", " + o.shows(d)
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return "nothing"
	}
	return strings.Join(lines, "; ")
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// many is from when on a number of calls depends on how the waits fell.
const many = 20

// sent are the calls that could have changed something, with how often each was
// made.
func (c *trial) sent() string {
	var lines []string
	count := map[string]int{}
	for _, r := range c.w.Requests() {
		if r.Method == "GET" {
			continue
		}
		line := r.Method + " " + uuid.ReplaceAllString(strings.TrimPrefix(r.Path, caastest.Prefix), "ID")
		if count[line]++; count[line] == 1 {
			lines = append(lines, line)
		}
	}
	for i, line := range lines {
		switch n := count[line]; {
		case n > many:
			lines[i] += ", many times"
		case n > 1:
			lines[i] += fmt.Sprintf(" × %d", n)
		}
	}
	return strings.Join(lines, "; ")
}
