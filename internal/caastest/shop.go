package caastest

import (
	"encoding/json"
	"net/http"
)

// hardware is GET …/hardware/max-gpus-per-container.
func (s *Server) hardware(*http.Request, []byte) answer {
	rows := []any{}
	for i := range s.stock.hardware {
		h := &s.stock.hardware[i]
		available := 0
		for _, l := range s.stock.locations {
			available += s.stock.available(h, l.id, h.maxGPUs)
		}
		rows = append(rows, map[string]any{
			"hardware_id": h.id, "hardware_name": h.name, "brand_name": h.brand,
			"max_gpus_per_container": h.maxGPUs, "available": available,
		})
	}
	return data(map[string]any{"hardware": rows, "total": len(rows)})
}

// locations is GET /v1/io-cloud/caas/locations (seen).
func (s *Server) locations(*http.Request, []byte) answer {
	rows := []any{}
	for _, l := range s.stock.locations {
		rows = append(rows, map[string]any{"id": l.id, "iso2": l.iso2, "name": l.name})
	}
	return data(map[string]any{"locations": rows, "total": len(rows)})
}

// availableReplicas is GET …/available-replicas: one row per location.
func (s *Server) availableReplicas(r *http.Request, _ []byte) answer {
	id, found := requiredInt(r, "hardware_id")
	gpus, more := requiredInt(r, "hardware_qty")
	if found = append(found, more...); found != nil {
		return invalid(found)
	}
	h, found := s.wanted("query", id, nil)
	if found != nil {
		return invalid(found)
	}
	rows := []any{}
	for _, l := range s.stock.locations {
		rows = append(rows, map[string]any{
			"id": l.id, "iso2": l.iso2, "name": l.name,
			"available_replicas": s.stock.available(h, l.id, gpus),
		})
	}
	return data(rows)
}

// price is GET …/price. The account has no discount and pays no fees, so the
// total is what a deploy will cost.
func (s *Server) price(r *http.Request, _ []byte) answer {
	values := map[string]int{}
	var found []issue
	for _, name := range []string{"hardware_id", "duration_hours", "gpus_per_container", "replica_count"} {
		n, issues := requiredInt(r, name)
		values[name] = n
		found = append(found, issues...)
	}
	ids, issues := queryList(r, "location_ids")
	if found = append(found, issues...); found != nil {
		return invalid(found)
	}
	h, found := s.wanted("query", values["hardware_id"], ids)
	if found != nil {
		return invalid(found)
	}
	gpus, replicas := values["gpus_per_container"], values["replica_count"]
	available := []int{}
	for _, l := range ids {
		available = append(available, s.stock.available(h, l, gpus))
	}
	return data(map[string]any{
		"replica_count": replicas, "gpus_per_container": gpus,
		"available_replica_count": available,
		"discount":                0.0,
		"ionet_fee":               0.0, "ionet_fee_percent": 0.0,
		"currency_conversion_fee": 0.0, "currency_conversion_fee_percent": 0.0,
		"total_cost_usdc": cost(h, gpus, replicas, values["duration_hours"]),
	})
}

// queryList reads a JSON array of integers from the query (reference).
func queryList(r *http.Request, name string) ([]int, []issue) {
	loc := []any{"query", name}
	if !r.URL.Query().Has(name) {
		return nil, one(loc, "missing", "Field required")
	}
	var ids []int
	if err := json.Unmarshal([]byte(r.URL.Query().Get(name)), &ids); err != nil {
		return nil, one(loc, "json_invalid", "Input should be a JSON array of integers: %v", err)
	}
	if len(ids) == 0 {
		return nil, one(loc, "too_short", "List should have at least 1 item after validation, not 0")
	}
	return ids, nil
}

// nameAvailable is GET …/clusters/check_cluster_name_availability: a bare
// true or false (seen).
func (s *Server) nameAvailable(r *http.Request, _ []byte) answer {
	name := r.URL.Query().Get("cluster_name")
	if name == "" {
		return invalid(one([]any{"query", "cluster_name"}, "missing", "Field required"))
	}
	return reply(http.StatusOK, s.holder(name) == nil)
}
