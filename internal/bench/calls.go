package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// kinds are the calls by what they are for; those of a plan's questions are
// counted apart.
var kinds = []struct {
	name, method, pattern string
	question              bool
}{
	{"name check", "GET", "/clusters/check_cluster_name_availability", false},
	{"deploy", "POST", "/deploy", false},
	{"change", "PATCH", "/deployment/{}", false},
	{"destroy", "DELETE", "/deployment/{}", false},
	{"detail", "GET", "/deployment/{}", false},
	{"containers", "GET", "/deployment/{}/containers", false},
	{"list", "GET", "/deployments", false},
	{"room", "GET", "/available-replicas", true},
	{"price", "GET", "/price", true},
}

// calls is part (c): the calls of each operation, from the mock's journal. The
// operations are applied from saved plans, so that what the plan asked is not in
// it; what Terraform has planned once more in the apply is.
func (b *bench) calls(ctx context.Context) (lines []line, err error) {
	n := b.scale.few
	err = b.withAPI(ctx, func(api *caastest.Server) error {
		for _, operation := range []struct {
			name string
			plan []string
			most float64 // calls; 0: nobody sets a limit
		}{
			{"create", []string{"plan"}, 4}, // one of them the poll: the deployment runs at once
			{"refresh", nil, 2},
			{"update", []string{"plan", "-refresh=false", "-var=log_level=debug"}, 0},
			{"delete", []string{"plan", "-refresh=false", "-destroy"}, 0},
		} {
			command := []string{"plan", "-refresh-only", instances(n)}
			if operation.plan != nil {
				plan := append(slices.Clone(operation.plan), "-out=saved.tfplan", instances(n))
				if _, err := b.ours.run(ctx, plan...); err != nil {
					return err
				}
				command = []string{"apply", "saved.tfplan"}
			}
			api.ResetJournal()
			if _, err := b.ours.run(ctx, command...); err != nil {
				return err
			}
			lines = append(lines, callsLine(operation.name, operation.most, n, api))
		}
		return nil
	})
	return lines, err
}

// callsLine counts the journal's calls for n deployments. The list is asked once
// for all of them, and so are a plan's questions.
func callsLine(name string, most float64, n int, api *caastest.Server) line {
	var each, shared []string
	own, counted := 0, 0
	for _, k := range kinds {
		count := len(api.Calls(k.method, k.pattern))
		counted += count
		switch {
		case count == 0:
		case k.question || k.name == "list":
			shared = append(shared, fmt.Sprintf("%s %d", k.name, count))
		default:
			own += count
			each = append(each, fmt.Sprintf("%s %.3g", k.name, float64(count)/float64(n)))
		}
	}
	if other := len(api.Requests()) - counted; other > 0 {
		own += other
		each = append(each, fmt.Sprintf("other %.3g", float64(other)/float64(n)))
	}
	perOne := float64(own) / float64(n)
	l := line{what: fmt.Sprintf("calls of a %s: %s", name, strings.Join(each, ", ")), measured: fmt.Sprintf("%.2f", perOne)}
	if shared != nil {
		l.what += fmt.Sprintf("; besides, for all %d: %s", n, strings.Join(shared, ", "))
	}
	if most > 0 {
		l.against, l.ratio, l.most = fmt.Sprintf("%.0f", most), perOne/most, 1
	}
	return l
}
