package faults

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
)

// A mock that listens can't refuse a connection. So where a test wants one
// refused, the request is sent by way of a proxy that is not there: the client
// then fails to connect as it would to the API itself.

// refusal is which requests find no connection.
type refusal struct {
	at    target
	times int // below 0: all
}

// refusals are those of each mock, by its host and port.
var refusals struct {
	sync.Mutex
	of map[string]*refusal
}

func init() {
	// The provider's client copies this transport.
	transport := http.DefaultTransport.(*http.Transport) //nolint:forcetypeassert // Go documents the type
	transport.Proxy = func(r *http.Request) (*url.URL, error) {
		refusals.Lock()
		defer refusals.Unlock()
		found := refusals.of[r.URL.Host]
		if found == nil || found.times == 0 || !found.at.is(r.Method, r.URL.Path) {
			return nil, nil
		}
		if found.at.skip > 0 {
			found.at.skip--
			return nil, nil
		}
		found.times--
		return &url.URL{Scheme: "http", Host: nobody}, nil
	}
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == nobody {
			return nil, &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
		}
		return dial(ctx, network, address)
	}
}

// nobody is where nobody listens. It is no real address: one that was free a
// moment ago may be the next mock's.
const nobody = "nobody.invalid:1"

// refuse makes requests find no connection; times below 0 is for ever, 0 never.
func (w *world) refuse(at target, times int) {
	refusals.Lock()
	defer refusals.Unlock()
	if refusals.of == nil {
		refusals.of = map[string]*refusal{}
	}
	refusals.of[strings.TrimPrefix(w.URL(), "http://")] = &refusal{at, times}
}
