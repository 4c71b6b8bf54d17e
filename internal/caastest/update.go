package caastest

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
)

// patch is PATCH …/deployment/{id}. A missing member is kept, null clears
// (assumed).
func (s *Server) patch(in input) response {
	r := in.record
	fix := r.Status == StatusFailed && s.options.PatchRestartsFailed
	if r.Status == StatusTerminating || r.Ended() && !fix {
		return reject(http.StatusBadRequest, "Deployment can't be changed: "+r.Status)
	}
	changed, err := s.set(r, in.body)
	if err != nil {
		return unreadable(err)
	}
	switch timings := s.options.Timings; {
	case !changed:
	case fix || r.outcome.stalls:
		s.restart(r, s.now(), timings.Provision, outcome{})
	case r.Status == StatusRunning && (timings.Restart > 0 || len(s.restarts) > 0):
		r.restartAt = s.now().Add(timings.RestartDelay)
	}
	s.advance(r)
	return acknowledge(r)
}

// set changes the members of a deployment that are not ignored, maps as a whole,
// and reports whether there are any.
func (s *Server) set(r *record, body []byte) (changed bool, err error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return false, err
	}
	targets := map[string]any{
		"env_variables": &r.Env, "secret_env_variables": &r.SecretEnv,
		"entrypoint": &r.Entrypoint, "args": &r.Args, "traffic_port": &r.TrafficPort,
		"image_url": &r.ImageURL, "registry_username": &r.RegistryUsername, "registry_secret": &r.RegistrySecret,
	}
	for name, value := range members {
		if ignored := s.options.IgnoredPatchMembers; slices.Contains(ignored, name) || slices.Contains(ignored, "*") {
			continue
		}
		changed = true
		reflect.ValueOf(targets[name]).Elem().SetZero()
		err = errors.Join(err, json.Unmarshal(value, targets[name]))
	}
	return changed, err
}

// extend is POST …/deployment/{id}/extend: hours added and paid now (seen).
func (s *Server) extend(in input) response {
	r := in.record
	if r.Ended() || r.Status == StatusTerminating {
		return reject(http.StatusBadRequest, "Deployment can't be extended: "+r.Status)
	}
	var body struct {
		Hours int `json:"duration_hours"`
	}
	if err := json.Unmarshal(in.body, &body); err != nil {
		return unreadable(err)
	}
	price := s.cost(&r.Deployment, body.Hours)
	if !s.pay(price) {
		return paymentRequired()
	}
	r.DurationHours += body.Hours
	r.HoursBought += body.Hours
	r.AmountPaid = cents(r.AmountPaid + price)
	r.extensions = append(r.extensions, extension{s.now().Add(s.options.Timings.ShowExtended), body.Hours, price})
	return data(s.detail(r))
}

// rename is PUT …/clusters/{id}/update-name (seen).
func (s *Server) rename(in input) response {
	var body struct {
		Name string `json:"cluster_name"`
	}
	if err := json.Unmarshal(in.body, &body); err != nil {
		return unreadable(err)
	}
	if holder := s.nameHolder(body.Name); holder != nil && holder != in.record {
		return reject(http.StatusBadRequest, "Cluster name is already taken")
	}
	in.record.Name = body.Name
	in.record.updateListing(s.now())
	return jsonResponse(http.StatusOK, object{"status": "success", "message": "Cluster name updated"})
}

// destroy is DELETE …/deployment/{id}: the end comes later (reference). One that
// has ended is left as it is, unless it holds its name (assumed).
func (s *Server) destroy(in input) response {
	r := in.record
	if r.Status != StatusTerminating && r.Status != StatusDestroyed && s.holdsName(r) {
		s.terminate(r)
	}
	return acknowledge(r)
}
