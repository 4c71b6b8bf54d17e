package caas

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
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
	client *Client
	r      request
	ctx    context.Context
	body   io.ReadCloser
	reader *bufio.Reader
}

// Log opens the log of a container, "stdout" or "stderr" (reference). The caller
// closes it, and it ends with ctx. [IsNotFound] holds for the error of a deployment
// or container that the API does not know.
func (c *Client) Log(ctx context.Context, id, containerID, stream string) (*Log, error) {
	r := request{
		method: http.MethodGet, path: deploymentPath(id, "log", containerID), query: url.Values{"stream": {stream}}, stream: true,
	}
	o, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	return &Log{client: c, r: r, ctx: ctx, body: o.stream, reader: bufio.NewReaderSize(o.stream, maxLineBytes)}, nil
}

// Next returns the next line, without its end and without the "data:" prefix of
// server-sent events. It waits for one, and returns io.EOF after the last. The
// line is redacted, cleaned of control characters and limited in length; its
// indentation is kept.
func (l *Log) Next() (string, error) {
	part, err := l.reader.ReadSlice('\n')
	text := strings.TrimRight(string(part), "\r\n")
	cut := false
	for errors.Is(err, bufio.ErrBufferFull) {
		cut = true
		_, err = l.reader.ReadSlice('\n')
	}
	switch {
	case errors.Is(err, io.EOF) && text == "":
		return "", io.EOF
	case err != nil && !errors.Is(err, io.EOF): // the last line may have no end
		err = l.client.redacted(fmt.Errorf("the log was interrupted: %w", err))
		if cause := context.Cause(l.ctx); cause != nil {
			err = &endError{cause, "while the log was read"}
		}
		return "", l.client.failure(l.r, outcome{err: err, connected: true})
	}
	if data, ok := strings.CutPrefix(text, "data:"); ok {
		text = strings.TrimPrefix(data, " ")
	}
	return l.client.cleanLine(text, cut), nil
}

// Close ends the reading.
func (l *Log) Close() error { return l.body.Close() }

// cleanLine returns a line as it looks on a terminal, where a carriage return
// overwrites the line and an escape sequence is not seen, without secrets.
func (c *Client) cleanLine(text string, cut bool) string {
	text = c.secrets.redact(escapes.ReplaceAllString(text, ""))
	if cut {
		text = text[:max(len(text)-maxSecretBytes, 0)]
	}
	text = text[strings.LastIndexByte(text, '\r')+1:]
	return strings.TrimRight(visible(strings.ReplaceAll(text, "\t", "    ")), " ")
}

// escapes are the escape sequences of terminals: ESC [ parameters letter, such as
// a colour, and ESC ] text up to BEL or ESC \, such as a link.
var escapes = regexp.MustCompile(`\x1b\[[^@-~]*[@-~]?|\x1b\][^\a\x1b]*(?:\a|\x1b\\)|\x1b`)
