package deployment_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caas"
	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// TestClaimName claims one name in every order in which Terraform may plan. The
// last claim decides; those before it must succeed.
func TestClaimName(t *testing.T) {
	const (
		planned = "" // a resource without a state, or one that is tainted
		a, b    = "id-a", "id-b"
	)
	for name, test := range map[string]struct {
		owned  string   // by the state, under this name
		claims []string // IDs, in order
		own    string   // returned by the last
		holder string   // of the error of the last
		fails  bool
	}{
		"new":                             {claims: []string{planned}},
		"new and new":                     {claims: []string{planned, planned}, fails: true},
		"new and existing":                {claims: []string{planned, a}, holder: a, fails: true},
		"existing and new":                {claims: []string{a, planned}, holder: a, fails: true},
		"existing and existing":           {claims: []string{a, b}, holder: a, fails: true},
		"update":                          {owned: a, claims: []string{a}, own: a},
		"both plans of a replacement":     {owned: a, claims: []string{a, a}, own: a},
		"tainted":                         {owned: a, claims: []string{planned}, own: a},
		"tainted, then a copied block":    {owned: a, claims: []string{planned, planned}, holder: a, fails: true},
		"copied block, then its original": {owned: a, claims: []string{planned, a}, holder: a, fails: true},
		"original, then a copied block":   {owned: a, claims: []string{a, planned}, holder: a, fails: true},
		"renamed to the name of another":  {owned: b, claims: []string{a, b}, holder: a, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := deployment.NewService(nil, nil, nil)
			if test.owned != "" {
				s.RememberOwned("vllm", test.owned)
			}
			for i, id := range test.claims {
				own, err := s.ClaimName("vllm", id)
				if i < len(test.claims)-1 || !test.fails {
					noError(t, err)
				} else {
					claimed := wantErrorAs[*deployment.NameClaimedError](t, err)
					wantEqual(t, "name", claimed.Name, "vllm")
					wantEqual(t, "holder", claimed.ID, test.holder)
					wantEqual(t, "one is new", claimed.New, slices.Contains(test.claims, planned))
				}
				if i == len(test.claims)-1 {
					wantEqual(t, "own", own, test.own)
				}
			}
		})
	}
}

// TestClaimName_severalNames claims both names of a rename, and those of others.
func TestClaimName_severalNames(t *testing.T) {
	s := deployment.NewService(nil, nil, nil)
	for name, id := range map[string]string{"old": "id", "new": "id", "a": "", "b": ""} {
		own, err := s.ClaimName(name, id)
		noError(t, err)
		wantEqual(t, "own", own, id)
	}
}

// TestClaimName_afterDestroy shows that a replacement may have the name of what it
// replaces, once, and that the claims of others stay.
func TestClaimName_afterDestroy(t *testing.T) {
	s := newService(t, caastest.Options{})
	id := s.add(nil)
	s.RememberOwned("vllm", id)
	for _, name := range []string{"vllm", "renamed"} {
		_, err := s.ClaimName(name, id)
		noError(t, err)
	}
	_, err := s.ClaimName("other", "id-other")
	noError(t, err)
	_, err = s.Destroy(s.ctx, id, "vllm")
	noError(t, err)
	for _, name := range []string{"vllm", "renamed"} {
		own, err := s.ClaimName(name, "")
		noError(t, err)
		wantEqual(t, "own", own, "")
	}
	for _, name := range []string{"vllm", "other"} {
		_, err = s.ClaimName(name, "")
		_ = wantErrorAs[*deployment.NameClaimedError](t, err)
	}
	wantEqual(t, "destroyed", s.Destroyed("vllm"), id)
	wantEqual(t, "not destroyed", s.Destroyed("other"), "")
}

func TestClaimName_failedDestroyReleasesNothing(t *testing.T) {
	s := newService(t, caastest.Options{NeverTerminate: true})
	id := s.add(nil)
	_, err := s.ClaimName("vllm", id)
	noError(t, err)
	_, err = s.Destroy(s.within(time.Minute), id, "vllm")
	wantError(t, err, deployment.ErrTimeout)
	_, err = s.ClaimName("vllm", "")
	_ = wantErrorAs[*deployment.NameClaimedError](t, err)
}

