package caastest

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
)

// read is GET …/deployment/{id}.
func (s *Server) read(in input) response { return data(s.detail(in.record)) }

// detail returns a deployment with exactly the members in the reference.
func (s *Server) detail(r *record) object {
	hours, amount := r.shown(s.now())
	served, remaining := r.minutes(s.now(), hours)
	shown := locationsOf(r.LocationIDs...)
	if s.options.Format.LocationSubset && len(shown) > 1 {
		shown = shown[:1]
	}
	keys := slices.AppendSeq([]string{}, maps.Keys(r.SecretEnv)) // not null
	slices.Sort(keys)
	return object{
		"id": r.ID, "status": r.Status,
		"created_at": r.Created, "started_at": orNull(r.Started), "finished_at": orNull(r.Finished),
		"amount_paid": amount, "completed_percent": percent(served, remaining),
		"total_gpus": r.Replicas * r.GPUsPerContainer, "gpus_per_container": r.GPUsPerContainer,
		"total_containers": r.Replicas,
		"hardware_name":    s.hardwareByID(r.HardwareID).name, "hardware_id": r.HardwareID, "brand_name": brand,
		"locations":                 s.shuffle(shown),
		"compute_minutes_served":    served,
		"compute_minutes_remaining": remaining,
		"container_config": object{
			"entrypoint": r.Entrypoint, "env_variables": r.Env, "traffic_port": r.TrafficPort,
			"image_url": r.ImageURL, "secret_env_keys": keys,
		},
	}
}

// shuffle returns locations in another order each time, in that format.
func (s *Server) shuffle(locations []location) []location {
	if !s.options.Format.ShuffleLocations || len(locations) == 0 {
		return locations
	}
	s.shuffled++
	by := s.shuffled % len(locations)
	return slices.Concat(locations[by:], locations[:by])
}

func percent(served, remaining int) float64 {
	if served+remaining == 0 {
		return 0
	}
	return math.Round(10000*float64(served)/float64(served+remaining)) / 100
}

// orNull returns a value, or nil, which is null in JSON, when it is the zero value.
func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// list is GET …/deployments: the newest first, as old as the list's lag.
func (s *Server) list(in input) response {
	status, at := in.query.Get("status"), s.now().Add(-s.options.Timings.List)
	items := []any{}
	for _, r := range slices.Backward(s.records) {
		if l, ok := r.listing(at); ok && !r.forgotten && (status == "" || strings.EqualFold(status, l.status)) {
			items = append(items, s.item(r, l))
		}
	}
	return data(object{"deployments": s.page(items, in), "total": len(items), "statuses": []string{
		StatusRequested, StatusRunning, StatusCompleted, StatusFailed, StatusTerminating, StatusDestroyed,
	}})
}

// item returns a deployment as the list shows it (seen).
func (s *Server) item(r *record, l listing) object {
	hours, _ := r.shown(s.now())
	served, remaining := r.minutes(s.now(), hours)
	inWords := func(minutes int) string { return fmt.Sprintf("%dh %dm", minutes/60, minutes%60) }
	return object{
		"id": r.ID, "status": l.status, "name": l.name,
		"completed_percent": percent(served, remaining),
		"hardware_quantity": r.Replicas * r.GPUsPerContainer,
		"brand_name":        brand, "hardware_name": s.hardwareByID(r.HardwareID).name,
		"served": inWords(served), "remaining": inWords(remaining),
		"compute_minutes_served": served, "compute_minutes_remaining": remaining,
		"created_at": r.Created,
	}
}

// page returns the page of a list that is requested: 10 items by default, pages
// counted from 0 (reference) unless the format says otherwise.
func (s *Server) page(items []any, in input) []any {
	size := in.integer("page_size", 10)
	page := in.integer("page", 0)
	switch f := s.options.Format; {
	case f.PageIgnored:
		page = max(page-1, 0)
	case f.PagesFromOne:
		page = in.integer("page", 1) - 1
	}
	if page < 0 {
		return []any{}
	}
	from := min(page*size, len(items))
	return items[from:min(from+size, len(items))]
}

// listContainers is GET …/deployment/{id}/containers (seen).
func (s *Server) listContainers(in input) response {
	workers := []any{}
	for i := range in.record.Containers {
		workers = append(workers, s.worker(in.record, &in.record.Containers[i]))
	}
	return data(object{"total": len(workers), "workers": workers})
}

// worker returns a container as the reference shows it.
func (s *Server) worker(r *record, c *Container) object {
	uptime := 0.0
	if c.Status == StatusRunning {
		uptime = 100
	}
	return object{
		"device_id": c.DeviceID, "container_id": c.ContainerID,
		"hardware": s.hardwareByID(r.HardwareID).name, "brand_name": brand, "created_at": c.Created,
		"uptime_percent": uptime, "gpus_per_container": r.GPUsPerContainer,
		"status": c.Status, "container_events": c.Events, "public_url": orNull(c.PublicURL),
	}
}

// stream is one of the two streams of a container.
type stream struct{ containerID, name string }

// SetLog sets what a container has written to a stream, "stdout" or "stderr", in
// lines without line ends.
func (s *Server) SetLog(containerID, name string, lines ...string) {
	defer s.lock()()
	s.logs[stream{containerID, name}] = lines
}

// EndlessLog keeps the log of a container open after its lines, until the client
// leaves or the server is closed.
func (s *Server) EndlessLog(containerID string) {
	defer s.lock()()
	s.endlessLogs = append(s.endlessLogs, containerID)
}

// readLog is GET …/deployment/{id}/log/{cid}: a stream of text lines, stdout by
// default, and not JSON (reference).
func (s *Server) readLog(in input) response {
	from := stream{in.path["cid"], in.query.Get("stream")}
	setDefault(&from.name, "stdout")
	if in.record.container(from.containerID) == nil {
		return reject(http.StatusNotFound, "Container not found")
	}
	reply := response{
		status:  http.StatusOK,
		header:  http.Header{"Content-Type": {"text/event-stream; charset=utf-8"}},
		endless: slices.Contains(s.endlessLogs, from.containerID),
	}
	for _, line := range s.logs[from] {
		reply.body = append(reply.body, line+"\n"...)
	}
	return reply
}
