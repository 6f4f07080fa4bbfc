package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"truce"
	"truce/internal/workload"
)

// postgis asks a PostgreSQL with PostGIS, by one query for all positions on one backend.
type postgis struct {
	conn    *pgx.Conn
	version string
	backend int
	loaded  int // positions in the table
}

func connect(ctx context.Context, dsn string) (*postgis, error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	db := &postgis{conn: conn}
	for _, q := range []string{"create extension if not exists postgis", "set jit = off", "set max_parallel_workers_per_gather = 0"} {
		if _, err := conn.Exec(ctx, q); err != nil {
			return nil, fmt.Errorf("%s: %w", q, err)
		}
	}
	var server, extension string
	err = conn.QueryRow(ctx, "select current_setting('server_version'), postgis_full_version(), pg_backend_pid()").Scan(&server, &extension, &db.backend)
	db.version = "PostgreSQL " + server + ", " + extension
	return db, err
}

func (db *postgis) close() { db.conn.Close(context.Background()) }

func (*postgis) name() string { return "PostGIS" }

func (db *postgis) load(ctx context.Context, w workload.World) (time.Duration, error) {
	start := time.Now()
	exec := func(q string, args ...any) (err error) {
		_, err = db.conn.Exec(ctx, q, args...)
		return err
	}
	if err := exec(`drop table if exists zone, line, report;
		create unlogged table zone (id int primary key, g geometry(Polygon, 4326));
		create unlogged table line (l geography(LineString, 4326));
		create unlogged table report (i int primary key, g geometry(Point, 4326));`); err != nil {
		return 0, err
	}
	for i, ring := range w.Zones {
		if err := exec("insert into zone values ($1, ST_GeomFromText($2, 4326))", i, "POLYGON(("+path(append(ring[:len(ring):len(ring)], ring[0]))+"))"); err != nil {
			return 0, err
		}
	}
	if err := exec("insert into line values (ST_GeogFromText($1))", "LINESTRING("+path(w.Line)+")"); err != nil {
		return 0, err
	}
	db.loaded = 0
	return time.Since(start), exec("create index on zone using gist (g)")
}

func path(list []truce.Position) string {
	var b strings.Builder
	for i, p := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(p.Lon.String() + " " + p.Lat.String())
	}
	return b.String()
}

// store puts the positions into the table of reports.
func (db *postgis) store(ctx context.Context, reports []workload.Report) error {
	if _, err := db.conn.Exec(ctx, "create temp table if not exists incoming (i int, x float8, y float8); truncate incoming, report"); err != nil {
		return err
	}
	_, err := db.conn.CopyFrom(ctx, pgx.Identifier{"incoming"}, []string{"i", "x", "y"}, pgx.CopyFromSlice(len(reports), func(i int) ([]any, error) {
		p := reports[i].Fix.Pos
		return []any{int32(i), p.Lon.Degrees(), p.Lat.Degrees()}, nil
	}))
	if err == nil {
		_, err = db.conn.Exec(ctx, "insert into report select i, ST_SetSRID(ST_MakePoint(x, y), 4326) from incoming; analyze zone, line, report")
	}
	return err
}

// question is the combined query: the zones of each position, and one distance compared three times, which costs less than
// asking ST_DWithin three times.
const question = `select r.i,
		coalesce((select array_agg(z.id order by z.id) from zone z where ST_Covers(z.g, r.g)), '{}') as zones, d.metres
	from report r cross join line cross join lateral (select ST_Distance(r.g::geography, line.l) as metres offset 0) d`

func (db *postgis) run(ctx context.Context, reports []workload.Report) (time.Duration, sums, error) {
	var s sums
	if db.loaded != len(reports) {
		if err := db.store(ctx, reports); err != nil {
			return 0, s, err
		}
		db.loaded = len(reports)
	}
	before, err := db.cpuTime()
	if err != nil {
		return 0, s, err
	}
	err = db.conn.QueryRow(ctx, `select sum(cardinality(zones)), count(*) filter (where metres <= 5000), count(*) filter (where metres <= 10000),
		count(*) filter (where metres <= 20000) from (`+question+`) q`).Scan(&s.zones, &s.within[0], &s.within[1], &s.within[2])
	if err != nil {
		return 0, s, err
	}
	after, err := db.cpuTime()
	return after - before, s, err
}

func (db *postgis) answers(ctx context.Context, reports []workload.Report) ([]answer, error) {
	db.loaded = 0
	if err := db.store(ctx, reports); err != nil {
		return nil, err
	}
	rows, err := db.conn.Query(ctx, question+" order by r.i")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []answer
	for rows.Next() {
		var i int
		var a answer
		var metres float64
		if err := rows.Scan(&i, &a.zones, &metres); err != nil {
			return nil, err
		}
		a.band = within([]truce.Metres{5000, 10000, 20000}, metres)
		out = append(out, a)
	}
	return out, rows.Err()
}

// cpuTime is the processor time the backend has used, in ticks of a hundredth of a second. It needs Linux and the server on
// this machine.
func (db *postgis) cpuTime() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", db.backend))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest) // from the third on, the state
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields", db.backend, len(fields))
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	if err1 != nil || err2 != nil {
		return 0, fmt.Errorf("/proc/%d/stat cannot be read", db.backend)
	}
	return time.Duration(user+system) * 10 * time.Millisecond, nil
}
