// Positions writes the invented world that speed is measured in (internal/workload) as files that truce reads: an agreement
// with bands along the line, zones, and three readings of who must keep out, into a folder, and positions as CSV to standard
// output. All of it is invented; it stands for no place and no force.
//
// Where a command follows the flags, it is run with the positions on its standard input, and its greatest memory is told.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"truce"
	"truce/internal/workload"
)

// forces is how many forces the units belong to, in turn.
const forces = 40

func main() {
	n := flag.Int("n", 1_000_000, "how many positions")
	units := flag.Int("units", 2000, "of how many units")
	zones := flag.Int("zones", 1000, "how many zones besides the main one")
	folder := flag.String("agreement", "", "also write the agreement into this folder")
	most := flag.Int("most", 0, "fail if the command takes more than so many MB (of a million bytes)")
	flag.Parse()
	if *folder != "" {
		if err := writeAgreement(*folder, workload.New(*zones)); err != nil {
			fail(err)
		}
	}
	if flag.NArg() == 0 {
		if err := writePositions(os.Stdout, *units, *n); err != nil {
			fail(err)
		}
		return
	}
	used, err := run(flag.Args(), func(w io.Writer) error { return writePositions(w, *units, *n) })
	if err != nil {
		fail(err)
	}
	mb := (used.Maxrss*1024 + 999_999) / 1_000_000 // Linux counts in KiB
	fmt.Printf("%d positions: %d MB of memory at most, %.1f s of processor time\n", *n, mb,
		(time.Duration(used.Utime.Nano()) + time.Duration(used.Stime.Nano())).Seconds())
	if *most > 0 && mb > int64(*most) {
		fail(fmt.Errorf("that is more than %d MB", *most))
	}
}

// run runs a command with what write gives on its standard input.
func run(args []string, write func(io.Writer) error) (*syscall.Rusage, error) {
	c := exec.Command(args[0], args[1:]...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	wrote := write(in)
	in.Close()
	if err := c.Wait(); err != nil {
		return nil, err
	}
	used, ok := c.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return nil, fmt.Errorf("this system does not say how much memory a process took")
	}
	return used, wrote
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "positions:", err)
	os.Exit(1)
}

func writePositions(out io.Writer, units, n int) error {
	w := bufio.NewWriterSize(out, 1<<16)
	w.WriteString("unit,actor,time,lat,lon,error_m\n")
	var b []byte
	for r := range workload.Stream(units, n) {
		b = append(b[:0], r.ID()...)
		b = fmt.Appendf(b, ",force-%d,", r.Unit%forces)
		b = r.Fix.At.Time().AppendFormat(b, time.RFC3339)
		b = append(b, ',')
		b = strconv.AppendFloat(b, r.Fix.Pos.Lat.Degrees(), 'f', 7, 64)
		b = append(b, ',')
		b = strconv.AppendFloat(b, r.Fix.Pos.Lon.Degrees(), 'f', 7, 64)
		b = append(b, ',')
		b = strconv.AppendFloat(b, float64(r.Fix.Error), 'f', 1, 32)
		if _, err := w.Write(append(b, '\n')); err != nil {
			return err
		}
	}
	return w.Flush()
}

func writeAgreement(folder string, world workload.World) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	rule := func(id, where string) string {
		return "      - rule: " + id + "\n        forbids: presence\n        of: foreign\n        where: " + where +
			"\n        from: 2017-11-08\n        dwell: 10m\n        gap: 1h\n        hysteresis: 100 m\n"
	}
	agreement := `# Invented, for measuring speed.
agreement: invented-world
version: 2017-11-08
title: {en: An invented world}
status: draft
clock: {zone: UTC}
participants:
  - {actor: force-0, role: party}
terms:
  - term: foreign
    kind: actor
    readings:
      - {id: by-origin, means: 'actor.origin != "SY"'}
      - {id: by-invitation, means: 'actor.origin != "SY" && !actor.invited'}
      - {id: by-command, means: 'actor.origin != "SY" || actor.chain.exists(x, x.origin != "SY")'}
articles:
  - article: '1'
    title: {en: Where foreign forces keep out}
    rules:
`
	for _, l := range world.Limits {
		agreement += rule(fmt.Sprintf("within-%d", int(l)), fmt.Sprintf("{within: %d m, of: line}", int(l)))
	}
	agreement += rule("zones", "{kind: security-zone}")

	var actors strings.Builder
	actors.WriteString("# Invented, for measuring speed.\nactors:\n")
	for i := range forces {
		fmt.Fprintf(&actors, "  - {actor: force-%d, kind: force, origin: %s", i, []string{"SY", "IR", "LB", "RU"}[i%4])
		if i%8 == 1 {
			actors.WriteString(", invited_by: force-0")
		}
		if i%8 == 4 {
			actors.WriteString(", parent: force-1")
		}
		actors.WriteString("}\n")
	}

	type object = map[string]any
	features := []object{feature("line", "line-of-contact", "LineString", points(world.Line))}
	for i, ring := range world.Zones {
		closed := points(append(ring[:len(ring):len(ring)], ring[0]))
		features = append(features, feature(fmt.Sprintf("zone-%d", i), "security-zone", "Polygon", []any{closed}))
	}
	geometry, err := json.Marshal(object{"type": "FeatureCollection", "features": features})
	if err != nil {
		return err
	}
	for name, text := range map[string]string{"agreement.yaml": agreement, "actors.yaml": actors.String(), "geometry.geojson": string(geometry)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func feature(id, kind, shape string, coordinates any) map[string]any {
	return map[string]any{
		"type":       "Feature",
		"properties": map[string]any{"id": id, "kind": kind, "illustrative": true},
		"geometry":   map[string]any{"type": shape, "coordinates": coordinates},
	}
}

func points(path []truce.Position) [][2]json.Number {
	out := make([][2]json.Number, len(path))
	for i, p := range path {
		out[i] = [2]json.Number{json.Number(p.Lon.String()), json.Number(p.Lat.String())}
	}
	return out
}
