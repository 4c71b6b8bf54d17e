package caastest

import (
	"net/http"
	"net/url"
	"strconv"
)

// Prefix is the path of the enterprise calls, below the base URL.
const Prefix = "/enterprise/v1/io-cloud/caas"

// input is what a handler gets of a valid request.
type input struct {
	path  map[string]string
	query url.Values
	body  []byte
}

// integer returns an integer of the query, or otherwise when it is missing.
func (in input) integer(name string, otherwise int) int {
	n, err := strconv.Atoi(in.query.Get(name))
	if err != nil {
		return otherwise
	}
	return n
}

// handler performs one operation. It runs with the server's lock held and the
// deployments up to date.
type handler func(in input) response

// operations returns the handlers by the contract's operation ids.
func (s *Server) operations() map[string]handler {
	return map[string]handler{
		"deploy":                s.deploy,
		"listDeployments":       s.list,
		"readDeployment":        s.withDeployment(s.read),
		"changeDeployment":      s.withDeployment(s.patch),
		"destroyDeployment":     s.withDeployment(s.destroy),
		"extendDeployment":      s.withDeployment(s.extend),
		"listContainers":        s.withDeployment(s.listContainers),
		"readLog":               s.withDeployment(s.readLog),
		"renameDeployment":      s.withDeployment(s.rename),
		"checkName":             s.checkName,
		"listHardware":          s.listHardware,
		"listAvailableReplicas": s.listAvailableReplicas,
		"price":                 s.price,
		"listLocations":         s.listLocations,
	}
}

// withDeployment looks up the deployment that the path names.
func (s *Server) withDeployment(handle func(*record, input) response) handler {
	return func(in input) response {
		if r := s.record(in.path["id"]); r != nil && !r.forgotten {
			return handle(r, in)
		}
		return reject(http.StatusNotFound, "Deployment not found")
	}
}
