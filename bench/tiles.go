package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"truce/internal/atlas"
	"truce/internal/workload"
)

// tileRun draws every tile of zoom 12 that holds some of n positions, each as a point with its radius and day: by truce's index in memory, and by ST_AsMVT of a
// table with a GiST index where there is a PostGIS. Neither decides who may see what; what that costs truce is measured by its own benchmarks.
func tileRun(ctx context.Context, db *postgis, units, n, zoom int) error {
	a := atlas.New()
	list := workload.Reports(units, n)
	start := time.Now()
	for i, r := range list {
		a.Add(r.Fix.Pos, atlas.Entry{Name: atlas.Name(i + 1), Seq: 1, Error: r.Fix.Error, First: int32(17_000 + i%400), Kind: 2})
	}
	fmt.Printf("tiles of zoom %d, %d places\n  truce: in order after %s\n", zoom, n, time.Since(start).Round(time.Millisecond))
	seen := map[[2]int]bool{}
	var tiles [][2]int
	a.All(func(e *atlas.Entry) {
		p := e.Point()
		if t := [2]int{int(uint64(p.X) >> (32 - zoom)), int(uint64(p.Y) >> (32 - zoom))}; !seen[t] {
			seen[t] = true
			tiles = append(tiles, t)
		}
	})
	slices.SortFunc(tiles, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	if err := timed("truce", tiles, func(t [2]int) (int, error) {
		tile, _ := atlas.NewTile(zoom, t[0], t[1])
		l := tile.Layer("points")
		a.In(tile.Box(), func(e *atlas.Entry) {
			tags := l.Tags()
			tags.Number("e", int64(e.Error))
			tags.Number("d", int64(e.First))
			l.Point(e.Point(), e.Name.Feature(), tags)
		})
		b, err := tile.Bytes()
		return len(b), err
	}); err != nil || db == nil {
		return err
	}
	for _, q := range []string{"drop table if exists tile", "create unlogged table tile (i int, e int, d int, g geometry(Point, 3857))"} {
		if _, err := db.conn.Exec(ctx, q); err != nil {
			return err
		}
	}
	if _, err := db.conn.Exec(ctx, "create temporary table fix (i int, e int, d int, lon float8, lat float8)"); err != nil {
		return err
	}
	start = time.Now()
	_, err := db.conn.CopyFrom(ctx, pgx.Identifier{"fix"}, []string{"i", "e", "d", "lon", "lat"}, pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
		r := list[i].Fix
		return []any{i, int(r.Error), 17_000 + i%400, r.Pos.Lon.Degrees(), r.Pos.Lat.Degrees()}, nil
	}))
	if err != nil {
		return err
	}
	for _, q := range []string{"insert into tile select i, e, d, ST_Transform(ST_SetSRID(ST_Point(lon, lat), 4326), 3857) from fix", "create index on tile using gist (g)", "analyze tile"} {
		if _, err := db.conn.Exec(ctx, q); err != nil {
			return err
		}
	}
	fmt.Printf("  PostGIS: loaded and indexed after %s\n", time.Since(start).Round(time.Millisecond))
	return timed("PostGIS", tiles, func(t [2]int) (n int, err error) {
		var b []byte
		err = db.conn.QueryRow(ctx, `with q as (select i, e, d, ST_AsMVTGeom(g, ST_TileEnvelope($1, $2, $3)) as geom from tile where g && ST_TileEnvelope($1, $2, $3))
			select ST_AsMVT(q, 'points', 4096, 'geom', 'i') from q`, zoom, t[0], t[1]).Scan(&b)
		return len(b), err
	})
}

// timed draws each tile three times and tells how long one takes.
func timed(name string, tiles [][2]int, draw func([2]int) (int, error)) error {
	var took []time.Duration
	bytes := 0
	for range 3 {
		for _, t := range tiles {
			start := time.Now()
			n, err := draw(t)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			took, bytes = append(took, time.Since(start)), bytes+n
		}
	}
	slices.Sort(took)
	at := func(share int) time.Duration { return took[len(took)*share/100].Round(10 * time.Microsecond) }
	fmt.Printf("  %s: %d tiles, %d bytes each; p50 %s, p95 %s, longest %s\n", name, len(tiles), bytes/len(took), at(50), at(95), took[len(took)-1].Round(10*time.Microsecond))
	return nil
}
