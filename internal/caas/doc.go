// Package caas is a client of io.net's Containers as a Service API.
//
// It knows HTTP and JSON and nothing about Terraform. Its types have the API's own
// names; hours are whole hours, money is USDC, times are UTC. Doc comments name
// the source of a fact: the seed page ("seed"), the vendor's
// public reference ("reference"), public clients seen working ("seen"), or our
// own reading of what is not documented ("our reading").
//
// Every error of a call is an *[Error]. Responses are decoded leniently: see
// envelope.go and values.go for the forms that are accepted, and request.go for
// what happens to a request from top to bottom.
package caas
