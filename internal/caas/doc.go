// Package caas is a client of io.net's Containers as a Service API.
//
// It knows HTTP and JSON and knows nothing of Terraform. Its types carry the
// API's own names; hours are whole hours, money is USDC, times are UTC. Doc
// comments name where a fact comes from: the seed page ("seed"), the vendor's
// public reference ("reference"), public clients seen working ("seen"), or our
// own reading where nobody says ("our reading").
//
// Every error of a call is an *[Error]. What the API sends is read leniently:
// see decode.go for the forms that are accepted.
package caas
