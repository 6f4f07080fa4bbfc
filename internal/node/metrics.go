package node

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"truce"
	"truce/internal/door"
)

// metrics are counts for the operator. No label holds a name, a number of a person or anything that a record says.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	settling prometheus.Histogram
	outcomes prometheus.Counter
	upTo     prometheus.Gauge
}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "truce_request_seconds", Help: "How long requests took, by route and status.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 8)}, []string{"route", "status"}),
		settling: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "truce_settle_seconds", Help: "How long the rules took to speak about what arrived.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 8)}),
		outcomes: prometheus.NewCounter(prometheus.CounterOpts{Name: "truce_outcomes_total", Help: "Outcomes recorded since the start."}),
		upTo:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "truce_settled_up_to", Help: "Number of the last record that the rules have spoken about."}),
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m.requests, m.settling, m.outcomes, m.upTo)
	return m
}

// request counts a request by its route, which is a pattern and never an address that somebody typed.
func (m *metrics) request(route string, status int, took time.Duration) {
	word := http.StatusText(status)
	if status == door.StatusGone {
		word = "Client Gone"
	}
	m.requests.WithLabelValues(route, word).Observe(took.Seconds())
}

func (m *metrics) settled(took time.Duration, outcomes int) {
	m.settling.Observe(took.Seconds())
	m.outcomes.Add(float64(outcomes))
}

func (m *metrics) settledTo(seq truce.Seq) { m.upTo.Set(float64(seq)) }

// inside serves health, readiness and metrics on the loopback address that the operator's collector reads.
func (n *Node) inside() http.Handler {
	n.metrics.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "truce_journal_taken_up", Help: "Number of the last record that was taken up."}, func() float64 {
		head, _, _ := n.mech.Taken()
		return float64(head.Seq)
	}), prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "truce_journal_read_only", Help: "1 where nothing can be written."}, func() float64 {
		if n.folder.why != nil || n.writer != nil && n.writer.Err() != nil {
			return 1
		}
		return 0
	}))
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(n.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { n.answer(w, http.StatusOK) })
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, _ *http.Request) {
		caughtUp, why, failed := n.Ready()
		status := http.StatusOK
		if !caughtUp || why != nil || failed != nil || n.writer == nil || n.writer.Err() != nil {
			status = http.StatusServiceUnavailable
		}
		n.answer(w, status)
	})
	return mux
}

func (n *Node) answer(w http.ResponseWriter, status int) {
	caughtUp, why, failed := n.Ready()
	head, _, _ := n.mech.Taken()
	state := "working"
	switch {
	case failed != nil:
		state = "stopped"
	case why != nil:
		state = "read-only"
	case n.writer != nil && n.writer.Err() != nil:
		state = "broken"
	case !caughtUp:
		state = "catching-up"
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(struct {
		State  string `json:"state"`
		Record uint64 `json:"record"`
	}{state, uint64(head.Seq)})
}
