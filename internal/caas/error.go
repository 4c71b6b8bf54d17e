package caas

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// ErrPaymentRequired is within the error of a purchase that the account has no
// credits for: nothing was bought (seed).
var ErrPaymentRequired = errors.New("payment required: the account does not have enough credits")

var (
	errNotJSON    = errors.New("the response is not JSON")
	errShape      = errors.New("the response has an unexpected structure")
	errTooLarge   = fmt.Errorf("the response is larger than %d MiB", maxResponseBytes>>20)
	errRedirect   = errors.New("redirects are not followed, so that the credential stays with the configured endpoint")
	errInvalidID  = errors.New("is not a valid ID")
	errCredential = errors.New("the token or API key is missing, wrong or expired (access tokens expire after 21 days), " +
		"or was created for a project other than IO Cloud, or the account has no credits")
)

// Error is a call that failed: the API rejected it, or returned no response that
// can be used. No field holds a credential or a secret.
type Error struct {
	Method, Path string
	// Status is the HTTP status, 0 when no complete response came.
	Status int
	// Message is what the API returned: the reason, redacted and without control
	// characters, or a description of a response that gives none.
	Message string
	// Problems are the items of a 422.
	Problems []Problem
	// Err is why there is no usable response; nil when Message or Status says it.
	Err error

	unsent    bool // the last attempt certainly did not reach the API
	uncertain bool // an earlier attempt may have had an effect
}

// Problem is one item of a 422's detail (reference). Loc is its place in the
// request, such as ["body", "container_config", "args"].
type Problem struct {
	Loc       []string
	Msg, Type string
}

// Error returns what happened, then the method, the path and the status.
func (e *Error) Error() string { return e.Reason() + " (" + e.Where() + ")" }

// Unwrap implements errors.Unwrap.
func (e *Error) Unwrap() error { return e.Err }

// Reason returns what happened, without the request.
func (e *Error) Reason() string {
	switch {
	case e.Message != "" && e.Err != nil:
		return e.Message + "; " + e.Err.Error()
	case e.Message != "":
		return e.Message
	case e.Err != nil:
		return e.Err.Error()
	default:
		return "no error message"
	}
}

// Where returns the request and its status: "POST /deploy: 422 Unprocessable Entity".
func (e *Error) Where() string {
	where := e.Method + " " + e.Path + ": "
	switch {
	case e.Status != 0:
		return strings.TrimSpace(fmt.Sprintf("%s%d %s", where, e.Status, http.StatusText(e.Status)))
	case e.unsent:
		return where + "not sent"
	default:
		return where + "no complete response"
	}
}

// IsNotFound returns whether err is a 404.
func IsNotFound(err error) bool { return hasStatus(err, http.StatusNotFound) }

// IsUnauthorized returns whether err is about the credential: 401, 403, or the
// 400 that was seen for a wrong key.
func IsUnauthorized(err error) bool { return errors.Is(err, errCredential) }

// IsInvalidID returns whether an ID can't be part of a request, which was not sent.
func IsInvalidID(err error) bool { return errors.Is(err, errInvalidID) }

// IsRedirect returns whether the response is a redirect, which is not followed.
func IsRedirect(err error) bool { return errors.Is(err, errRedirect) }

// IsBusy returns whether the deployment can't be changed at the moment: 409 or 423.
func IsBusy(err error) bool { return hasStatus(err, http.StatusConflict, http.StatusLocked) }

// IsRejected returns whether the request certainly had no effect: it was not
// sent, or every attempt was rejected. After any other error it may have had one.
func IsRejected(err error) bool {
	var e *Error
	return errors.As(err, &e) && !e.uncertain && (e.unsent || errors.Is(e.Err, ErrPaymentRequired) ||
		e.Status >= 400 && e.Status < 500 && e.Status != http.StatusRequestTimeout)
}

// IsAccepted returns whether the API accepted the request (2xx) with a response
// that can't be used.
func IsAccepted(err error) bool {
	var e *Error
	return errors.As(err, &e) && isSuccess(e.Status) && !errors.Is(e.Err, ErrPaymentRequired)
}

