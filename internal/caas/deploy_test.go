package caas_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
)

// TestDeploy_body compares what is sent with the contract, member for member.
func TestDeploy_body(t *testing.T) {
	full := caas.DeployRequest{
		ResourcePrivateName: "web", DurationHours: 24, GPUsPerContainer: 8, HardwareID: 203, LocationIDs: []int64{1, 2},
		ContainerConfig: caas.ContainerConfig{
			ReplicaCount: 2, Entrypoint: []string{"/bin/sh", "-c"}, TrafficPort: 8080, Args: []string{"a<b"},
			EnvVariables: map[string]string{"A": "1"}, SecretEnvVariables: map[string]string{"S": "x"},
		},
		RegistryConfig: caas.RegistryConfig{ImageURL: "ghcr.io/o/i:1", RegistryUsername: "u", RegistrySecret: "p"},
	}
	small := smallRequest()
	for name, test := range map[string]struct {
		request caas.DeployRequest
		want    string
	}{
		"everything": {full, `{"resource_private_name":"web","duration_hours":24,"gpus_per_container":8,"hardware_id":203,"location_ids":[1,2],
			"container_config":{"replica_count":2,"entrypoint":["/bin/sh","-c"],"traffic_port":8080,"args":["a<b"],
				"env_variables":{"A":"1"},"secret_env_variables":{"S":"x"}},
			"registry_config":{"image_url":"ghcr.io/o/i:1","registry_username":"u","registry_secret":"p"}}`},
		"what is required": {small, `{"resource_private_name":"web","duration_hours":1,"gpus_per_container":8,"hardware_id":203,"location_ids":[1],
			"container_config":{"replica_count":1,"entrypoint":["/bin/app"],"traffic_port":80},"registry_config":{}}`},
		"empty is left out": {func() caas.DeployRequest {
			r := small
			r.ContainerConfig.Args, r.ContainerConfig.EnvVariables = []string{}, map[string]string{}
			r.ContainerConfig.SecretEnvVariables = map[string]string{}
			return r
		}(), `{"resource_private_name":"web","duration_hours":1,"gpus_per_container":8,"hardware_id":203,"location_ids":[1],
			"container_config":{"replica_count":1,"entrypoint":["/bin/app"],"traffic_port":80},"registry_config":{}}`},
		"required lists are never null": {caas.DeployRequest{}, `{"resource_private_name":"","duration_hours":0,"gpus_per_container":0,
			"hardware_id":0,"location_ids":[],"container_config":{"replica_count":0,"entrypoint":[],"traffic_port":0},"registry_config":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := onScript(t, reply(200, `{"status":"deployment requested","deployment_id":"`+someID+`"}`))
			if _, err := r.client.Deploy(t.Context(), test.request); err != nil {
				t.Fatal(err)
			}
			sent := r.seen()[0]
			if sent.method != http.MethodPost || sent.uri != prefix+"/deploy" || sent.header.Get("Content-Type") != "application/json" {
				t.Errorf("sent %s %s as %q", sent.method, sent.uri, sent.header.Get("Content-Type"))
			}
			wantJSON(t, sent.body, test.want)
		})
	}
}

func wantJSON(t *testing.T, got, want string) {
	t.Helper()
	var g, w any
	if err := errors.Join(json.Unmarshal([]byte(got), &g), json.Unmarshal([]byte(want), &w)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestDeploy_id is the id as the API wrote it, whatever kind of value it is.
func TestDeploy_id(t *testing.T) {
	for body, want := range map[string]string{
		`{"deployment_id":"` + someID + `"}`:                        someID,
		`{"data":{"data":{"deployment_id":"x","status":"FAILED"}}}`: "x",
		`{"deployment_id":12,"status":null,"more":[]}`:              "12",
	} {
		if id, err := onScript(t, reply(200, body)).client.Deploy(t.Context(), smallRequest()); err != nil || id != want {
			t.Errorf("%s: got %q, %v", body, id, err)
		}
	}
}

// purchases are the calls that cost money each time they are acted on.
func purchases(t *testing.T, test func(t *testing.T, buy func(context.Context, *caas.Client) error)) {
	for _, c := range everyCall {
		if c.once {
			t.Run(c.name, func(t *testing.T) {
				test(t, func(ctx context.Context, client *caas.Client) error {
					_, err := c.do(ctx, client)
					return err
				})
			})
		}
	}
}

// TestPurchase_sentOnce: where it may have landed, it is never sent again.
func TestPurchase_sentOnce(t *testing.T) {
	purchases(t, func(t *testing.T, buy func(context.Context, *caas.Client) error) {
		for name, answer := range map[string]http.HandlerFunc{
			"reset": reset, "500": reply(500, ``), "502": reply(502, `<html>`), "503": reply(503, ``, "Retry-After", "1"), "504": reply(504, ``),
			"408": reply(408, ``), "425": reply(425, ``), "timeout": hang(30 * time.Second), "truncated": cut(`{"id":"d","status":"running"}`),
			"cut JSON": reply(200, `{"status":"runn`), "HTML": reply(200, `<html>`), "307": reply(307, ``, "Location", "/elsewhere"),
		} {
			r := onScript(t, answer, withRetries(9))
			err := buy(t.Context(), r.client)
			if err == nil {
				t.Errorf("%s: no error", name)
			}
			if caas.IsRefused(err) != (name == "425") {
				t.Errorf("%s: IsRefused is %v", name, caas.IsRefused(err))
			}
			if n := len(r.seen()); n != 1 {
				t.Errorf("%s: sent %d times", name, n)
			}
		}
	})
}

