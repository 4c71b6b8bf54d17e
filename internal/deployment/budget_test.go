package deployment_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

func TestCreate_budgetCountsRiseOfPriceSincePlan(t *testing.T) {
	s := newService(t, caastest.Options{})
	spec, budget := testSpec(), 500.0
	spec.MaxCost = &budget
	planned, err := s.Price(s.ctx, spec.Purchase())
	noError(t, err)
	s.api.SetPrice(203, 4.98)
	_, err = s.Create(s.ctx, spec)
	wantEqual(t, "cost", wantErrorAs[*deployment.BudgetError](t, err).Cost, 2*planned)
	s.wantNothingBought()
}

func TestCreate_checksBudgetRightBefore(t *testing.T) {
	const price = 24 * 8 * 2.49
	for name, test := range map[string]struct {
		budget float64
		status int // of the price
		fits   bool
	}{
		"exact": {budget: price, fits: true}, "too low": {budget: price - 0.01}, "price unreadable": {budget: 1e6, status: 500},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{})
			if test.status != 0 {
				s.fail("GET", "/price", test.status)
			}
			spec := testSpec()
			spec.MaxCost = &test.budget
			_, err := s.Create(s.ctx, spec)
			if test.fits {
				noError(t, err)
				return
			}
			over := wantErrorAs[*deployment.BudgetError](t, err)
			wantEqual(t, "price read", over.Err == nil, test.status == 0)
			wantEqual(t, "cost is the price", over.Cost == price, test.status == 0)
			wantEqual(t, "purchase", over.Purchase.String(), `"vllm": 8 GPUs for 24 hours`)
			s.wantNothingBought()
		})
	}
}

// TestPlanPurchase_budgetOfThePlan shows that all purchases of a plan count
// together, a replacement once, and that one error says so.
func TestPlanPurchase_budgetOfThePlan(t *testing.T) {
	limit := 0.3
	s := deployment.NewService(nil, nil, &limit)
	p := testSpec().Purchase()
	replacement := p
	replacement.Replaces = "id"
	wantEqual(t, "limited", s.IsLimited(p), true)
	for _, bought := range []deployment.Purchase{p, replacement, replacement, p} { // 0.1 + 0.1 + 0.1 is above 0.3
		over := s.PlanPurchase(bought, 0.1)
		wantEqual(t, "over", over != nil, false)
	}
	over := s.PlanPurchase(p, 0.1)
	if over == nil || len(over.Purchases) != 4 || over.Limit != limit || !strings.Contains(over.Purchases[3], "0.10 USDC") {
		t.Fatalf("got %+v", over)
	}
	wantEqual(t, "reported once", s.PlanPurchase(p, 0.1) == nil, true)
}

// TestCreate_budgetOfTheApply shows that purchases reserve their share of the
// budget, and release it only when the API has certainly rejected them.
func TestCreate_budgetOfTheApply(t *testing.T) {
	const price = 24 * 8 * 2.49
	for name, test := range map[string]struct {
		fault    caastest.Fault
		reserved bool
	}{
		"bought": {caastest.Fault{Path: "/deploy", AfterWork: true}, true}, "rejected": {caastest.Fault{Path: "/deploy", Status: 400}, false},
		"no credits": {caastest.Fault{Path: "/deploy", Status: 402}, false}, "not created": {caastest.Fault{Path: "/deploy", Reset: true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{})
			limit := price * 1.5
			s.maxTotal = &limit
			s.restart()
			s.api.Inject(test.fault)
			_, _ = s.Create(s.ctx, testSpec()) // how it ends is tested elsewhere
			other := testSpec()
			other.Name = "other"
			_, err := s.Create(s.ctx, other)
			if !test.reserved {
				noError(t, err)
				return
			}
			over := wantErrorAs[*deployment.RunBudgetError](t, err)
			wantEqual(t, "total", over.Total, 2*price)
			wantEqual(t, "requests", s.api.Count("POST", "/deploy"), 1)
		})
	}
}

// A replacement is planned in two calls and counts once; replacements of several
// deployments count each.
func TestPlanPurchase_countsEachReplacementOnce(t *testing.T) {
	s := newService(t, caastest.Options{})
	limit := 250.0
	s.maxTotal = &limit
	s.restart()
	first, second, third := testSpec().Purchase(), testSpec().Purchase(), testSpec().Purchase()
	first.Replaces, second.Replaces, third.Replaces = "a", "b", "c"
	for _, p := range []deployment.Purchase{first, first, second, second} {
		if over := s.PlanPurchase(p, 100); over != nil {
			t.Fatal(over)
		}
	}
	over := s.PlanPurchase(third, 100)
	if over == nil {
		t.Fatal("300 USDC are within the budget of 250")
	}
	wantEqual(t, "total", over.Total, 300.0)
	wantEqual(t, "purchases", len(over.Purchases), 3)
}

func TestCreate_unconfirmedStaysReserved(t *testing.T) {
	s := newService(t, caastest.Options{Timings: caastest.Timings{List: time.Hour}})
	limit := 700.0
	s.maxTotal = &limit
	s.restart()
	lostAfterDeploy(s)
	_, err := s.Create(s.ctx, testSpec())
	_ = wantErrorAs[*deployment.UnconfirmedError](t, err)
	other := testSpec()
	other.Name = "other"
	_, err = s.Create(s.ctx, other)
	_ = wantErrorAs[*deployment.RunBudgetError](t, err)
}
