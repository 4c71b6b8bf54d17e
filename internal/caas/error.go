package caas

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

var (
	errEmptyReply   = errors.New("the reply is empty")
	errNotJSON      = errors.New("the reply is not JSON")
	errTooLarge     = fmt.Errorf("the reply is larger than %d MiB", maxReplyBytes>>20)
	errNoStatus     = errors.New("the reply has an unexpected shape: it has no status")
	errNoDeployment = errors.New("the reply has an unexpected shape: it has no id")
	errNoAnswer     = errors.New("the reply has an unexpected shape: it is neither true nor false")
	errNoPrice      = errors.New("the reply has an unexpected shape: it has no total_cost_usdc")
	errRedirect     = errors.New("redirects are not followed, so that the credential stays with the configured endpoint")
)

// Error is a call that failed: refused by the API, answered with something that
// can't be read, or not answered at all. No field holds a credential or a secret.
type Error struct {
	Method, Path string
	// Status is the HTTP status, 0 when no whole answer came.
	Status int
	// Message is what the API said, in one text, cleaned of control characters.
	Message string
	// Problems are the items of a 422.
	Problems []Problem
	// Err is why there is no usable answer; nil when the API answered.
	Err error
	// NotSent says that the request surely never reached the API.
	NotSent bool
	// unsure says that an earlier try of a request that changes something may
	// have been acted on, whatever was answered to the last.
	unsure bool
}

// Problem is one item of a 422's detail (reference): Loc is where in the
// request, such as ["body", "container_config", "args"].
type Problem struct {
	Loc       []string
	Msg, Type string
}

// Error tells what happened, then the method, the path and the status.
func (e *Error) Error() string {
	return e.Reason() + " (" + e.Where() + ")"
}

// Unwrap implements errors.Unwrap.
func (e *Error) Unwrap() error { return e.Err }

// Reason is what the API said, or why it did not, without the request.
func (e *Error) Reason() string {
	switch {
	case e.Message != "":
		return e.Message
	case e.Err != nil:
		return inWords.Replace(e.Err.Error())
	default:
		return "the API gave no reason"
	}
}

// inWords says what Go says of a context's end to those who do not write Go.
var inWords = strings.NewReplacer(
	context.DeadlineExceeded.Error(), "the time there is for it was up",
	context.Canceled.Error(), "it was interrupted",
)

// Where is the request and its status: "POST /deploy: 422 Unprocessable Entity".
func (e *Error) Where() string {
	where := e.Method + " " + e.Path
	if e.Status == 0 {
		return where + ": no answer"
	}
	return strings.TrimSpace(fmt.Sprintf("%s: %d %s", where, e.Status, http.StatusText(e.Status)))
}

// Refused tells that the API surely did not act on the request: it never got
// there, or was answered with a 4xx that says so, and so was every try before.
// After any other failure the work may have been done.
func (e *Error) Refused() bool {
	return !e.unsure && (e.NotSent || e.Status >= 400 && e.Status < 500 && e.Status != http.StatusRequestTimeout)
}

// IsNotFound tells that err is a 404.
func IsNotFound(err error) bool { return hasStatus(err, http.StatusNotFound) }

// IsUnauthorized tells that err is about the credential: 401, 403, or the 400
// with which a bad key was seen answered.
func IsUnauthorized(err error) bool {
	return hasStatus(err, http.StatusUnauthorized) || hasStatus(err, http.StatusForbidden)
}

// IsRefused tells that err surely left nothing done: see [Error.Refused].
func IsRefused(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Refused()
}

func hasStatus(err error, status int) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == status
}

// failure makes the error of a request that was not answered. unsure tells that
// a try before the last may have reached the API.
func failure(r call, err error, unsure bool) *Error {
	return &Error{
		Method: r.method, Path: r.path, Err: err,
		NotSent: errors.Is(err, errNotStarted) && !unsure,
		unsure:  unsure && r.method != http.MethodGet,
	}
}

// passing tells a status that may be gone at another try.
func passing(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests ||
		status >= 500 && status != http.StatusNotImplemented
}

// shownError is an error whose text is fit to be shown: Go's own repeat some of
// what they could not read, and so what a proxy may have echoed.
type shownError struct {
	text string
	err  error
}

// Error implements error.
func (e *shownError) Error() string { return e.text }

// Unwrap implements errors.Unwrap.
func (e *shownError) Unwrap() error { return e.err }

func shown(err error, clean func(string) string) error {
	text := err.Error()
	if cleaned := clean(text); cleaned != text {
		return &shownError{cleaned, err}
	}
	return err
}