// TestPurchase_landedUnheard has the mock do the work, and spoil the answer.
func TestPurchase_landedUnheard(t *testing.T) {
	for name, f := range map[string]caastest.Fault{
		"502": {Status: 502, AfterWork: true}, "reset": {Reset: true, AfterWork: true}, "empty": {EmptyBody: true},
		"truncated": {Truncate: 10}, "timeout": {Hang: true, AfterWork: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := onMock(t, caastest.Options{}, withTimeout(10*time.Second))
			if name == "timeout" {
				f.Do = func() { r.clock.Advance(10 * time.Second) }
			}
			f.Method, f.Path = http.MethodPost, "/deploy"
			r.mock.Inject(f)
			id, err := r.client.Deploy(t.Context(), smallRequest())
			if id != "" || err == nil || caas.IsRefused(err) {
				t.Errorf("got %q, %v", id, err)
			}
			if n := len(r.mock.Deployments()); n != 1 {
				t.Errorf("%d deployments were made", n)
			}
			if name == "timeout" {
				contains(t, err.Error(), "no whole answer within request_timeout, 10s")
			}
		})
	}
}

// TestPurchase_nobodyListens: it never left, so it is tried as often as
// anything, and may be tried again by hand.
func TestPurchase_nobodyListens(t *testing.T) {
	address, _ := closedAddress(t)
	purchases(t, func(t *testing.T, buy func(context.Context, *caas.Client) error) {
		r := onAddress(t, address)
		err := buy(t.Context(), r.client)
		if e := apiError(t, err); !e.NotSent || !caas.IsRefused(err) || e.Status != 0 {
			t.Errorf("got %#v", e)
		}
		contains(t, err.Error(), "the request was not sent", "connection refused")
		if n := len(r.traced()); n != 4 {
			t.Errorf("%d tries", n)
		}
		if got := r.elapsed(); got < 5*time.Second || got > 7*time.Second {
			t.Errorf("waited %s", got)
		}
	})
}

// closedAddress is where nobody listens, and a way to change that.
func closedAddress(t *testing.T) (string, func(http.Handler)) {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return "http://" + address, func(handler http.Handler) {
		listener, err := config.Listen(t.Context(), "tcp", address)
		if err != nil {
			t.Skipf("somebody took the address meanwhile: %v", err)
		}
		server := httptest.NewUnstartedServer(handler)
		_ = server.Listener.Close() // its own is not wanted
		server.Listener = listener
		server.Start()
		t.Cleanup(server.Close)
	}
}

// wakeful is a clock that does something before each sleep.
type wakeful struct {
	*caastest.FakeClock
	do func()
}

func (w wakeful) Sleep(ctx context.Context, d time.Duration) error {
	w.do()
	return w.FakeClock.Sleep(ctx, d)
}

// TestPurchase_listensLater: refused connections first, then exactly one request.
func TestPurchase_listensLater(t *testing.T) {
	purchases(t, func(t *testing.T, buy func(context.Context, *caas.Client) error) {
		address, open := closedAddress(t)
		var sent atomic.Int32
		var once sync.Once
		r := onAddress(t, address, withClock(func(c *caastest.FakeClock) caas.Clock {
			return wakeful{c, func() {
				once.Do(func() {
					open(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
						sent.Add(1)
						reply(200, `{"status":"running","deployment_id":"x"}`)(w, req)
					}))
				})
			}}
		}))
		if err := buy(t.Context(), r.client); err != nil {
			t.Fatal(err)
		}
		if n := sent.Load(); n != 1 {
			t.Errorf("sent %d times", n)
		}
	})
}

// TestPurchase_endingDuringBackoff: after refused connections alone nothing was
// bought, whatever ended the wait.
func TestPurchase_endingDuringBackoff(t *testing.T) {
	address, _ := closedAddress(t)
	purchases(t, func(t *testing.T, buy func(context.Context, *caas.Client) error) {
		var g gate
		r := onAddress(t, address, withGate(&g))
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("interrupted")
		go func() {
			<-g.asleep
			cancel(why)
		}()
		err := buy(ctx, r.client)
		if e := apiError(t, err); !e.NotSent || !caas.IsRefused(err) || !errors.Is(err, why) {
			t.Errorf("got %#v", e)
		}
		contains(t, err.Error(), "connection refused")
	})
}

// TestPurchase_untrustedCertificate: nothing is said to a stranger, and no other
// try would change it.
func TestPurchase_untrustedCertificate(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	server.Config.ErrorLog = discard
	server.StartTLS()
	t.Cleanup(server.Close)
	for _, c := range everyCall {
		r := onAddress(t, server.URL)
		_, err := c.do(t.Context(), r.client)
		if e := apiError(t, err); !e.NotSent || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s: %v", c.name, err)
		}
		if asked.Load() != 0 || len(r.traced()) != 1 || r.elapsed() != 0 {
			t.Errorf("%s: %d requests, %d tries, %s", c.name, asked.Load(), len(r.traced()), r.elapsed())
		}
	}
}
