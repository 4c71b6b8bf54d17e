package caas

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxWrappers limits how many "data" wrappers a response may have; two were seen.
const maxWrappers = 3

// envelope is a response without its "data" wrappers, however many there are. None
// of the API's own objects has a member of that name. What says how the request
// went counts at whatever level it stands, also beside a null "data".
type envelope struct {
	content   []byte // the innermost data
	statuses  []Status
	reasons   []json.RawMessage // detail, message and error, the outermost first
	payment   json.RawMessage   // what a purchase requires (seen)
	hasKeySet bool              // of the 400 {"key_set": true} for a wrong key (seen)
}

func openEnvelope(body []byte) envelope {
	e := envelope{content: bytes.TrimSpace(body)}
	for range maxWrappers + 1 {
		var level map[string]json.RawMessage
		if json.Unmarshal(e.content, &level) != nil {
			return e
		}
		var status Status
		_ = status.UnmarshalJSON(level["status"]) // never fails
		e.statuses = append(e.statuses, status)
		for _, name := range []string{"detail", "message", "error"} {
			if !isNull(level[name]) {
				e.reasons = append(e.reasons, level[name])
			}
		}
		if !isNull(level["payment"]) {
			e.payment = level["payment"]
		}
		if _, ok := level["key_set"]; ok {
			e.hasKeySet = true
		}
		if isNull(level["data"]) {
			return e
		}
		e.content = bytes.TrimSpace(level["data"])
	}
	return e
}

// isNull returns whether a member is null or missing.
func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// isPaymentRequired returns whether the response rejects a purchase for want of
// credits (seed).
func (e envelope) isPaymentRequired() bool { return slices.Contains(e.statuses, "payment_required") }

// paymentError returns ErrPaymentRequired with the amount that the API requires, when
// it returns one: as a string of millionths of a USDC (seen).
func (e envelope) paymentError() error {
	var payment struct {
		Accepts []struct {
			Amount Float `json:"maxAmountRequired"`
		} `json:"accepts"`
	}
	_ = unmarshal(e.payment, &payment) // what can't be read has no amount
	if len(payment.Accepts) == 0 || payment.Accepts[0].Amount <= 0 {
		return ErrPaymentRequired
	}
	return fmt.Errorf("%w; it requires %.2f USDC", ErrPaymentRequired, payment.Accepts[0].Amount/1e6)
}

// rows decodes a list, bare or under the first of the names that the content has.
// A null list is empty. Rows that are not objects, or that usable rejects, are
// left out and don't hide the others.
func rows[T any](e envelope, usable func(T) bool, names ...string) ([]T, error) {
	list := e.content
	var members map[string]json.RawMessage
	if json.Unmarshal(list, &members) == nil && members != nil {
		names = append(names, "data") // that is null where the content has it
		at := slices.IndexFunc(names, func(name string) bool { return members[name] != nil })
		if at < 0 {
			return nil, fmt.Errorf("%w: it has no member %q", errShape, names[0])
		}
		list = members[names[at]]
	}
	var raw []json.RawMessage
	if json.Unmarshal(list, &raw) != nil {
		return nil, fmt.Errorf("%w: it has no list of %s", errShape, names[0])
	}
	var decoded []T
	for _, r := range raw {
		var row T
		if r[0] == '{' && unmarshal(r, &row) == nil && usable(row) {
			decoded = append(decoded, row)
		}
	}
	return decoded, nil
}

// unmarshal decodes JSON into out. A member of an unexpected type counts as
// missing and does not hide the others.
func unmarshal(data []byte, out any) error {
	err := json.Unmarshal(data, out)
	// encoding/json goes on after such a member, and names it in the error.
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) && mismatch.Field != "" {
		return nil
	}
	return err
}

// explain returns what the response to a failed request says: {"detail": "text"}
// (seen), {"detail": [{loc, msg, type}]} (reference), {"message": …} or
// {"error": …} of a gateway, or a page. clean redacts a string.
func (e envelope) explain(clean func(string) string) (string, []Problem) {
	for _, raw := range e.reasons {
		if problems := parseProblems(raw, clean); len(problems) > 0 {
			lines := make([]string, len(problems))
			for i, p := range problems {
				lines[i] = p.String()
			}
			return strings.Join(lines, "; "), problems
		}
		if message := parseMessage(raw); message != "" {
			return clean(message), nil
		}
	}
	// A gateway's page is not repeated: it is long, and may echo what was sent.
	switch {
	case len(e.content) == 0 || len(e.statuses) > 0:
		return "", nil
	case e.content[0] == '<':
		return fmt.Sprintf("an HTML page of %d bytes from a gateway, instead of the API's JSON", len(e.content)), nil
	default:
		return fmt.Sprintf("%d bytes that are not a JSON object", len(e.content)), nil
	}
}

// parseMessage reads a reason that is a string, or an object with one.
func parseMessage(raw json.RawMessage) string {
	var object struct {
		Message string `json:"message"`
		Msg     string `json:"msg"`
	}
	_ = unmarshal(raw, &object) // what can't be read is empty
	return parseScalar(raw) + object.Message + object.Msg
}

// parseProblems reads what it can of every item of a list.
func parseProblems(raw json.RawMessage, clean func(string) string) []Problem {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil
	}
	var problems []Problem
	for _, item := range items {
		var object struct {
			Loc  []Text `json:"loc"`
			Msg  string `json:"msg"`
			Type string `json:"type"`
		}
		_ = unmarshal(item, &object) // what can't be read is empty
		p := Problem{Msg: clean(parseScalar(item) + object.Msg), Type: clean(object.Type)}
		for _, step := range object.Loc {
			if text := clean(string(step)); text != "" {
				p.Loc = append(p.Loc, text)
			}
		}
		if p.Msg != "" || p.Type != "" {
			problems = append(problems, p)
		}
	}
	return problems
}

// String returns the problem as a person reads it: "container_config.args: message".
func (p Problem) String() string {
	msg, loc := cmp.Or(p.Msg, p.Type), p.Loc
	if len(loc) > 0 && (loc[0] == "body" || loc[0] == "query") {
		loc = loc[1:]
	}
	if len(loc) == 0 {
		return msg
	}
	return strings.Join(loc, ".") + ": " + msg
}
