package deployment_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// drawOptions draws an API: how late it is, and how it writes its replies.
func (l *life) drawOptions() caastest.Options {
	// Most lives wait for little, because every poll takes real time.
	seconds := func(n int, short float64) time.Duration {
		if l.chance(short) {
			n = 1 + n/20
		}
		return time.Duration(l.rng.IntN(n)) * time.Second
	}
	options := caastest.Options{
		Timings: caastest.Timings{
			Provision: time.Second + seconds(180, 0.8), URL: seconds(40, 0.8), Terminate: seconds(90, 0.8),
			List: seconds(25, 0.4), ReleaseName: seconds(25, 0.4), ShowExtended: seconds(300, 0.4),
			RestartDelay: seconds(9, 0.4), Restart: seconds(60, 0.8),
		},
		EndedKeepNames: l.chance(0.2), PatchRestartsFailed: l.chance(0.5), RestartResetsStart: l.chance(0.2),
	}
	if odd := func() bool { return l.chance(0.2) }; l.chance(0.3) {
		options.Format = caastest.Format{
			UpperStatus: odd(), Zoneless: odd(), Nanoseconds: odd(), NumberStrings: odd(), FloatIntegers: odd(),
			NullLists: odd(), ShuffleLocations: odd(), LocationSubset: odd(), CanonicalImages: odd(),
			Bare: odd(), DoubleWrap: odd(), ExtraMembers: odd(), PageIgnored: odd(), PagesFromOne: odd(),
			RegionalIDs: odd(), OddListRow: odd(), EmptyDeployReply: odd(), PaymentRequired: caastest.PaymentFormat(l.rng.IntN(3)),
		}
		if options.Format.PagesFromOne { // the mock's odd row hides the total
			options.Format.OddListRow = false
		}
	}
	return options
}

// addForeign draws deployments that existed before, most of which have ended.
func (l *life) addForeign(r *simResource) {
	for i := range l.rng.IntN(4) {
		status := []string{caastest.StatusRunning, caastest.StatusTerminating, caastest.StatusCompleted, caastest.StatusFailed}[i]
		created := time.Now().Add(-time.Duration(l.rng.IntN(90)) * time.Minute)
		l.server.Add(caastest.Deployment{Name: l.drawName(r), Status: status, Created: created})
	}
}

// drawTrouble draws what goes wrong during the next command.
func (l *life) drawTrouble() {
	l.faultRate = []float64{0, 0, 0.03, 0.1, 0.3}[l.rng.IntN(5)]
	l.outage = simOutage{}
	if l.chance(0.25) {
		l.drawOutage()
	}
	switch l.rng.IntN(12) {
	case 0:
		l.server.FailNext("image not found")
	case 1:
		l.server.StallNext("pulling")
	case 2:
		l.server.FailNextRestart("image not found")
	case 3:
		ignored := []string{"image_url", "traffic_port", "env_variables", "entrypoint"}
		l.server.Configure(func(o *caastest.Options) { o.IgnoredPatchMembers = ignored[:1+l.rng.IntN(4)] })
	case 4:
		l.server.Configure(func(o *caastest.Options) { o.NeverTerminate = true })
	case 5:
		l.server.Restore()
	}
}

// drawOutage draws a part of the API that fails for minutes. What only describes a
// deployment, its containers, may fail for a day.
func (l *life) drawOutage() {
	o := simOutage{until: time.Now().Add(time.Duration(l.rng.IntN(300)) * time.Second)}
	o.suffix = []string{"", "/containers", "/containers", "/deployments", "/deploy", "/extend"}[l.rng.IntN(6)]
	names := []string{
		"connection refused", "reset before", "reset after", "truncated", "empty body", "500", "502 after", "503",
		"429", "429 with Retry-After", "401",
	}
	if o.suffix == "/containers" {
		names = []string{"500", "401", "404"}
		if l.chance(0.5) {
			o.until = o.until.Add(24 * time.Hour)
		}
	}
	name := names[l.rng.IntN(len(names))]
	o.fault = simFaults[slices.IndexFunc(simFaults, func(f simFault) bool { return f.name == name })]
	l.outage = o
	l.log("outage: %q is %s for %s", o.suffix, name, time.Until(o.until))
}

func (l *life) value(prefix string) string {
	l.values++
	return fmt.Sprintf("%s-%d", prefix, l.values)
}

// drawName draws a name of a few, so that they are used again.
func (l *life) drawName(r *simResource) string {
	if l.chance(0.05) {
		return "shared"
	}
	return fmt.Sprintf("name-%s-%d", r.address, l.rng.IntN(3))
}

