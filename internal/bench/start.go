package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

const (
	mostStart = 1.10 // of the smallest provider's start-up, and of its memory
	mostSize  = 1.15 // of its size
)

// start is part (f): what is there before any work is asked for.
func (b *bench) start(ctx context.Context) ([]line, error) {
	var took, memory, size pairs
	for range b.scale.starts {
		var times, peaks [2]float64
		for i, s := range []*subject{b.ours, b.smallest} {
			answered, err := s.answerSchema(ctx, s.binary)
			if err != nil {
				return nil, err
			}
			// Once more behind the launcher, for the memory.
			if _, err := s.answerSchema(ctx, b.path("launcher")); err != nil {
				return nil, err
			}
			var c cost
			if err := c.account(s.usage); err != nil {
				return nil, err
			}
			times[i], peaks[i] = answered.Seconds(), c.memory
		}
		took.add(times[0], times[1])
		memory.add(peaks[0], peaks[1])
	}
	var sizes [2]float64
	for i, s := range []*subject{b.ours, b.smallest} {
		info, err := os.Stat(s.binary)
		if err != nil {
			return nil, err
		}
		sizes[i] = float64(info.Size())
	}
	size.add(sizes[0], sizes[1])
	return []line{
		took.line("from launch to the schema answered", "smallest ", seconds, mostStart),
		memory.line("peak memory then", "smallest ", megabytes, mostStart),
		size.line("size of the binary", "smallest ", megabytes, mostSize),
	}, nil
}

// handshake is what go-plugin wants to see in the environment (protocol 6).
var handshake = []string{
	"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
	"PLUGIN_PROTOCOL_VERSIONS=6",
}

// answerSchema launches the binary, asks for the schema, ends it in good order
// and returns how long the answer took from the launch on.
func (s *subject) answerSchema(ctx context.Context, binary string) (time.Duration, error) {
	if err := os.RemoveAll(s.usage); err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = append(append(s.env, "BENCH_BINARY="+s.binary, "BENCH_USAGE="+s.usage), handshake...)
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	took, err := s.askSchema(ctx, begin, out)
	if err != nil {
		return 0, errors.Join(err, cmd.Process.Kill(), cmd.Wait())
	}
	if _, err := io.Copy(io.Discard, out); err != nil {
		return 0, err
	}
	return took, cmd.Wait()
}

// askSchema reads where the provider listens, asks it for the schema, and tells
// it to end.
func (s *subject) askSchema(ctx context.Context, begin time.Time, out io.Reader) (time.Duration, error) {
	greeting, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return 0, fmt.Errorf("the provider %s did not greet: %w", s.name, err)
	}
	fields := strings.Split(strings.TrimSpace(greeting), "|")
	if len(fields) < 5 || fields[2] != "unix" || fields[4] != "grpc" {
		return 0, fmt.Errorf("the provider %s greets with %q", s.name, greeting)
	}
	client := newGRPC(fields[3])
	defer client.close()
	answer, err := client.call(ctx, "/tfplugin6.Provider/GetProviderSchema")
	took := time.Since(begin)
	if err != nil {
		return 0, err
	}
	if len(answer) == 0 {
		return 0, fmt.Errorf("the provider %s has an empty schema", s.name)
	}
	_, _ = client.call(ctx, "/plugin.GRPCController/Shutdown") // it ends in the middle of its answer
	return took, nil
}
