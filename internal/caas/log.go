package caas

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const (
	// maxLineBytes bounds how much of a line is read; of what is read, the client
	// shows maxTextRunes.
	maxLineBytes = 64 << 10
	// maxSecretBytes is taken off a line that was cut: its end may be the first
	// part of a secret, which is not hidden.
	maxSecretBytes = 4 << 10
)

// Log is what a container writes to one stream, as it comes. It may never end.
type Log struct {
	client  *Client
	call    call
	ctx     context.Context
	body    io.ReadCloser
	reader  *bufio.Reader
	framing framing
}

// Log opens the log of a container, "stdout" or "stderr" (reference). It is to
// be closed, and ends with ctx. [IsNotFound] holds for the error of a deployment
// or container that the API does not know.
func (c *Client) Log(ctx context.Context, id, containerID, stream string) (*Log, error) {
	path, err := deploymentPath(id, "log", containerID)
	if err != nil {
		return nil, badID(http.MethodGet, err)
	}
	read := call{method: http.MethodGet, path: path, query: url.Values{"stream": {stream}}}
	body, err := c.stream(ctx, read)
	if err != nil {
		return nil, err
	}
	return &Log{client: c, call: read, ctx: ctx, body: body, reader: bufio.NewReaderSize(body, maxLineBytes)}, nil
}

// Next is the next line, without its end. It waits for one, and returns io.EOF
// after the last. The line is cleaned of secrets and control characters and
// bounded in length; its indentation is kept.
func (l *Log) Next() (string, error) {
	for {
		if line, ok := l.framing.next(); ok {
			return l.client.cleanLine(line), nil
		}
		line, err := l.read()
		switch {
		case errors.Is(err, io.EOF) && l.framing.end():
			continue
		case errors.Is(err, io.EOF):
			return "", io.EOF
		case err != nil:
			if cause := context.Cause(l.ctx); cause != nil {
				err = cause
			}
			return "", failure(l.call, shown(fmt.Errorf("the log broke off: %w", err), l.client.clean), false)
		}
		l.framing.add(line)
	}
}

// Close ends the reading.
func (l *Log) Close() error { return l.body.Close() }

// line is a line of a log, or the beginning of a long one.
type line struct {
	text string
	cut  bool
}

// read is the next line as it was sent, without its end; io.EOF after the last.
func (l *Log) read() (line, error) {
	part, err := l.reader.ReadSlice('\n')
	read := line{text: strings.TrimRight(string(part), "\r\n")}
	for errors.Is(err, bufio.ErrBufferFull) {
		read.cut = true
		_, err = l.reader.ReadSlice('\n')
	}
	if errors.Is(err, io.EOF) && len(part) > 0 {
		err = nil // the last line has no end
	}
	return read, err
}

// cleanLine makes a line of a log fit to be shown: as it looks on a terminal,
// where a carriage return overwrites the line and an escape sequence is not seen.
func (c *Client) cleanLine(l line) string {
	text := c.secrets.hide(withoutEscapes(l.text))
	if l.cut {
		text = text[:max(len(text)-maxSecretBytes, 0)]
	}
	text = text[strings.LastIndexByte(text, '\r')+1:]
	return strings.TrimRight(visible(strings.ReplaceAll(text, "\t", "    ")), " ")
}

// withoutEscapes takes the escape sequences of terminals off, such as colours:
// ESC [ parameters letter, and ESC ] text up to BEL or ESC \.
func withoutEscapes(text string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "\x1b")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		switch {
		case strings.HasPrefix(after, "["):
			end := strings.IndexFunc(after[1:], func(r rune) bool { return r >= '@' && r <= '~' })
			text = after[end+2:] // all of it but the [, where it has no end
		case strings.HasPrefix(after, "]"):
			end := strings.IndexAny(after, "\a\x1b")
			text = strings.TrimPrefix(after[max(end, 0):], "\a")
			text = strings.TrimPrefix(text, "\x1b\\")
		default:
			text = after
		}
	}
}

// framing takes lines out of server-sent events, where the log comes as such.
// The type of the reply does not tell (our reading), so the first line that is
// of neither kind for sure does.
type framing struct {
	decided, framed bool
	held            []line // the lines before the decision
	ready           []line
}

// maxHeld bounds the lines that are held back for a decision.
const maxHeld = 16

// add takes the next line as it was sent.
func (f *framing) add(l line) {
	if !f.decided {
		isData := strings.HasPrefix(l.text, "data:")
		f.held = append(f.held, l)
		if !isData && mayFrame(l.text) && len(f.held) < maxHeld {
			return
		}
		f.decide(isData)
		return
	}
	f.pass(l)
}

// end tells that there are no more lines; true when that made some ready.
func (f *framing) end() bool {
	if f.decided {
		return false
	}
	f.decide(false)
	return len(f.ready) > 0
}

func (f *framing) decide(framed bool) {
	f.decided, f.framed = true, framed
	for _, l := range f.held {
		f.pass(l)
	}
	f.held = nil
}

// pass makes a line ready; of an event, its data.
func (f *framing) pass(l line) {
	if f.framed {
		data, ok := strings.CutPrefix(l.text, "data:")
		if !ok {
			return
		}
		l.text = strings.TrimPrefix(data, " ")
	}
	f.ready = append(f.ready, l)
}

func (f *framing) next() (line, bool) {
	if len(f.ready) == 0 {
		return line{}, false
	}
	first := f.ready[0]
	f.ready = f.ready[1:]
	return first, true
}

// mayFrame tells a line that server-sent events have beside their data.
func mayFrame(text string) bool {
	for _, prefix := range []string{":", "event:", "id:", "retry:"} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return text == ""
}