func (l *life) drawSpec() *deployment.Spec {
	spec := &deployment.Spec{
		Hours: 24 + int64(l.rng.IntN(48)), GPUsPerContainer: 8, HardwareID: 203,
		Replicas: 1 + int64(l.rng.IntN(2)), LocationIDs: []int64{1, 2}, Entrypoint: []string{"serve"},
		TrafficPort: 80, Env: map[string]string{}, Image: "nginx",
	}
	if l.chance(0.5) {
		spec.Args, spec.RegistryUsername = []string{l.value("arg")}, l.value("user")
	}
	if l.chance(0.3) { // most of them are too little for some
		spec.MaxCost = new(500 * float64(1+l.rng.IntN(12)))
	}
	l.drawRenewal(spec)
	l.drawSecrets(spec)
	return spec
}

// drawRenewal draws a renewal, due at once or some hours later.
func (l *life) drawRenewal(spec *deployment.Spec) {
	spec.Renewal = nil
	if !l.chance(0.3) {
		return
	}
	spec.Renewal = &deployment.Renewal{EarlyHours: 1 + int64(l.rng.IntN(72)), Hours: 1 + int64(l.rng.IntN(24))}
	if l.chance(0.5) {
		spec.Renewal.MaxTotal = new(spec.Hours + int64(l.rng.IntN(48)))
	}
}

// drawNaming draws a fixed name or a prefix.
func (l *life) drawNaming(r *simResource, spec *deployment.Spec) {
	spec.Name, r.prefix = l.drawName(r), ""
	if l.chance(0.3) {
		r.prefix = fmt.Sprintf("prefix-%s-%d-", r.address, l.rng.IntN(2))
		r.createFirst = l.chance(0.7)
	}
}

// newName is the provider's deployment.NewName, in an order that the seed decides.
func (l *life) newName(prefix string) string { return fmt.Sprintf("%s%08x", prefix, l.rng.Uint32()) }

// drawSecrets gives a spec stored secrets, or write-only ones of the next version.
func (l *life) drawSecrets(spec *deployment.Spec) {
	var version *int64
	if had := spec.SecretEnv.Version; had != nil {
		version = new(*had + 1)
	} else if l.chance(0.5) {
		version = new(int64(1))
	}
	spec.SecretEnv = secretEnv{Value: map[string]string{l.value("KEY"): l.value("secret")}, Set: true, Version: version}
	spec.RegistrySecret = secretString{Value: l.value("registry-secret"), Set: true, Version: version}
}

// drawChange draws what the user changes in the configuration, or someone in the
// web console. While it is not known what the last command bought, nothing is changed.
func (l *life) drawChange(r *simResource) {
	if r.unsure {
		return
	}
	if r.want == nil {
		if l.chance(0.8) {
			r.want, r.replace = l.drawSpec(), r.state != nil
			l.drawNaming(r, r.want)
			l.log("%s is configured: %s %s", r.address, r.prefix, describeSpec(r.want))
		}
		return
	}
	want := *r.want
	want.Env = maps.Clone(want.Env)
	r.want = &want
	if r.state != nil && r.state.tainted && l.chance(0.5) { // fixed in place, as the error says
		r.state.tainted, want.Image = false, l.value("ghcr.io/org/image:tag")
	}
	for range 1 + l.rng.IntN(3) {
		switch change := l.rng.IntN(17); change {
		case 0:
			want.Image = l.value("ghcr.io/org/image:tag")
		case 1:
			want.TrafficPort = 80 + int64(l.rng.IntN(3))
		case 2:
			want.Env[fmt.Sprint("KEY", l.rng.IntN(3))] = l.value("value")
		case 3:
			want.Entrypoint = slices.Concat(want.Entrypoint, []string{"more"})
		case 4:
			want.Args, want.RegistryUsername = []string{l.value("arg")}, l.value("user")
		case 5:
			l.drawSecrets(&want)
		case 6, 7:
			want.Hours += 1 + int64(l.rng.IntN(24))
		case 8:
			l.drawNaming(r, &want)
		case 9:
			l.drawRenewal(&want)
		case 10:
			want.Replicas, r.replace = 3-want.Replicas, true
		case 11:
			r.replace = true
		case 12:
			if l.chance(0.5) {
				r.want = nil
			}
		case 13:
			l.drawConsole(r)
		}
	}
	l.log("%s changes: %s %s, replace: %t", r.address, r.prefix, describeSpec(r.want), r.replace)
}

// drawConsole draws what happens to a deployment outside Terraform.
func (l *life) drawConsole(r *simResource) {
	if r.state == nil {
		return
	}
	id, change := r.state.id, l.rng.IntN(5)
	hours := 1 + l.rng.IntN(5)
	l.server.Edit(id, func(d *caastest.Deployment) {
		switch {
		case !isLive(*d):
		case change == 0:
			d.Status = caastest.StatusFailed
		case change == 1:
			d.Status = caastest.StatusTerminating
		case change == 2:
			d.Env = map[string]string{"OTHER": "value"}
		case change == 3:
			d.Name = l.value("console")
		default:
			d.DurationHours += hours
			l.hours[id] = max(l.hours[id], d.DurationHours)
		}
	})
	l.log("console: %d at %s", change, id)
}

// describeSpec is a spec as the trace shows it.
func describeSpec(s *deployment.Spec) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text)
}