// TestCheckName shows the error of a plan for a name that is held, according to the
// details of the holder: the list may be late.
func TestCheckName(t *testing.T) {
	lateList := caastest.Options{EndedKeepNames: true, Timings: caastest.Timings{List: time.Hour}}
	for name, test := range map[string]struct {
		options caastest.Options
		status  string // of the holder; "" for none
		setup   func(s *testService, id string)
		taken   caas.Status // of the holder, in the error; "": no error
	}{
		"available":             {},
		"running":               {status: caastest.StatusRunning, taken: caas.StatusRunning},
		"termination requested": {status: caastest.StatusTerminating},
		"completed":             {options: caastest.Options{EndedKeepNames: true}, status: caastest.StatusCompleted},
		"listed as running, has ended": {lateList, caastest.StatusRunning, func(s *testService, id string) {
			s.edit(id, caastest.StatusCompleted)
		}, ""},
		"listed as running, has failed": {lateList, caastest.StatusRunning, func(s *testService, id string) {
			s.edit(id, caastest.StatusFailed)
		}, caas.StatusFailed},
		"listed, not found": {caastest.Options{}, caastest.StatusRunning, func(s *testService, _ string) {
			s.fail("GET", "/deployment/{}", 404)
		}, ""},
		"no visible holder": {caastest.Options{}, "", func(s *testService, _ string) {
			s.api.Inject(caastest.Fault{Path: nameCheck, Times: -1, Body: "false"})
		}, ""},
		"no name check, not listed": {caastest.Options{}, "", func(s *testService, _ string) { s.fail("GET", nameCheck, 404) }, ""},
		"no name check, running": {caastest.Options{}, caastest.StatusRunning, func(s *testService, _ string) {
			s.fail("GET", nameCheck, 404)
		}, caas.StatusRunning},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, test.options)
			id := ""
			if test.status != "" {
				id = s.add(withStatus(test.status))
			}
			if test.setup != nil {
				test.setup(s, id)
			}
			err := s.CheckName(s.ctx, "vllm", "")
			if test.taken == "" {
				noError(t, err)
				return
			}
			wantTaken(t, err, id)
			wantEqual(t, "status", wantErrorAs[*deployment.NameTakenError](t, err).Holder.Status, test.taken)
			noError(t, s.CheckName(s.ctx, "vllm", id)) // its own name
		})
	}
}

func TestCheckName_destroyedByThisProcess(t *testing.T) {
	s := newService(t, caastest.Options{Timings: caastest.Timings{List: time.Hour, ReleaseName: time.Hour}})
	id := s.add(nil)
	_, err := s.Destroy(s.ctx, id, "vllm")
	noError(t, err)
	s.fail("GET", "/deployment/{}", 500)
	noError(t, s.CheckName(s.ctx, "vllm", ""))
}

func TestCheckName_unreadable(t *testing.T) {
	for path, status := range map[string]int{nameCheck: 401, "/deployments": 500, "/deployment/{}": 500} {
		s := newService(t, caastest.Options{})
		s.add(nil)
		s.fail("GET", path, status)
		if err := s.CheckName(s.ctx, "vllm", ""); err == nil || strings.Contains(err.Error(), "held by") {
			t.Errorf("%s: got %v, want the API's error", path, err)
		}
	}
}

// TestCheckName_asksOnce shows that a plan asks each question once, and again only
// after a failure.
func TestCheckName_asksOnce(t *testing.T) {
	s := newService(t, caastest.Options{})
	s.api.Inject(caastest.Fault{Path: nameCheck, Status: 401})
	for i := range 3 {
		wantEqual(t, "no error", s.CheckName(s.ctx, "vllm", "") == nil, i > 0)
	}
	noError(t, s.CheckName(s.ctx, "other", ""))
	wantEqual(t, "checks", s.api.Count("GET", nameCheck), 3)
	wantEqual(t, "lists", s.api.Count("GET", "/deployments"), 0)
}

func TestNewName(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		name := deployment.NewName("web-")
		suffix, ok := strings.CutPrefix(name, "web-")
		if !ok || len(suffix) != 8 || strings.Trim(suffix, "abcdefghijklmnopqrstuvwxyz0123456789") != "" || seen[name] {
			t.Fatalf("got the name %q", name)
		}
		seen[name] = true
	}
}
