package caastest

import (
	"encoding/json"
	"net/http"
)

// deploy is POST …/deploy (seed; nesting: seen). Without the money it does
// nothing, and its reply has no id (seed).
func (s *Server) deploy(in input) response {
	now := s.now()
	r := &record{readyAt: now.Add(s.options.Timings.Provision)}
	d := &r.Deployment
	body := struct {
		*Deployment
		ContainerConfig *Deployment `json:"container_config"`
		RegistryConfig  *Deployment `json:"registry_config"`
	}{d, d, d}
	if err := json.Unmarshal(in.body, &body); err != nil {
		return unreadable(err)
	}
	_, issues := s.lookUp("body", d.HardwareID, d.LocationIDs)
	if s.nameHolder(d.Name) != nil {
		issues = append(issues, valueIssue([]any{"body", "resource_private_name"}, "the name %q is already in use", d.Name))
	}
	if issues != nil {
		return invalid(issues...)
	}
	placed, ok := s.place(d)
	if !ok {
		return reject(http.StatusBadRequest, "Not enough replicas available for the requested hardware and locations")
	}
	price := s.cost(d, d.DurationHours)
	if !s.pay(price) {
		return paymentRequired()
	}
	d.ID, d.Status, d.Created, d.HoursBought, d.AmountPaid = s.newID(), StatusRequested, now, d.DurationHours, price
	r.placed, r.outcome = placed, takeOutcome(&s.outcomes)
	r.updateListing(now)
	s.resize(r)
	r.addEvents(now, "container scheduled")
	if r.outcome.stalls {
		r.addEvents(now, r.outcome.events...)
	}
	s.records = append(s.records, r)
	s.advance(r)
	return acknowledge(r)
}

// pay charges the account, and reports false when it can't pay.
func (s *Server) pay(usdc float64) bool {
	if s.options.Balance > 0 && s.paid+usdc > s.options.Balance+0.001 {
		return false
	}
	s.paid += usdc
	return true
}

// paymentRequired is a 200 that did nothing (seed).
func paymentRequired() response {
	return jsonResponse(http.StatusOK, object{"status": "payment_required"})
}

// acknowledge is the reply to deploy, PATCH and DELETE.
func acknowledge(r *record) response {
	return jsonResponse(http.StatusOK, object{"status": r.Status, "deployment_id": r.ID})
}

// nameHolder returns the deployment that holds a name, or nil.
func (s *Server) nameHolder(name string) *record {
	for _, r := range s.records {
		if r.Name == name && !r.forgotten && s.holdsName(r) {
			return r
		}
	}
	return nil
}

func (s *Server) holdsName(r *record) bool {
	switch r.Status {
	case StatusDestroyed:
		return r.endedAt.Add(s.options.Timings.ReleaseName).After(s.now())
	case StatusCompleted, StatusFailed:
		return s.options.EndedKeepNames
	}
	return true
}

// checkName is GET …/clusters/check_cluster_name_availability: a bare boolean
// (seen).
func (s *Server) checkName(in input) response {
	return jsonResponse(http.StatusOK, s.nameHolder(in.query.Get("cluster_name")) == nil)
}
