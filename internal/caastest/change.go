package caastest

import (
	"encoding/json"
	"net/http"
)

var (
	// The members of a PATCH are flat (reference). That null clears is our
	// reading; it can't where a detail must show a value.
	checkPatch = object(map[string]member{
		"env_variables":        {false, orNull(texts)},
		"secret_env_variables": {false, orNull(texts)},
		"entrypoint":           {false, orNull(list(0, text))},
		"args":                 {false, orNull(list(1, text))},
		"traffic_port":         {false, port},
		"image_url":            {false, orNull(text)},
		"registry_username":    {false, orNull(text)},
		"registry_secret":      {false, orNull(text)},
		"command":              {false, orNull(text)},
	})
	checkExtend = object(map[string]member{"duration_hours": {true, count}})
	checkRename = object(map[string]member{"cluster_name": {true, nonEmpty}})
)

// patch is PATCH …/deployment/{id}. What is absent is kept, null clears.
func (s *Server) patch(r *http.Request, body []byte) answer {
	d := s.known(r.PathValue("id"))
	if d == nil {
		return unknownDeployment()
	}
	var members map[string]json.RawMessage
	if found := decode(body, checkPatch, &members); found != nil {
		return invalid(found)
	}
	mends := d.Status == StatusFailed && s.options.MendFailed
	if d.Status == StatusTerminating || d.Ended() && !mends {
		return refuse(http.StatusBadRequest, "Deployment can't be changed: "+d.Status)
	}
	changed := false
	for _, name := range sortedKeys(members) {
		if s.next.ignoreAll || s.next.ignored[name] {
			continue
		}
		if err := d.set(name, members[name]); err != nil {
			return invalid(one([]any{"body", name}, "value_error", "Value error, %v", err))
		}
		changed = true
	}
	switch {
	case !changed:
	case mends || d.stalled:
		s.restart(d, s.options.Timings.Provision)
	case d.Status == StatusRunning && s.options.Timings.Restart > 0:
		s.restart(d, s.options.Timings.Restart)
	}
	return reply(http.StatusOK, acknowledged(d))
}

// set changes one member of the container's definition; a map is replaced as a
// whole.
func (r *record) set(name string, value json.RawMessage) error {
	switch name {
	case "env_variables":
		return replace(&r.Env, value, map[string]string{})
	case "secret_env_variables":
		return replace(&r.SecretEnv, value, map[string]string{})
	case "entrypoint":
		return replace(&r.Entrypoint, value, nil)
	case "args":
		return replace(&r.Args, value, nil)
	case "traffic_port":
		return replace(&r.TrafficPort, value, 0)
	case "image_url":
		return replace(&r.ImageURL, value, "")
	case "registry_username":
		return replace(&r.RegistryUsername, value, "")
	case "registry_secret":
		return replace(&r.RegistrySecret, value, "")
	case "command":
		return replace(&r.Command, value, "")
	}
	return nil
}

// replace sets *v to the JSON value, or to cleared when that is null.
func replace[T any](v *T, value json.RawMessage, cleared T) error {
	if string(value) == "null" {
		*v = cleared
		return nil
	}
	var fresh T
	if err := json.Unmarshal(value, &fresh); err != nil {
		return err
	}
	*v = fresh
	return nil
}

// extend is POST …/deployment/{id}/extend: hours added and paid now (seen).
func (s *Server) extend(r *http.Request, body []byte) answer {
	d := s.known(r.PathValue("id"))
	if d == nil {
		return unknownDeployment()
	}
	var b struct {
		Hours int `json:"duration_hours"`
	}
	if found := decode(body, checkExtend, &b); found != nil {
		return invalid(found)
	}
	if d.Ended() || d.Status == StatusTerminating {
		return refuse(http.StatusBadRequest, "Deployment can't be extended: "+d.Status)
	}
	price := 0.0
	if h := s.stock.row(d.HardwareID); h != nil {
		price = cost(h, d.GPUsPerContainer, d.Replicas, b.Hours)
	}
	if !s.pay(price) {
		return reply(http.StatusOK, map[string]any{"status": "payment_required"})
	}
	d.DurationHours += b.Hours
	d.AmountPaid = cents(d.AmountPaid + price)
	return data(s.detail(d))
}

// rename is PUT …/clusters/{id}/update-name (seen).
func (s *Server) rename(r *http.Request, body []byte) answer {
	d := s.known(r.PathValue("id"))
	if d == nil {
		return unknownDeployment()
	}
	var b struct {
		Name string `json:"cluster_name"`
	}
	if found := decode(body, checkRename, &b); found != nil {
		return invalid(found)
	}
	if h := s.holder(b.Name); h != nil && h != d {
		return refuse(http.StatusBadRequest, "Cluster name is already taken")
	}
	d.Name = b.Name
	return reply(http.StatusOK, map[string]any{"status": "success", "message": "Cluster name updated"})
}

// destroy is DELETE …/deployment/{id}: the end comes later (reference). One
// that has ended already is left as it is (our reading).
func (s *Server) destroy(r *http.Request, _ []byte) answer {
	d := s.known(r.PathValue("id"))
	if d == nil {
		return unknownDeployment()
	}
	holdsName := s.options.EndedNamesTaken && d.Status != StatusDestroyed
	if d.Status != StatusTerminating && (!d.Ended() || holdsName) {
		d.undying = s.next.stallDelete
		s.terminate(d)
	}
	return reply(http.StatusOK, acknowledged(d))
}

func unknownDeployment() answer { return refuse(http.StatusNotFound, "Deployment not found") }
