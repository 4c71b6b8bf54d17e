// Command bench measures what the provider adds to Terraform's own work and to
// the API's latency, against a mock of the API and beside the smallest possible
// provider, and holds it against the limits that it is to keep.
//
//	go run ./internal/bench [-quick] [-runs N] [-only LETTERS] [-o FILE] [-profile FOLDER]
//
// It prints one table and keeps it in internal/bench/RESULTS.md. Each line says
// what was measured, what it is held against, measured in the same run, and the
// most that the ratio of the two may be. Where there are several runs, all
// numbers are medians, the ratio that of the runs' ratios.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// scale is how much is measured.
type scale struct {
	runs   int
	counts []int  // instances of (a), ascending
	slow   int    // deployments of (b)
	few    int    // deployments of (c)
	paced  int    // deployments of (d)
	starts int    // launches of (f), of each provider
	passes string // of each Go benchmark of (g): a time or a number
}

var (
	full  = scale{runs: 3, counts: []int{1, 100, 300}, slow: 300, few: 5, paced: 200, starts: 21, passes: "1s"}
	quick = scale{runs: 1, counts: []int{1, 10, 30}, slow: 30, few: 2, paced: 20, starts: 3, passes: "1x"}
)

// part is one part of the table.
type part struct {
	letter  string
	measure func(*bench, context.Context) ([]line, error)
}

var parts = []part{
	{"a", (*bench).growth},
	{"b", (*bench).latency},
	{"c", (*bench).calls},
	{"d", (*bench).limited},
	{"e", (*bench).notice},
	{"f", (*bench).start},
	{"g", (*bench).conversions},
}

func main() {
	var o options
	small := flag.Bool("quick", false, "one run of a few deployments, to see that it works")
	flag.IntVar(&o.runs, "runs", 0, "how many runs the medians are of")
	flag.StringVar(&o.only, "only", "abcdefg", "the parts to measure, by their letters")
	flag.StringVar(&o.file, "o", "", "where to keep the table; by default it is RESULTS.md beside this command, for all parts in full")
	flag.StringVar(&o.profiles, "profile", "", "measure nothing: leave profiles of the provider in this folder")
	flag.Parse()
	o.scale = full
	if *small {
		o.scale = quick
	}
	if o.runs > 0 {
		o.scale.runs = o.runs
	}
	if o.file == "" && !*small && o.only == "abcdefg" {
		o.file = "internal/bench/RESULTS.md"
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

// options are what the command line asks for.
type options struct {
	scale    scale
	runs     int
	only     string
	file     string // "": not kept
	profiles string // "": measured, not profiled
}

// run measures in a folder of its own, of which nothing is left behind.
func run(ctx context.Context, o options) (err error) {
	b, err := prepare(ctx, o.scale)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.remove()) }()
	if o.profiles != "" {
		return b.profile(ctx, o.profiles)
	}
	lines, err := b.measure(ctx, o.only)
	if err != nil {
		return err
	}
	text, err := b.report(ctx, lines)
	if err != nil {
		return err
	}
	fmt.Println(text)
	if o.file == "" {
		return nil
	}
	return os.WriteFile(o.file, []byte(text), 0o600)
}

// measure measures the parts of these letters.
func (b *bench) measure(ctx context.Context, letters string) ([]line, error) {
	var all []line
	for _, p := range parts {
		if !strings.Contains(letters, p.letter) {
			continue
		}
		lines, err := p.measure(b, ctx)
		if err != nil {
			return nil, fmt.Errorf("part (%s): %w", p.letter, err)
		}
		for _, l := range lines {
			l.part = p.letter
			b.say("(%s) %s: %s", l.part, l.what, l.measured)
			all = append(all, l)
		}
	}
	return all, nil
}