// badID makes the error of an id that can't be part of a path.
func badID(method string, err error) *Error {
	return &Error{Method: method, Path: base + "/deployment", Err: err, NotSent: true}
}

// refusal makes the error of an answer that is no success. clean makes a text of
// the API's fit to be shown.
func refusal(method, path string, status int, body []byte, clean func(string) string) *Error {
	e := &Error{Method: method, Path: path, Status: status}
	if status >= 300 && status < 400 {
		e.Err = errRedirect
		return e
	}
	if status == http.StatusPaymentRequired {
		e.Err = ErrPaymentRequired
	}
	e.Message, e.Problems = parseDetail(body, clean)
	if status == http.StatusBadRequest && isKeyRefusal(body) {
		e.Status, e.Message = http.StatusUnauthorized, "the API key is not valid (answered as 400)"
	}
	return e
}

// isKeyRefusal recognises the 400 {"key_set": true} that a bad key gets (seen).
func isKeyRefusal(body []byte) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(unwrap(body), &members) != nil {
		return false
	}
	_, ok := members["key_set"]
	return ok
}

// parseDetail reads the body of an error: {"detail": "text"} (seen),
// {"detail": [{loc, msg, type}]} (reference), {"message": ...} or {"error": ...}
// of a gateway, or a page.
func parseDetail(body []byte, clean func(string) string) (string, []Problem) {
	inner := unwrap(body)
	var reply struct {
		Detail  json.RawMessage `json:"detail"`
		Message json.RawMessage `json:"message"`
		Error   json.RawMessage `json:"error"`
	}
	if json.Unmarshal(inner, &reply) != nil {
		return describePage(inner), nil
	}
	if problems := parseProblems(reply.Detail, clean); len(problems) > 0 {
		lines := make([]string, len(problems))
		for i, p := range problems {
			lines[i] = p.String()
		}
		return strings.Join(lines, "; "), problems
	}
	for _, raw := range []json.RawMessage{reply.Detail, reply.Message, reply.Error} {
		var text Text
		if raw != nil && json.Unmarshal(raw, &text) == nil && text != "" {
			return clean(string(text)), nil
		}
		var object struct {
			Message Text `json:"message"`
			Msg     Text `json:"msg"`
		}
		if raw != nil && json.Unmarshal(raw, &object) == nil && object.Message+object.Msg != "" {
			return clean(string(object.Message + object.Msg)), nil
		}
	}
	return "", nil
}

// parseProblems reads what it can of every item: one of a strange shape must not
// hide the others.
func parseProblems(raw json.RawMessage, clean func(string) string) []Problem {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil
	}
	problems := make([]Problem, 0, len(items))
	for _, item := range items {
		var p Problem
		var text Text
		var told struct {
			Loc  json.RawMessage `json:"loc"`
			Msg  Text            `json:"msg"`
			Type Text            `json:"type"`
		}
		switch {
		case json.Unmarshal(item, &told) == nil:
			p = Problem{Loc: parseLoc(told.Loc, clean), Msg: clean(string(told.Msg)), Type: clean(string(told.Type))}
		case json.Unmarshal(item, &text) == nil:
			p.Msg = clean(string(text))
		}
		if p.Msg != "" || p.Type != "" {
			problems = append(problems, p)
		}
	}
	return problems
}

// parseLoc reads a problem's place, a list or a single step; nil for any other.
func parseLoc(raw json.RawMessage, clean func(string) string) []string {
	var steps []Text
	if json.Unmarshal(raw, &steps) != nil {
		var step Text
		if json.Unmarshal(raw, &step) != nil {
			return nil
		}
		steps = []Text{step}
	}
	var loc []string
	for _, step := range steps {
		loc = append(loc, clean(string(step)))
	}
	return loc
}

// String is the problem as a person reads it: "container_config.args: message".
func (p Problem) String() string {
	loc := p.Loc
	if len(loc) > 0 && loc[0] == "body" {
		loc = loc[1:]
	}
	msg := p.Msg
	if msg == "" {
		msg = p.Type
	}
	if len(loc) == 0 {
		return msg
	}
	return strings.Join(loc, ".") + ": " + msg
}

// describePage names a body that is no JSON object without repeating it: pages
// of gateways are long, and may echo what was sent.
func describePage(body []byte) string {
	switch {
	case len(body) == 0:
		return ""
	case body[0] == '<':
		return fmt.Sprintf("a gateway answered with an HTML page of %d bytes instead of the API's JSON", len(body))
	default:
		return fmt.Sprintf("the answer is %d bytes that are no JSON object", len(body))
	}
}

// IsSuccess tells that the API answered with a success that could not be read.
func IsSuccess(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status >= 200 && e.Status < 300
}
