package caastest

import "strconv"

// hardware is one row of the catalogue.
type hardware struct {
	id      int
	name    string
	brand   string
	maxGPUs int     // per container
	price   float64 // USDC per GPU and hour
}

// location is one place where containers run.
type location struct {
	id   int
	iso2 string
	name string
}

// catalogue is what the account can rent. The ids and prices are made up; that
// ids are integers is the seed's.
func catalogue() []hardware {
	return []hardware{
		{id: 203, name: "H100 SXM", brand: "NVIDIA", maxGPUs: 8, price: 2.49},
		{id: 204, name: "H200", brand: "NVIDIA", maxGPUs: 8, price: 2.99},
		{id: 210, name: "A100 SXM4 80GB", brand: "NVIDIA", maxGPUs: 8, price: 1.29},
		{id: 225, name: "GeForce RTX 4090", brand: "NVIDIA", maxGPUs: 4, price: 0.34},
	}
}

func places() []location {
	return []location{
		{id: 1, iso2: "US", name: "United States"},
		{id: 2, iso2: "DE", name: "Germany"},
		{id: 3, iso2: "FI", name: "Finland"},
		{id: 4, iso2: "JP", name: "Japan"},
	}
}

// startStock is how many replicas of each hardware are free in each location
// of a new server.
const startStock = 16

// stock is the catalogue and what of it is free.
type stock struct {
	hardware  []hardware
	locations []location
	free      map[string]int // replicas, by stock key
}

func newStock() stock {
	st := stock{hardware: catalogue(), locations: places(), free: map[string]int{}}
	for _, h := range st.hardware {
		for _, l := range st.locations {
			st.free[stockKey(h.id, l.id)] = startStock
		}
	}
	return st
}

func stockKey(hardwareID, locationID int) string {
	return strconv.Itoa(hardwareID) + "/" + strconv.Itoa(locationID)
}

// row returns the hardware of that id, or nil.
func (st *stock) row(id int) *hardware {
	for i := range st.hardware {
		if st.hardware[i].id == id {
			return &st.hardware[i]
		}
	}
	return nil
}

// place returns the location of that id, or nil.
func (st *stock) place(id int) *location {
	for i := range st.locations {
		if st.locations[i].id == id {
			return &st.locations[i]
		}
	}
	return nil
}

// available is the number of free replicas with so many GPUs each: none where
// the hardware can't have that many.
func (st *stock) available(h *hardware, locationID, gpus int) int {
	if gpus > h.maxGPUs {
		return 0
	}
	return st.free[stockKey(h.id, locationID)]
}

// take books replicas in the locations in the order given, and tells what was
// taken where; nil and false, and nothing taken, when there are too few.
func (st *stock) take(hardwareID int, locationIDs []int, replicas int) (map[string]int, bool) {
	taken := map[string]int{}
	for _, l := range locationIDs {
		key := stockKey(hardwareID, l)
		n := min(st.free[key]-taken[key], replicas)
		taken[key] += max(n, 0)
		replicas -= max(n, 0)
	}
	if replicas > 0 {
		return nil, false
	}
	for key, n := range taken {
		st.free[key] -= n
	}
	return taken, true
}

func (st *stock) giveBack(taken map[string]int) {
	for key, n := range taken {
		st.free[key] += n
	}
}

// SetReplicas sets how many replicas of a hardware are free in a location,
// whatever runs there. Deploying takes of them, the end of a deployment gives
// its own back.
func (s *Server) SetReplicas(hardwareID, locationID, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	s.stock.free[stockKey(hardwareID, locationID)] = n
}

// SetPrice sets what one GPU costs an hour, in USDC, for what is bought from
// now on. It panics for a hardware that is not in the catalogue.
func (s *Server) SetPrice(hardwareID int, usdcPerGPUHour float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.stock.row(hardwareID)
	if h == nil {
		panic("caastest: no hardware " + strconv.Itoa(hardwareID))
	}
	h.price = usdcPerGPUHour
}
