package caastest

import (
	"encoding/json"
	"fmt"
)

// hardware is one hardware type.
type hardware struct {
	id      int
	name    string
	maxGPUs int     // per container
	price   float64 // USDC per GPU and hour
}

// cost returns the price of hours of replicas, in USDC.
func (h *hardware) cost(gpus, replicas, hours int) float64 {
	return cents(h.price * float64(gpus*replicas*hours))
}

// brand is the manufacturer of all hardware.
const brand = "NVIDIA"

// hardwareTypes are what the account can rent. The ids and prices are invented, as
// are the locations; that ids are integers is the seed's.
var hardwareTypes = []hardware{
	{203, "H100 SXM", 8, 2.49}, {204, "H200", 8, 2.99}, {210, "A100 SXM4 80GB", 8, 1.29}, {225, "GeForce RTX 4090", 4, 0.34},
}

// location is one place where containers run.
type location struct {
	ID   int    `json:"id"`
	ISO2 string `json:"iso2"`
	Name string `json:"name"`
}

var locations = []location{
	{1, "US", "United States"}, {2, "DE", "Germany"}, {3, "FI", "Finland"}, {4, "JP", "Japan"},
}

// defaultReplicas is the number of replicas of each hardware type in each location,
// unless SetReplicas changed it.
const defaultReplicas = 16

// placement is a hardware type in a location.
type placement struct{ hardwareID, locationID int }

// hardwareByID returns the hardware with an id. A deployment that was added or
// edited may have an unknown one, which has no GPUs and costs nothing.
func (s *Server) hardwareByID(id int) *hardware {
	for i := range s.hardware {
		if s.hardware[i].id == id {
			return &s.hardware[i]
		}
	}
	return &hardware{id: id, name: fmt.Sprintf("hardware %d", id)}
}

// locationsOf returns the locations with these ids, in their order. It leaves out
// unknown ones.
func locationsOf(ids ...int) []location {
	found := []location{}
	for _, id := range ids {
		for _, l := range locations {
			if l.ID == id {
				found = append(found, l)
			}
		}
	}
	return found
}

// cost returns the price of hours of a deployment, in USDC.
func (s *Server) cost(d *Deployment, hours int) float64 {
	return s.hardwareByID(d.HardwareID).cost(d.GPUsPerContainer, d.Replicas, hours)
}

// lookUp finds hardware; what is unknown of it and the locations is an issue in a
// part of the request.
func (s *Server) lookUp(part string, hardwareID int, locationIDs []int) (*hardware, []issue) {
	var issues []issue
	h := s.hardwareByID(hardwareID)
	if h.maxGPUs == 0 {
		issues = append(issues, valueIssue([]any{part, "hardware_id"}, "unknown hardware %d", hardwareID))
	}
	for i, id := range locationIDs {
		if len(locationsOf(id)) == 0 {
			issues = append(issues, valueIssue([]any{part, "location_ids", i}, "unknown location %d", id))
		}
	}
	return h, issues
}

// free returns how many replicas of a hardware type no deployment occupies in a
// location.
func (s *Server) free(p placement) int {
	n := defaultReplicas + s.added[p]
	for _, r := range s.records {
		n -= r.placed[p]
	}
	return n
}

// available returns the number of free replicas with a number of GPUs each.
func (s *Server) available(h *hardware, locationID, gpus int) int {
	if gpus > h.maxGPUs {
		return 0
	}
	return s.free(placement{h.id, locationID})
}

// place finds free replicas for a deployment in its locations in their order. It
// returns how many there are where, or false when there are too few.
func (s *Server) place(d *Deployment) (map[placement]int, bool) {
	placed, missing := map[placement]int{}, d.Replicas
	for _, l := range d.LocationIDs {
		p := placement{d.HardwareID, l}
		placed[p] = max(min(s.free(p), missing), 0)
		missing -= placed[p]
	}
	return placed, missing == 0
}

// SetReplicas sets how many replicas of a hardware type are free in a location.
// Deploying takes from them, the end of a deployment adds its own.
func (s *Server) SetReplicas(hardwareID, locationID, n int) {
	defer s.lock()()
	p := placement{hardwareID, locationID}
	s.added[p] += n - s.free(p)
}

// SetPrice sets what one GPU costs per hour, in USDC, for purchases from now on.
func (s *Server) SetPrice(hardwareID int, usdcPerGPUHour float64) {
	defer s.lock()()
	s.hardwareByID(hardwareID).price = usdcPerGPUHour
}

// listHardware is GET …/hardware/max-gpus-per-container.
func (s *Server) listHardware(input) response {
	rows := []any{}
	for i := range s.hardware {
		h := &s.hardware[i]
		available := 0
		for _, l := range locations {
			available += s.available(h, l.ID, h.maxGPUs)
		}
		rows = append(rows, object{
			"hardware_id": h.id, "hardware_name": h.name, "brand_name": brand,
			"max_gpus_per_container": h.maxGPUs, "available": available,
		})
	}
	return data(object{"hardware": rows, "total": len(rows)})
}

// listLocations is GET /v1/io-cloud/caas/locations (seen).
func (s *Server) listLocations(input) response {
	return data(object{"locations": s.shuffle(locations), "total": len(locations)})
}

// listAvailableReplicas is GET …/available-replicas: one row per location.
func (s *Server) listAvailableReplicas(in input) response {
	h, issues := s.lookUp("query", in.integer("hardware_id", 0), nil)
	if issues != nil {
		return invalid(issues...)
	}
	rows := []any{}
	for _, l := range locations {
		rows = append(rows, struct {
			location
			Replicas int `json:"available_replicas"`
		}{l, s.available(h, l.ID, in.integer("hardware_qty", 0))})
	}
	return data(rows)
}

// price is GET …/price. There are no discounts and no fees, so the total is what
// a deploy call costs.
func (s *Server) price(in input) response {
	var ids []int
	if err := json.Unmarshal([]byte(in.query.Get("location_ids")), &ids); err != nil {
		return unreadable(err)
	}
	h, issues := s.lookUp("query", in.integer("hardware_id", 0), ids)
	if issues != nil {
		return invalid(issues...)
	}
	gpus, replicas := in.integer("gpus_per_container", 0), in.integer("replica_count", 0)
	available := []int{}
	for _, id := range ids {
		available = append(available, s.available(h, id, gpus))
	}
	return data(object{
		"replica_count": replicas, "gpus_per_container": gpus,
		"available_replica_count": available,
		"discount":                0.0,
		"ionet_fee":               0.0, "ionet_fee_percent": 0.0,
		"currency_conversion_fee": 0.0, "currency_conversion_fee_percent": 0.0,
		"total_cost_usdc": h.cost(gpus, replicas, in.integer("duration_hours", 0)),
	})
}
