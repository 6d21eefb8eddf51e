package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/store"
)

// metrics is what /metrics tells.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cognate_http_requests_total", Help: "Requests by route pattern, method and status.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "cognate_http_request_seconds", Help: "Time to answer, by route pattern.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// count counts a store's statements until the process ends.
func (m *metrics) count(st *store.Store) {
	statements := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "cognate_sql_statements_total", Help: "SQL statements by kind: read, write, commit.",
	}, []string{"kind"})
	m.registry.MustRegister(statements)
	read, write, commit := statements.WithLabelValues("read"), statements.WithLabelValues("write"), statements.WithLabelValues("commit")
	st.Watch(func(s store.Statement) {
		switch s.Kind {
		case store.Read:
			read.Inc()
		case store.Write:
			write.Inc()
		case store.Commit:
			commit.Inc()
		}
	})
}

// breached counts what is asked of the range API, and how often it does not answer.
func (m *metrics) breached(b *risk.Breached) {
	for _, c := range []struct {
		name, help string
		count      func() uint64
	}{
		{"cognate_breached_asked_total", "Passwords that the breached passwords API was asked about.", b.Asked},
		{"cognate_breached_failed_total", "Passwords taken because the breached passwords API did not answer.", b.Failed},
	} {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: c.name, Help: c.help},
			func() float64 { return float64(c.count()) }))
	}
}

func (m *metrics) measure(route, method string, status int, took time.Duration) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		method = "other" // whatever a stranger sends must not grow the label's set
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
