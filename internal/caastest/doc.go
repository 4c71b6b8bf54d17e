// Package caastest is a stateful, in-memory mock of io.net's CaaS REST API for
// tests and the demo.
//
// A [Server] keeps deployments, free replicas and an account balance, and moves
// deployments through their lifecycle on a [Clock], so no test sleeps. Every
// request and every reply is validated against openapi.yaml: an invalid request
// gets the API's 422, and either fails the test. [Options] say how the API
// behaves and how it formats its replies, a [Fault] distorts single replies, and
// [Server.Edit], [Server.Fail] and [Server.Forget] change deployments from
// outside. Tests assert on [Server.Requests], [Server.Deployments] and
// [Server.TotalPaid].
//
// Comments name the source of a fact: seed (the vendor's "Deploy a Container"
// page), reference (the vendor's other pages), seen (public clients of the live
// API), or assumed (not documented).
package caastest
