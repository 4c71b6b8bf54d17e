package caas

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// maxTextRunes bounds a text of the API's in an error or an event.
const maxTextRunes = 2000

// mask stands where a credential or a secret value was.
const mask = "(hidden)"

// secrets are the values that must not be repeated: the credentials, and the
// secret values of the deployments at hand. An API, or a proxy before it, may
// echo what it was sent.
type secrets struct {
	mu     sync.RWMutex
	values []string // longest first, so that no part of a longer one stays
}

func (s *secrets) add(values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range values {
		for _, form := range []string{v, jsonEscaped(v)} {
			if form != "" && !slices.Contains(s.values, form) {
				s.values = append(s.values, form)
			}
		}
	}
	slices.SortFunc(s.values, func(a, b string) int { return len(b) - len(a) })
}

// jsonEscaped is the text as it stands between the quotes of a JSON string, as
// in a message that quotes the request.
func jsonEscaped(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		return ""
	}
	return string(b[1 : len(b)-1])
}

// hide puts a mask in the place of every secret in text.
func (s *secrets) hide(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, v := range s.values {
		text = strings.ReplaceAll(text, v, mask)
	}
	return text
}

// printable makes a text of the API's safe for a terminal: control characters
// and those that reorder text become spaces, and the length is bounded.
func printable(text string) string {
	runes := 0
	var b strings.Builder
	for _, r := range text {
		if runes++; runes > maxTextRunes {
			b.WriteString("…")
			break
		}
		if r == '\n' || r == '\t' || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			r = ' '
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
