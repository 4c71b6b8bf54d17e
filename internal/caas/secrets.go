package caas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxTextRunes bounds a text of the API's in an error or an event.
const maxTextRunes = 2000

// mask stands where a credential or a secret value was.
const mask = "(hidden)"

// minLine is how long a line of a secret of several lines must be to be hidden
// by itself: "{" or "-----" alone give nothing away.
const minLine = 8

// secrets are the values that must not be repeated: the credentials, and the
// secret values of the deployments at hand. An API, or a proxy before it, may
// echo what it was sent.
type secrets struct {
	mu     sync.RWMutex
	known  map[string]bool
	values []string // each once, in every form that it may be echoed in
}

func (s *secrets) add(values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range values {
		s.addForms(v)
		// A log that echoes a key file does so line by line.
		if strings.Contains(v, "\n") {
			for line := range strings.Lines(v) {
				if line = strings.TrimSpace(line); len(line) >= minLine {
					s.addForms(line)
				}
			}
		}
	}
}

func (s *secrets) addForms(value string) {
	for _, form := range echoedForms(value) {
		if form != "" && !s.known[form] {
			if s.known == nil {
				s.known = map[string]bool{}
			}
			s.known[form] = true
			s.values = append(s.values, form)
		}
	}
}

// echoedForms are the value as it is, and as it stands between the quotes of a
// JSON string, as in a message that quotes the request: encoders differ in what
// they escape besides the quotes.
func echoedForms(value string) []string {
	plain := jsonEscaped(value, false)
	return []string{value, plain, jsonEscaped(value, true), asciiEscaped(plain)}
}

func jsonEscaped(text string, html bool) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(html)
	if encoder.Encode(text) != nil {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
}

// asciiEscaped has what is not ASCII as \u0000, as Python writes it.
func asciiEscaped(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// hide puts a mask in the place of every secret in text. What overlapping
// secrets cover is hidden whole.
func (s *secrets) hide(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	type span struct{ from, to int }
	var covered []span
	for _, v := range s.values {
		for from := 0; ; {
			at := strings.Index(text[from:], v)
			if at < 0 {
				break
			}
			at += from
			covered = append(covered, span{at, at + len(v)})
			from = at + 1 // a secret may overlap itself
		}
	}
	if covered == nil {
		return text
	}
	slices.SortFunc(covered, func(a, b span) int { return a.from - b.from })
	var b strings.Builder
	end := 0
	for i, c := range covered {
		if i == 0 || c.from > end {
			b.WriteString(text[end:c.from])
			b.WriteString(mask)
		}
		end = max(end, c.to)
	}
	b.WriteString(text[end:])
	return b.String()
}

// printable makes a text of the API's safe for a terminal: control characters
// and those that reorder text become spaces, and the length is bounded.
func printable(text string) string { return strings.TrimSpace(visible(text)) }

// visible is printable, with the space around the text.
func visible(text string) string {
	runes := 0
	var b strings.Builder
	for _, r := range text {
		if runes++; runes > maxTextRunes {
			b.WriteString("…")
			break
		}
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}
