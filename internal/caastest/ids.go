package caastest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// ids makes uuids of the v4 shape that are the same in every run, so that
// what a test prints is stable.
type ids struct{ n uint64 }

func (i *ids) next() string {
	i.n++
	b := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("caastest"), i.n))
	b[6] = b[6]&0x0f | 0x40 // version 4
	b[8] = b[8]&0x3f | 0x80 // variant 1
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
