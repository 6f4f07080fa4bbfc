package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"truce/internal/workload"
)

// BenchmarkPositions sends NDJSON positions over HTTP on the loopback until they are journaled, taken up and evaluated:
//
//	go test ./internal/api -run '^$' -bench Positions -benchtime 1x
//
// The figure is positions a second over the whole way, of 1,000 units and 1,000,000 positions.
func BenchmarkPositions(b *testing.B) {
	const units, n = 1000, 1_000_000
	var body bytes.Buffer
	for _, r := range workload.Reports(units, n) {
		fmt.Fprintf(&body, `{"kind":"fix","unit":"%s","actor":"government-of-syria","time":"%s","lat":%s,"lon":%s,"error_m":20,"source":"tracker"}`+"\n", r.ID(), r.Fix.At,
			strconv.FormatFloat(r.Fix.Pos.Lat.Degrees(), 'f', 7, 64), strconv.FormatFloat(r.Fix.Pos.Lon.Degrees(), 'f', 7, 64))
	}
	for b.Loop() {
		b.StopTimer()
		e := start(b)
		server := httptest.NewServer(e.s)
		cookie := e.as("monitor").header.Get("Cookie")
		b.StartTimer()
		begun := time.Now()
		req, _ := http.NewRequest("POST", server.URL+"/api/observations?tier=mechanism", bytes.NewReader(body.Bytes()))
		req.Header.Set("Cookie", cookie)
		req.Header.Set("Content-Type", "application/x-ndjson")
		resp, err := server.Client().Do(req)
		if err != nil || resp.StatusCode != 201 {
			b.Fatal(resp, err)
		}
		answered := time.Since(begun)
		head := must(e.Store.Head(context.Background()))
		if err := e.M.Await(context.Background(), head.Seq); err != nil {
			b.Fatal(err)
		}
		taken := time.Since(begun)
		must(e.M.Settle(context.Background(), e.M.Latest()))
		settled := time.Since(begun)
		b.StopTimer()
		b.ReportMetric(n/answered.Seconds(), "durable/s")
		b.ReportMetric(n/taken.Seconds(), "taken-up/s")
		b.ReportMetric(n/settled.Seconds(), "evaluated/s")
		b.ReportMetric(float64(head.Seq), "records")
		resp.Body.Close()
		server.Close()
		b.StartTimer()
	}
}
