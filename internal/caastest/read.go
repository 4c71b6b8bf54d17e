package caastest

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"
)

// statuses are all there are, as the list names them.
func statuses() []string {
	return []string{
		StatusRequested, StatusRunning, StatusCompleted, StatusFailed, StatusTerminating, StatusDestroyed,
	}
}

// read is GET …/deployment/{id}.
func (s *Server) read(r *http.Request, _ []byte) answer {
	d := s.known(r.PathValue("id"))
	if d == nil {
		return unknownDeployment()
	}
	return data(s.detail(d))
}

// detail is a deployment with the members the reference lists, and no more.
func (s *Server) detail(r *record) map[string]any {
	served, remaining := s.minutes(r)
	h := s.rowOf(r)
	locations := []any{}
	for _, id := range r.LocationIDs {
		if l := s.stock.place(id); l != nil {
			locations = append(locations, map[string]any{"id": l.id, "iso2": l.iso2, "name": l.name})
		}
	}
	return map[string]any{
		"id": r.ID, "status": r.Status,
		"created_at": moment(r.Created), "started_at": momentOrNull(r.Started), "finished_at": momentOrNull(r.Finished),
		"amount_paid": r.AmountPaid, "completed_percent": percent(served, remaining),
		"total_gpus": r.Replicas * r.GPUsPerContainer, "gpus_per_container": r.GPUsPerContainer,
		"total_containers": r.Replicas,
		"hardware_name":    h.name, "hardware_id": r.HardwareID, "brand_name": h.brand,
		"locations":                 locations,
		"compute_minutes_served":    served,
		"compute_minutes_remaining": remaining,
		"container_config": map[string]any{
			"entrypoint": r.Entrypoint, "env_variables": r.Env, "traffic_port": r.TrafficPort,
			"image_url": r.ImageURL, "secret_env_keys": sortedKeys(r.SecretEnv),
		},
	}
}

// rowOf is the hardware of a deployment, which one that was added or edited
// may have invented.
func (s *Server) rowOf(r *record) hardware {
	if h := s.stock.row(r.HardwareID); h != nil {
		return *h
	}
	return hardware{id: r.HardwareID, name: fmt.Sprintf("hardware %d", r.HardwareID), brand: "unknown"}
}

// minutes are wall time, or GPU time in that dialect.
func (s *Server) minutes(r *record) (served, remaining int) {
	served, remaining = r.minutes(s.options.Clock.Now())
	if s.dialect.GPUMinutes {
		gpus := r.Replicas * r.GPUsPerContainer
		return served * gpus, remaining * gpus
	}
	return served, remaining
}

func percent(served, remaining int) float64 {
	if served+remaining == 0 {
		return 0
	}
	return math.Round(10000*float64(served)/float64(served+remaining)) / 100
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func momentOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return moment(t)
}

// list is GET …/deployments: the newest first, as far as they are listed yet.
func (s *Server) list(r *http.Request, _ []byte) answer {
	page, found := s.page(r)
	if found != nil {
		return invalid(found)
	}
	status, now := r.URL.Query().Get("status"), s.options.Clock.Now()
	items := []any{}
	for i := len(s.records) - 1; i >= 0; i-- {
		d := s.records[i]
		if d.vanished || d.listed.After(now) || status != "" && !strings.EqualFold(status, d.Status) {
			continue
		}
		items = append(items, s.item(d))
	}
	return data(map[string]any{"deployments": page.of(items), "total": len(items), "statuses": statuses()})
}

// item is a deployment as the list shows it (seen).
func (s *Server) item(r *record) map[string]any {
	served, remaining := s.minutes(r)
	h := s.rowOf(r)
	return map[string]any{
		"id": r.ID, "status": r.Status, "name": r.Name,
		"completed_percent": percent(served, remaining),
		"hardware_quantity": r.Replicas * r.GPUsPerContainer,
		"brand_name":        h.brand, "hardware_name": h.name,
		"served": hours(served), "remaining": hours(remaining),
		"compute_minutes_served": served, "compute_minutes_remaining": remaining,
		"created_at": moment(r.Created),
	}
}

// hours writes minutes as a person would.
func hours(minutes int) string { return fmt.Sprintf("%dh %dm", minutes/60, minutes%60) }

// containers is GET …/deployment/{id}/containers (seen).
func (s *Server) containers(r *http.Request, _ []byte) answer {
	d := s.known(r.PathValue("id"))
	if d == nil {
		return unknownDeployment()
	}
	workers := []any{}
	for i := range d.Containers {
		workers = append(workers, s.worker(d, &d.Containers[i]))
	}
	return data(map[string]any{"total": len(workers), "workers": workers})
}

// container is GET …/deployment/{id}/container/{cid}, the one object that is
// not wrapped (seen).
func (s *Server) container(r *http.Request, _ []byte) answer {
	d := s.known(r.PathValue("id"))
	if d == nil {
		return unknownDeployment()
	}
	c := d.container(r.PathValue("cid"))
	if c == nil {
		return unknownContainer()
	}
	return reply(http.StatusOK, s.worker(d, c))
}

// containerJobs is GET …/deployment/{id}/containers-jobs/{cid} (reference).
func (s *Server) containerJobs(r *http.Request, _ []byte) answer {
	d := s.known(r.PathValue("id"))
	if d == nil {
		return unknownDeployment()
	}
	c := d.container(r.PathValue("cid"))
	if c == nil {
		return unknownContainer()
	}
	page, found := s.page(r)
	if found != nil {
		return invalid(found)
	}
	return data(map[string]any{"total": 1, "workers": page.of([]any{s.worker(d, c)})})
}

func unknownContainer() answer { return refuse(http.StatusNotFound, "Container not found") }

// container returns the container of that id, or nil.
func (r *record) container(id string) *Container {
	for i := range r.Containers {
		if r.Containers[i].ContainerID == id {
			return &r.Containers[i]
		}
	}
	return nil
}

// worker is a container as the reference lists it.
func (s *Server) worker(r *record, c *Container) map[string]any {
	h := s.rowOf(r)
	var events []any // null when there are none
	for _, e := range c.Events {
		events = append(events, map[string]any{"time": moment(e.Time), "message": e.Message})
	}
	w := map[string]any{
		"device_id": c.DeviceID, "container_id": c.ContainerID,
		"hardware": h.name, "brand_name": h.brand, "created_at": moment(c.Created),
		"uptime_percent": 0.0, "gpus_per_container": r.GPUsPerContainer,
		"status": c.Status, "container_events": events, "public_url": nil,
	}
	if c.Status == StatusRunning {
		w["uptime_percent"] = 100.0
	}
	if c.PublicURL != "" {
		w["public_url"] = c.PublicURL
	}
	return w
}
