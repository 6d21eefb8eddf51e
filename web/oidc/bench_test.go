package oidc_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// benchmark runs work on both databases, from several callers at once.
func benchmark(b *testing.B, work func(b *testing.B, d *door)) {
	for name, config := range map[string]func(testing.TB) store.Config{"sqlite": storetest.SQLiteConfig, "postgres": storetest.PostgreSQLConfig} {
		b.Run(name, func(b *testing.B) {
			// Opened here, since storetest's own stores read every statement.
			st, err := store.Open(b.Context(), config(b))
			must(b, err)
			defer st.Close()
			d := open(b, st)
			d.signIn()
			b.ReportAllocs()
			work(b, d)
		})
	}
}

func serve(b *testing.B, d *door, r *http.Request, want int) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	if w.Code != want {
		b.Errorf("answered %d %s", w.Code, w.Body)
	}
	return w
}

func BenchmarkClientCredentials(b *testing.B) {
	form := url.Values{"grant_type": {"client_credentials"}}
	benchmark(b, func(b *testing.B, d *door) {
		b.ResetTimer() // what came before made the pool
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				serve(b, d, postRequest("/oauth2/token", machine, password, form), 200)
			}
		})
	})
}

func BenchmarkCodeFlow(b *testing.B) {
	benchmark(b, func(b *testing.B, d *door) {
		b.SetParallelism(16) // 32 callers on 2 cores
		b.ResetTimer()       // what came before made the pool
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				w := serve(b, d, httptest.NewRequest("GET", "/oauth2/authorize?"+request(web).Encode(), nil), http.StatusSeeOther)
				code := location(b, w).Query().Get("code")
				serve(b, d, postRequest("/oauth2/token", web, password, exchange(code)), 200)
			}
		})
	})
}

func BenchmarkRefresh(b *testing.B) {
	benchmark(b, func(b *testing.B, d *door) {
		b.SetParallelism(16) // 32 callers on 2 cores
		b.ResetTimer()       // what came before made the pool
		b.RunParallel(func(p *testing.PB) {
			value := d.tokens(b, web, password, "scope", "notes/read").Refresh
			for p.Next() {
				form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {value}}
				value = read(b, serve(b, d, postRequest("/oauth2/token", web, password, form), 200)).Refresh
			}
		})
	})
}

func BenchmarkIntrospection(b *testing.B) {
	benchmark(b, func(b *testing.B, d *door) {
		form := url.Values{"token": {d.tokens(b, web, password).Access}}
		b.ResetTimer() // what came before made the pool
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				serve(b, d, postRequest("/oauth2/introspect", web, password, form), 200)
			}
		})
	})
}

func BenchmarkUserInfo(b *testing.B) {
	benchmark(b, func(b *testing.B, d *door) {
		access := d.tokens(b, web, password).Access
		b.ResetTimer() // what came before made the pool
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				r := httptest.NewRequest(http.MethodGet, "/oauth2/userInfo", nil)
				r.Header.Set("Authorization", "Bearer "+access)
				serve(b, d, r, 200)
			}
		})
	})
}

func BenchmarkKeySet(b *testing.B) {
	benchmark(b, func(b *testing.B, d *door) {
		b.ResetTimer() // what came before made the pool
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				serve(b, d, httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil), 200)
			}
		})
	})
}
