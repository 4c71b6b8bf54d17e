package deployment

import "sync"

// memo remembers the answers to questions, so that each is asked once per
// process however many deployments ask it, also when they ask at the same
// moment. Its zero value is ready.
type memo[K comparable, V any] struct {
	mu      sync.Mutex
	answers map[K]*answer[V]
}

type answer[V any] struct {
	once  sync.Once
	value V
	err   error
}

// get is the answer to key, which the first that wants it asks.
func (m *memo[K, V]) get(key K, ask func() (V, error)) (V, error) {
	m.mu.Lock()
	a, asked := m.answers[key]
	if !asked {
		if m.answers == nil {
			m.answers = map[K]*answer[V]{}
		}
		a = &answer[V]{}
		m.answers[key] = a
	}
	m.mu.Unlock()
	a.once.Do(func() { a.value, a.err = ask() })
	return a.value, a.err
}

// forget makes the next get ask again.
func (m *memo[K, V]) forget(key K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.answers, key)
}
