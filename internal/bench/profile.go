package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// profile leaves the profiles of the provider's processes in the folder, of each
// operation on the largest count in a folder of its own. All launches of one are
// seen together with go tool pprof cpu-*.pprof.
func (b *bench) profile(ctx context.Context, folder string) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	if err := b.build(ctx, b.ours.binary, "/internal/bench/profiled"); err != nil {
		return err
	}
	n := slices.Max(b.scale.counts)
	return b.withAPI(ctx, func(*caastest.Server) error {
		shared := append(slices.Clone(b.ours.extra), quiet...)
		for _, o := range operations {
			at := filepath.Join(folder, o.name)
			if err := os.MkdirAll(at, 0o750); err != nil {
				return err
			}
			b.ours.extra = append(slices.Clone(shared), "BENCH_PROFILES="+at)
			took, err := b.ours.run(ctx, append(slices.Clone(o.args), instances(n))...)
			if err != nil {
				return err
			}
			b.say("%s of %d took %v of processor time: %s", o.name, n, took.cpu, fmt.Sprintf("go tool pprof -top %s/cpu-*.pprof", at))
		}
		return nil
	})
}
