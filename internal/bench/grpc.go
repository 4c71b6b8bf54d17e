package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// grpc calls a provider by way of its socket. Of gRPC it knows as much as a call
// takes that has an empty request: what Terraform's own client adds to the time
// is not the provider's.
type grpc struct{ transport *http.Transport }

func newGRPC(socket string) *grpc {
	t := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", socket)
		},
		Protocols: &http.Protocols{},
	}
	t.Protocols.SetUnencryptedHTTP2(true)
	return &grpc{t}
}

func (g *grpc) close() { g.transport.CloseIdleConnections() }

// call makes a call with an empty request and returns the answer's message.
func (g *grpc) call(ctx context.Context, method string) (_ []byte, err error) {
	// A message goes with five bytes before it: not compressed, and its length.
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://provider"+method, bytes.NewReader(make([]byte, 5)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/grpc")
	req.Header.Set("TE", "trailers")
	resp, err := g.transport.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	if status := resp.Trailer.Get("Grpc-Status"); status != "0" || len(body) < 5 || int(binary.BigEndian.Uint32(body[1:])) != len(body)-5 {
		return nil, fmt.Errorf("%s: answered with status %q and %d bytes", method, status, len(body))
	}
	return body[5:], nil
}