// IsTransient returns whether a later attempt may have another result: after a
// transport error, a timeout, 408, 429, a 5xx other than 501, and an unusable
// response to a read. It is false for a rejection and after the end of the operation.
// A host that can't be found is transient too: that is how a machine that is
// offline sees any host.
func IsTransient(err error) bool {
	var e *Error
	switch {
	case !errors.As(err, &e):
		return false
	case e.Status == 0:
		return isUnknownHost(e.Err) || !isPermanent(e.Err)
	default:
		return isTransientStatus(e.Status) || e.Method == http.MethodGet && isSuccess(e.Status)
	}
}

// IsEnded returns whether the request ended with its operation, which timed out or
// was interrupted. The error says so.
func IsEnded(err error) bool {
	var ended *endError
	return errors.As(err, &ended)
}

func hasStatus(err error, statuses ...int) bool {
	var e *Error
	return errors.As(err, &e) && slices.Contains(statuses, e.Status)
}

// Where in its life the end of the operation met a request.
const (
	beforeSent     = "before the request was sent"
	beforeResponse = "before the API returned a complete response"
	beforeRepeated = "before the request could be repeated"
	whileLimited   = "while the API limited the rate of requests"
)

// endError is why a request ended with its operation.
type endError struct {
	cause error // of the operation's context
	when  string
}

// Error implements error.
func (e *endError) Error() string {
	if errors.Is(e.cause, context.DeadlineExceeded) {
		return "the operation timed out " + e.when
	}
	return "the operation was interrupted " + e.when
}

// Unwrap implements errors.Unwrap.
func (e *endError) Unwrap() error { return e.cause }

// notSent returns the error of a request of which nothing was sent.
func (r request) notSent(err error) *Error {
	return &Error{Method: r.method, Path: r.path, Err: err, unsent: true}
}

// ended returns the error of a request whose operation ended before the next
// attempt. It keeps what the last attempt came to, if there was one.
func (r request) ended(last *Error, cause error) *Error {
	switch {
	case last == nil:
		return r.notSent(&endError{cause, beforeSent})
	case last.Status == http.StatusTooManyRequests:
		last.Err = &endError{cause, whileLimited}
	case last.Err == nil:
		last.Err = &endError{cause, beforeRepeated}
	default:
		last.Err = fmt.Errorf("%w; %w", last.Err, &endError{cause, beforeRepeated})
	}
	return last
}

// failure returns the error of an attempt that did not succeed.
func (c *Client) failure(r request, o outcome) *Error {
	switch {
	case o.err != nil:
		return &Error{Method: r.method, Path: r.path, Err: o.err, unsent: !o.connected}
	case isSuccess(o.status):
		return c.unusable(r, o, errNotJSON)
	case o.status >= 300 && o.status < 400:
		return &Error{Method: r.method, Path: r.path, Status: o.status, Err: errRedirect}
	}
	response := openEnvelope(o.body)
	e := &Error{Method: r.method, Path: r.path, Status: o.status}
	e.Message, e.Problems = response.explain(c.clean)
	switch {
	case o.status == http.StatusPaymentRequired, o.status < 500 && response.isPaymentRequired():
		e.Err = response.paymentError()
	case o.status == http.StatusUnauthorized, o.status == http.StatusForbidden,
		o.status == http.StatusBadRequest && response.hasKeySet:
		e.Err = errCredential
	}
	return e
}

// unusable returns the error of a success that can't be used.
func (c *Client) unusable(r request, o outcome, err error) *Error {
	e := &Error{Method: r.method, Path: r.path, Status: o.status, Err: err}
	if response := openEnvelope(o.body); len(response.reasons) > 0 {
		e.Message, e.Problems = response.explain(c.clean)
	}
	return e
}

// redactedError is an error whose text is fit to be shown: Go's own repeat some
// of what they could not read, and so what a proxy may have echoed.
type redactedError struct {
	text string
	err  error
}

// Error implements error.
func (e *redactedError) Error() string { return e.text }

// Unwrap implements errors.Unwrap.
func (e *redactedError) Unwrap() error { return e.err }

func (c *Client) redacted(err error) error {
	text := err.Error()
	if cleaned := c.clean(text); cleaned != text {
		return &redactedError{cleaned, err}
	}
	return err
}
