package identitypool_test

import (
	"testing"

	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// BenchmarkExchange is a known identity's exchange: one verification, two reads,
// one sealing, one signature.
func BenchmarkExchange(b *testing.B) {
	w := newWorld(b, plain(b))
	r := signedIn(w.accessToken(w.person(), nil))
	r.SubjectTokenType = identitypool.TokenAccess
	w.trade(r)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := w.Exchange(b.Context(), w.pool, r); err != nil {
				b.Error(err)
			}
		}
	})
}

// plain is a store that nobody watches.
func plain(b *testing.B) *store.Store {
	b.Helper()
	st, err := store.Open(b.Context(), storetest.SQLiteConfig(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { st.Close() })
	return st
}

// BenchmarkOpenCredential is what the sync service does at each request.
func BenchmarkOpenCredential(b *testing.B) {
	w := newWorld(b, plain(b))
	credential := w.trade(signedIn(w.idToken(w.person(), nil))).Token
	for b.Loop() {
		if _, err := w.OpenCredential(b.Context(), w.pool, credential); err != nil {
			b.Fatal(err)
		}
	}
}
