// Command profiled is the provider with a profiler around it: each launch leaves
// its processor and allocation profiles in the folder BENCH_PROFILES.
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime/pprof"

	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

func main() {
	if err := run(os.Getenv("BENCH_PROFILES")); err != nil {
		log.Fatal(err)
	}
}

func run(folder string) error {
	file := func(kind string) string { return filepath.Join(folder, fmt.Sprintf("%s-%d.pprof", kind, os.Getpid())) }
	cpu, err := os.Create(file("cpu"))
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return err
	}
	served := provider.Serve("profiled")
	pprof.StopCPUProfile()
	allocs, err := os.Create(file("allocs"))
	if err != nil {
		return err
	}
	return errors.Join(served, cpu.Close(), pprof.Lookup("allocs").WriteTo(allocs, 0), allocs.Close())
}
