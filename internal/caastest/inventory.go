package caastest

import (
	"encoding/json"
	"slices"
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

// location is one place where containers run.
type location struct {
	ID   int    `json:"id"`
	ISO2 string `json:"iso2"`
	Name string `json:"name"`
}

// inventory is what the account can rent and how much of it is free. The ids
// and prices are invented; that ids are integers is the seed's.
type inventory struct {
	hardware  []hardware
	locations []location
	free      map[placement]int // replicas
}

// placement is a hardware type in a location.
type placement struct{ hardwareID, locationID int }

func newInventory() inventory {
	inv := inventory{
		hardware: []hardware{
			{203, "H100 SXM", 8, 2.49}, {204, "H200", 8, 2.99}, {210, "A100 SXM4 80GB", 8, 1.29}, {225, "GeForce RTX 4090", 4, 0.34},
		},
		locations: []location{
			{1, "US", "United States"}, {2, "DE", "Germany"}, {3, "FI", "Finland"}, {4, "JP", "Japan"},
		},
		free: map[placement]int{},
	}
	for _, h := range inv.hardware {
		for _, l := range inv.locations {
			inv.free[placement{h.id, l.ID}] = 16
		}
	}
	return inv
}

// find returns the hardware with an id, or nil.
func (inv *inventory) find(id int) *hardware {
	i := slices.IndexFunc(inv.hardware, func(h hardware) bool { return h.id == id })
	if i < 0 {
		return nil
	}
	return &inv.hardware[i]
}

// at returns the locations with these ids, in their order, and the indexes of
// the ids that are unknown.
func (inv *inventory) at(ids []int) (found []location, unknown []int) {
	found = []location{}
	for i, id := range ids {
		if at := slices.IndexFunc(inv.locations, func(l location) bool { return l.ID == id }); at >= 0 {
			found = append(found, inv.locations[at])
		} else {
			unknown = append(unknown, i)
		}
	}
	return found, unknown
}

// lookUp finds hardware and locations; what is unknown is an issue in a part of
// the request. The hardware is nil only when there is an issue.
func (inv *inventory) lookUp(part string, hardwareID int, locationIDs []int) (*hardware, []issue) {
	var issues []issue
	h := inv.find(hardwareID)
	if h == nil {
		issues = append(issues, valueIssue([]any{part, "hardware_id"}, "unknown hardware %d", hardwareID))
	}
	_, unknown := inv.at(locationIDs)
	for _, i := range unknown {
		issues = append(issues, valueIssue([]any{part, "location_ids", i}, "unknown location %d", locationIDs[i]))
	}
	return h, issues
}

// available returns the number of free replicas with a number of GPUs each.
func (inv *inventory) available(h *hardware, locationID, gpus int) int {
	if gpus > h.maxGPUs {
		return 0
	}
	return inv.free[placement{h.id, locationID}]
}

// occupy takes free replicas in the locations in their order. It returns what
// was taken where, or false, and takes nothing, when there are too few.
func (inv *inventory) occupy(hardwareID int, locationIDs []int, replicas int) (map[placement]int, bool) {
	taken := map[placement]int{}
	for _, l := range locationIDs {
		key := placement{hardwareID, l}
		taken[key] = max(min(inv.free[key], replicas), 0)
		replicas -= taken[key]
		inv.free[key] -= taken[key]
	}
	if replicas > 0 {
		inv.release(taken)
		return nil, false
	}
	return taken, true
}

func (inv *inventory) release(taken map[placement]int) {
	for key, n := range taken {
		inv.free[key] += n
	}
}

// SetReplicas sets how many replicas of a hardware type are free in a location.
// Deploying takes from them, the end of a deployment adds its own.
func (s *Server) SetReplicas(hardwareID, locationID, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	s.stock.free[placement{hardwareID, locationID}] = n
}

// SetPrice sets what one GPU costs per hour, in USDC, for purchases from now on.
func (s *Server) SetPrice(hardwareID int, usdcPerGPUHour float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stock.find(hardwareID).price = usdcPerGPUHour
}

// listHardware is GET …/hardware/max-gpus-per-container.
func (s *Server) listHardware(input) response {
	rows := []any{}
	for i := range s.stock.hardware {
		h := &s.stock.hardware[i]
		available := 0
		for _, l := range s.stock.locations {
			available += s.stock.available(h, l.ID, h.maxGPUs)
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
	return data(object{"locations": s.shuffle(s.stock.locations), "total": len(s.stock.locations)})
}

// listAvailableReplicas is GET …/available-replicas: one row per location.
func (s *Server) listAvailableReplicas(in input) response {
	h, issues := s.stock.lookUp("query", in.integer("hardware_id", 0), nil)
	if issues != nil {
		return invalid(issues...)
	}
	rows := []any{}
	for _, l := range s.stock.locations {
		rows = append(rows, object{
			"id": l.ID, "iso2": l.ISO2, "name": l.Name,
			"available_replicas": s.stock.available(h, l.ID, in.integer("hardware_qty", 0)),
		})
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
	h, issues := s.stock.lookUp("query", in.integer("hardware_id", 0), ids)
	if issues != nil {
		return invalid(issues...)
	}
	gpus, replicas := in.integer("gpus_per_container", 0), in.integer("replica_count", 0)
	available := []int{}
	for _, id := range ids {
		available = append(available, s.stock.available(h, id, gpus))
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
