package caas

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// maxTextRunes limits a string from the API in an error, an event or a log line.
const maxTextRunes = 2000

// mask stands where a credential or a secret value was.
const mask = "(hidden)"

// minSecretRunes is the length from which a value is redacted: a shorter one
// would turn ordinary words into masks.
const minSecretRunes = 6

// secrets are the values that must not be repeated: the credentials, and the
// secret values that the API was sent. The API, or a proxy before it, may echo
// them.
type secrets struct {
	mu       sync.Mutex
	forms    map[string]bool   // the values and their JSON-escaped forms
	replacer *strings.Replacer // of the forms; nil when they have changed
}

func (s *secrets) add(values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range values {
		if utf8.RuneCountInString(v) < minSecretRunes || s.forms[v] {
			continue
		}
		if s.forms == nil {
			s.forms = map[string]bool{}
		}
		for _, form := range []string{v, jsonEscaped(v, false), jsonEscaped(v, true)} {
			s.forms[form] = true
		}
		s.replacer = nil
	}
}

// jsonEscaped returns text as it stands between the quotes of a JSON string.
// Encoders differ in whether they escape the characters of HTML.
func jsonEscaped(text string, html bool) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(html)
	_ = encoder.Encode(text) // a string can't fail
	quoted := strings.TrimSuffix(b.String(), "\n")
	return quoted[1 : len(quoted)-1]
}

// redact puts a mask in the place of every secret in text. Of secrets that begin
// at the same place the longest counts.
func (s *secrets) redact(text string) string {
	s.mu.Lock()
	if s.replacer == nil {
		longestFirst := slices.SortedFunc(maps.Keys(s.forms), func(a, b string) int { return len(b) - len(a) })
		pairs := make([]string, 0, 2*len(longestFirst))
		for _, form := range longestFirst {
			pairs = append(pairs, form, mask)
		}
		s.replacer = strings.NewReplacer(pairs...)
	}
	replacer := s.replacer
	s.mu.Unlock()
	return replacer.Replace(text)
}

// printable makes a string from the API safe for a terminal: control characters
// and those that reorder text become spaces, and the length is limited.
func printable(text string) string { return strings.TrimSpace(visible(text)) }

// visible is printable without trimming.
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
