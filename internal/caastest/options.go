package caastest

import "time"

// Options configure a [Server]. [Server.Configure] changes them later, except
// for Clock, SkipContract and ServePublicURLs. The zero value is an API that
// behaves as documented.
type Options struct {
	// Clock moves the deployments and the rate limit; real time when nil.
	Clock TimeSource
	// Token and APIKey are the accepted credentials, "test-token" and "test-key"
	// when empty. A request needs at least one, and each one it sends must match.
	Token, APIKey string
	// SkipContract turns validation off, for benchmarks.
	SkipContract bool
	// ServePublicURLs makes public URLs point to a loopback listener, which
	// answers 503 until Timings.Ready has passed, then 200.
	ServePublicURLs bool

	Timings Timings
	Format  Format
	Limit   RateLimit

	// Balance is what the account can spend, in USDC; 0 is unlimited. What costs
	// more is answered with "payment_required" and not done (seed).
	Balance float64
	// EndedKeepNames makes completed and failed deployments hold their name
	// until they are deleted.
	EndedKeepNames bool
	// PatchRestartsFailed makes a PATCH restart a failed deployment, in place of
	// being rejected.
	PatchRestartsFailed bool
	// RestartResetsStart makes a restart set started_at again. The minutes
	// served go on.
	RestartResetsStart bool
	// IgnoredPatchMembers are acknowledged by PATCH and dropped; "*" is all.
	IgnoredPatchMembers []string
	// NeverTerminate keeps deployments in "termination requested".
	NeverTerminate bool
}

// TimeSource returns the current time.
type TimeSource interface{ Now() time.Time }

// Timings are how long things take on the clock. The zero value means the
// defaults below; any other value is used as it is.
type Timings struct {
	Provision time.Duration // from the request to running; 90 s
	URL       time.Duration // from running to a public URL; 30 s
	Terminate time.Duration // from the termination request to destroyed; 20 s

	Ready        time.Duration // from a public URL to its first 200
	List         time.Duration // how far the list lags behind
	ReleaseName  time.Duration // from destroyed until the name is available
	ShowExtended time.Duration // from an extension until the details show it
	RestartDelay time.Duration // from a PATCH until a running deployment restarts
	Restart      time.Duration // how long a restart takes; 0: a PATCH restarts nothing
}

// RateLimit rejects requests over a rate with 429 and "Retry-After: 1". The zero
// value is no limit.
type RateLimit struct {
	PerSecond float64
	Burst     int
}

func (o *Options) setDefaults() {
	setDefault(&o.Token, "test-token")
	setDefault(&o.APIKey, "test-key")
	setDefault(&o.Timings, Timings{Provision: 90 * time.Second, URL: 30 * time.Second, Terminate: 20 * time.Second})
}

// setDefault sets *v when it is the zero value.
func setDefault[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}
