package caastest

import (
	"math"
	"net/http"
	"strconv"
)

// deployBody is the body of the deploy call (seed; what is nested where: seen).
type deployBody struct {
	Name            string          `json:"resource_private_name"`
	DurationHours   int             `json:"duration_hours"`
	GPUs            int             `json:"gpus_per_container"`
	HardwareID      int             `json:"hardware_id"`
	LocationIDs     []int           `json:"location_ids"`
	ContainerConfig containerConfig `json:"container_config"`
	RegistryConfig  registryConfig  `json:"registry_config"`
}

type containerConfig struct {
	Replicas    int               `json:"replica_count"`
	Entrypoint  []string          `json:"entrypoint"`
	TrafficPort int               `json:"traffic_port"`
	Env         map[string]string `json:"env_variables"`
	SecretEnv   map[string]string `json:"secret_env_variables"`
	Args        []string          `json:"args"`
}

type registryConfig struct {
	ImageURL string `json:"image_url"`
	Username string `json:"registry_username"`
	Secret   string `json:"registry_secret"`
}

var (
	port  = integer(1, 65535)
	count = integer(1, math.MaxInt32)

	checkDeploy = object(map[string]member{
		"resource_private_name": {true, nonEmpty},
		"duration_hours":        {true, count},
		"gpus_per_container":    {true, literally(8)},
		"hardware_id":           {true, count},
		"location_ids":          {true, list(1, count)},
		"container_config": {true, object(map[string]member{
			"replica_count":        {true, count},
			"entrypoint":           {true, list(0, text)},
			"traffic_port":         {true, port},
			"env_variables":        {false, texts},
			"secret_env_variables": {false, texts},
			"args":                 {false, list(1, text)},
		})},
		"registry_config": {true, object(map[string]member{
			"image_url":         {false, text},
			"registry_username": {false, text},
			"registry_secret":   {false, text},
		})},
	})
)

// deploy is POST …/deploy. Without the money it does nothing and says so in a
// reply that has no id (seed).
func (s *Server) deploy(_ *http.Request, body []byte) answer {
	var b deployBody
	if found := decode(body, checkDeploy, &b); found != nil {
		return invalid(found)
	}
	h, found := s.wanted("body", b.HardwareID, b.LocationIDs)
	if s.holder(b.Name) != nil {
		found = append(found, one([]any{"body", "resource_private_name"}, "value_error",
			"Value error, the name %q is already in use", b.Name)...)
	}
	if found != nil {
		return invalid(found)
	}
	if b.GPUs > h.maxGPUs {
		return refuse(http.StatusBadRequest, h.name+" has at most "+strconv.Itoa(h.maxGPUs)+" GPUs per container")
	}
	placed, ok := s.stock.take(b.HardwareID, b.LocationIDs, b.ContainerConfig.Replicas)
	if !ok {
		return refuse(http.StatusBadRequest, "Not enough replicas available for the requested hardware and locations")
	}
	price := cost(h, b.GPUs, b.ContainerConfig.Replicas, b.DurationHours)
	if !s.pay(price) {
		s.stock.giveBack(placed)
		return reply(http.StatusOK, map[string]any{"status": "payment_required"})
	}
	r := s.newRecord(b)
	r.AmountPaid, r.placed = price, placed
	return reply(http.StatusOK, acknowledged(r))
}

// wanted looks a hardware and locations up; what is unknown is an issue in the
// part of the request named. The hardware is nil only when there is an issue.
func (s *Server) wanted(part string, hardwareID int, locationIDs []int) (*hardware, []issue) {
	var found []issue
	h := s.stock.row(hardwareID)
	if h == nil {
		found = one([]any{part, "hardware_id"}, "value_error", "Value error, unknown hardware %d", hardwareID)
	}
	for i, l := range locationIDs {
		if s.stock.place(l) == nil {
			found = append(found, one([]any{part, "location_ids", i}, "value_error",
				"Value error, unknown location %d", l)...)
		}
	}
	return h, found
}

// newRecord makes the deployment asked for.
func (s *Server) newRecord(b deployBody) *record {
	now := s.options.Clock.Now()
	r := &record{
		Deployment: Deployment{
			ID: s.names.next(), Name: b.Name, Status: StatusRequested,
			HardwareID: b.HardwareID, LocationIDs: b.LocationIDs, GPUsPerContainer: b.GPUs,
			Replicas: b.ContainerConfig.Replicas, DurationHours: b.DurationHours,
			Entrypoint: b.ContainerConfig.Entrypoint, Args: b.ContainerConfig.Args,
			TrafficPort: b.ContainerConfig.TrafficPort,
			Env:         b.ContainerConfig.Env, SecretEnv: b.ContainerConfig.SecretEnv,
			ImageURL:         b.RegistryConfig.ImageURL,
			RegistryUsername: b.RegistryConfig.Username, RegistrySecret: b.RegistryConfig.Secret,
			Created: now,
		},
		ready:  now.Add(s.options.Timings.Provision),
		listed: now.Add(s.options.Timings.List),
	}
	r.resize(s, now)
	for i := range r.Containers {
		r.Containers[i].Events = []Event{{now, "container scheduled"}}
	}
	s.meet(r)
	s.records = append(s.records, r)
	s.advanceOne(r, now)
	return r
}

// acknowledged is the reply to deploy, PATCH and DELETE.
func acknowledged(r *record) map[string]any {
	return map[string]any{"status": r.Status, "deployment_id": r.ID}
}
