//go:build unix

// Command launcher stands in a provider's place: it runs the real one as its
// child and writes down what that took. It is small, as a process begins with
// the peak memory of the one that starts it.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
)

func main() {
	runtime.LockOSThread() // the child's end is tied to the thread that started it
	code, err := launch(os.Getenv("BENCH_BINARY"), os.Getenv("BENCH_USAGE"))
	if err != nil {
		fmt.Fprintf(os.Stderr, "launcher: %v\n", err)
		os.Exit(1)
	}
	os.Exit(code)
}

// launch runs the binary with this process's arguments, environment and files,
// and returns its exit code. It appends one line to the file usage: processor
// time in microseconds and peak memory in bytes; a line "launch" comes first, by
// which a launch that never ended is noticed.
func launch(binary, usage string) (int, error) {
	file, err := os.OpenFile(usage, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // the bench's own
	if err != nil {
		return 0, err
	}
	if _, err := fmt.Fprintln(file, "launch"); err != nil {
		return 0, err
	}
	cmd := exec.Command(binary, os.Args[1:]...) //nolint:gosec,noctx // it is all for running it; the signals end it
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	endTogether(cmd)
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s) // fails once the child has ended
		}
	}()
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		return 0, err
	}
	state := cmd.ProcessState
	_, err = fmt.Fprintf(file, "%d %d\n", (state.UserTime() + state.SystemTime()).Microseconds(), peakMemory(state))
	return state.ExitCode(), errors.Join(err, file.Close())
}

// peakMemory is the most memory that the process had resident, in bytes.
func peakMemory(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	peak := int64(usage.Maxrss) //nolint:unconvert // narrower on some systems
	if runtime.GOOS == "darwin" {
		return peak
	}
	return peak << 10 // told in kilobytes
}
