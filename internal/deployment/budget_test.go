package deployment_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ioneth/terraform-provider-ioneth/internal/caastest"
	"github.com/ioneth/terraform-provider-ioneth/internal/deployment"
)

// testPrice is what the deployment of testSpec costs.
const testPrice = 24 * 8 * 2.49

// TestCreate_checksBudgetRightBefore shows that max_cost_usdc is compared with the
// price at the purchase, not with the one that the plan has read.
func TestCreate_checksBudgetRightBefore(t *testing.T) {
	for name, test := range map[string]struct {
		budget float64
		cost   float64 // of the error; 0: the price is not known
		fits   bool
		setup  func(*testService) // after the plan
	}{
		"exact":            {budget: testPrice, fits: true},
		"too low":          {budget: testPrice - 0.01, cost: testPrice},
		"price has risen":  {budget: testPrice, cost: 2 * testPrice, setup: func(s *testService) { s.api.SetPrice(203, 2*2.49) }},
		"price unreadable": {budget: 1e6, setup: func(s *testService) { s.fail("GET", "/price", 500) }},
	} {
		t.Run(name, func(t *testing.T) {
			s, spec := newService(t, caastest.Options{}), testSpec()
			spec.MaxCost = &test.budget
			_, err := s.Price(s.ctx, spec.Purchase())
			noError(t, err)
			if test.setup != nil {
				test.setup(s)
			}
			_, err = s.Create(s.ctx, spec)
			if test.fits {
				noError(t, err)
				return
			}
			over := wantErrorAs[*deployment.BudgetError](t, err)
			wantEqual(t, "cost", over.Cost, test.cost)
			wantEqual(t, "price read", over.Err == nil, test.cost > 0)
			wantEqual(t, "purchase", over.Purchase.String(), `"vllm": 8 GPUs for 24 hours`)
			s.wantNothingBought()
		})
	}
}

// TestPlanPurchase shows that all purchases of a plan count together, the two
// plans of a replacement once, and that one error says so.
func TestPlanPurchase(t *testing.T) {
	limit := 0.3
	s := deployment.NewService(nil, nil, &limit)
	p, first, second := testSpec().Purchase(), testSpec().Purchase(), testSpec().Purchase()
	first.Replaces, second.Replaces = "first", "second"
	wantEqual(t, "limited", s.IsLimited(p), true)
	wantEqual(t, "over", s.PlanPurchase(first, 0.2) != nil, false)            // its price falls
	for _, planned := range []deployment.Purchase{first, p, second, second} { // 0.1 + 0.1 + 0.1 is above 0.3
		wantEqual(t, "over", s.PlanPurchase(planned, 0.1) != nil, false)
	}
	over := s.PlanPurchase(p, 0.1)
	if over == nil || len(over.Purchases) != 4 || over.Limit != limit || !strings.Contains(over.Purchases[3], "0.10 USDC") {
		t.Fatalf("got %+v", over)
	}
	wantEqual(t, "total", over.Total > 0.399, true)
	wantEqual(t, "reported once", s.PlanPurchase(p, 0.1) == nil, true)
}

// TestCreate_budgetOfTheApply shows that purchases reserve their share of the
// budget, and release it only when the API has certainly rejected them.
func TestCreate_budgetOfTheApply(t *testing.T) {
	for name, test := range map[string]struct {
		fault    caastest.Fault
		list     time.Duration // how late it is
		reserved bool
	}{
		"bought":      {caastest.Fault{AfterWork: true}, 0, true},
		"unconfirmed": {caastest.Fault{AfterWork: true, Reset: true}, time.Hour, true},
		"rejected":    {caastest.Fault{Status: 400}, 0, false},
		"no credits":  {caastest.Fault{Status: 402}, 0, false},
		"not created": {caastest.Fault{Reset: true}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, caastest.Options{Timings: caastest.Timings{List: test.list}})
			limit := testPrice * 1.5
			s.start(&limit)
			test.fault.Path = "/deploy"
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
			wantEqual(t, "total", over.Total, 2*testPrice)
			for i, text := range over.Purchases { // the first was bought
				wantEqual(t, text, strings.HasSuffix(text, ", not bought"), i == 1)
			}
			wantEqual(t, "requests", s.api.Count("POST", "/deploy"), 1)
		})
	}
}
