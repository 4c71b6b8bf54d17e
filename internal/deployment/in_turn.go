package deployment

import "iter"

// readAhead is how many items are worked on at the same time.
const readAhead = 8

// inTurn works on the items, several at the same time, and yields what comes out
// in the order of the items. Work whose outcome is nil is left out. It ends after
// limit outcomes, unless that is 0, and after the first error, and takes no more
// items than it may need.
func inTurn[In, Out any](items iter.Seq2[In, error], limit int64, work func(In) (*Out, error)) iter.Seq2[*Out, error] {
	type outcome struct {
		out *Out
		err error
	}
	return func(yield func(*Out, error) bool) {
		next, stop := iter.Pull2(items)
		defer stop()
		var underWay []chan outcome
		more, yielded := true, int64(0)
		for {
			for more && len(underWay) < readAhead && (limit <= 0 || yielded+int64(len(underWay)) < limit) {
				item, err, ok := next()
				if !ok {
					more = false
					break
				}
				done := make(chan outcome, 1)
				underWay = append(underWay, done)
				if err != nil {
					done <- outcome{err: err}
					more = false
					break
				}
				go func() {
					out, err := work(item)
					done <- outcome{out, err}
				}()
			}
			if len(underWay) == 0 {
				return
			}
			first := <-underWay[0]
			underWay = underWay[1:]
			switch {
			case first.err != nil:
				yield(nil, first.err)
				return
			case first.out == nil:
				continue
			case !yield(first.out, nil):
				return
			}
			yielded++
		}
	}
}
