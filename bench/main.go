// Bench measures truce's geometry beside S2 and PostGIS on one generated workload in one run, and holds the flags of all three
// against exact ones. It is a module of its own, so that what it compares with is no dependency of truce. See README.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"truce/internal/workload"
)

// answer is what is asked of every position: the zones that hold it, in ascending order, and the smallest limit it is within
// (the number of limits if none).
type answer struct {
	zones []int32
	band  int
}

// engine is one way to answer.
type engine interface {
	name() string
	// load prepares a world and says how long that took.
	load(ctx context.Context, w workload.World) (time.Duration, error)
	// run answers for the first n positions and gives the processor time it took, with sums that show that it did: the zones
	// around all positions and the positions within each limit.
	run(ctx context.Context, reports []workload.Report) (time.Duration, sums, error)
	// answers gives what it says of each position.
	answers(ctx context.Context, reports []workload.Report) ([]answer, error)
}

type sums struct {
	zones  int
	within [3]int
}

func (s *sums) take(zones, band int) {
	s.zones += zones
	for i := band; i < len(s.within); i++ {
		s.within[i]++
	}
}

func main() {
	positions := flag.Int("positions", 1_000_000, "positions for truce in each round")
	spherical := flag.Int("s2-positions", 100_000, "positions for S2 in each round")
	stored := flag.Int("postgis-positions", 20_000, "positions for PostGIS in each round")
	zones := flag.String("zones", "10,100,1000,10000", "numbers of zones")
	rounds := flag.Int("rounds", 5, "rounds; the medians are printed")
	sample := flag.Int("sample", 10_000, "positions whose flags are held against exact ones: the first so many")
	near := flag.Int("near", 5000, "and at most so many that lie within 3 m of an edge or a limit")
	dsn := flag.String("postgis", "", "connection string of a PostgreSQL with PostGIS; empty leaves it out")
	tiles := flag.Int("tiles", 0, "draw the map's tiles of this zoom instead, of so many positions as -positions says")
	flag.Parse()
	run := func() error {
		return compare(context.Background(), *positions, *spherical, *stored, *zones, *rounds, *sample, *near, *dsn)
	}
	if *tiles > 0 {
		run = func() error { return compareTiles(context.Background(), *dsn, *positions, *tiles) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// compareTiles draws tiles with and without PostGIS.
func compareTiles(ctx context.Context, dsn string, positions, zoom int) error {
	if dsn == "" {
		return tileRun(ctx, nil, 2000, positions, zoom)
	}
	db, err := connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer db.close()
	fmt.Println(db.version)
	return tileRun(ctx, db, 2000, positions, zoom)
}

func compare(ctx context.Context, positions, spherical, stored int, zones string, rounds, sample, near int, dsn string) error {
	own := &indexed{}
	engines, counts := []engine{own, &sphere{}}, []int{positions, spherical}
	if dsn != "" {
		db, err := connect(ctx, dsn)
		if err != nil {
			return err
		}
		defer db.close()
		fmt.Println(db.version)
		engines, counts = append(engines, db), append(counts, stored)
	}
	fmt.Printf("%s %s/%s, %d processors\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	reports := workload.Reports(2000, max(positions, sample, spherical, stored))

	speed, truth := table("zones", "engine", "loaded in", "positions", "positions per CPU second", "least", "most"), table("zones", "engine", "positions held against exact ones", "of these near", "zones differ", "5 km differs", "10 km", "20 km")
	for _, text := range strings.Split(zones, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("-zones: %q is no number", text)
		}
		w := workload.New(n)
		rates := make([][]float64, len(engines))
		var loaded []time.Duration
		for _, e := range engines {
			took, err := e.load(ctx, w)
			if err != nil {
				return fmt.Errorf("%s: %w", e.name(), err)
			}
			loaded = append(loaded, took)
		}
		for range rounds {
			for i, e := range engines {
				runtime.GC()
				took, got, err := e.run(ctx, reports[:counts[i]])
				if err != nil {
					return fmt.Errorf("%s: %w", e.name(), err)
				}
				if got == (sums{}) {
					return fmt.Errorf("%s answered nothing", e.name())
				}
				rates[i] = append(rates[i], float64(counts[i])/took.Seconds())
			}
		}
		for i, e := range engines {
			slices.Sort(rates[i])
			r := rates[i]
			row(speed, n, e.name(), loaded[i].Round(time.Millisecond), counts[i], thousands(r[len(r)/2]), thousands(r[0]), thousands(r[len(r)-1]))
		}

		picked := slices.Clone(reports[:sample])
		edgy := own.close(reports[sample:], 3, near)
		picked = append(picked, edgy...)
		exact := exactly(w, picked)
		for _, e := range engines {
			got, err := e.answers(ctx, picked)
			if err != nil {
				return fmt.Errorf("%s: %w", e.name(), err)
			}
			var differ [4]int
			for i := range got {
				if !slices.Equal(got[i].zones, exact[i].zones) {
					differ[0]++
				}
				for l := range 3 {
					if (got[i].band <= l) != (exact[i].band <= l) {
						differ[1+l]++
					}
				}
			}
			row(truth, n, e.name(), len(picked), len(edgy), differ[0], differ[1], differ[2], differ[3])
		}
	}
	fmt.Println()
	speed.Flush()
	fmt.Println()
	return truth.Flush()
}

func table(heads ...any) *tabwriter.Writer {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	row(w, heads...)
	rules := make([]any, len(heads))
	for i := range rules {
		rules[i] = "---"
	}
	row(w, rules...)
	return w
}

func row(w *tabwriter.Writer, cells ...any) {
	for _, c := range cells {
		fmt.Fprintf(w, "| %v\t", c)
	}
	fmt.Fprintln(w, "|")
}

func thousands(x float64) string {
	s := strconv.Itoa(int(x))
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
