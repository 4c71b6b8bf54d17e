// Package caastest is a stateful, in-memory mock of io.net's CaaS REST API,
// for tests and the demo; what net/http/httptest is to HTTP, it is to CaaS.
//
// A [Server] keeps deployments, a stock of replicas and an account balance,
// and moves deployments through their lifecycle on a [Clock], so that no test
// sleeps. Every request and every reply is held against the API's contract
// (openapi.yaml, embedded); what breaks it fails the test. Three things can
// then go wrong on purpose: faults ([Server.Inject]) distort single answers,
// dialects ([Server.Speak]) change how every answer is spelt, and changes from
// outside ([Server.Edit], [Server.Fail], [Server.Vanish]) change the state.
//
// A request is answered in this order: it is written into the journal, held
// against the contract, passed through the rate limit and the faults,
// authorised, worked on, its answer held against the contract, translated into
// the dialect, and at last distorted by a fault that comes after the work.
//
// Where a fact comes from is noted as seed (the vendor's "Deploy a Container"
// page, which wins), reference (the vendor's other pages), seen (public
// clients of the live API), or our reading (nobody says).
package caastest
