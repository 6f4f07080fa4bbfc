package terms

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"
	"unicode/utf8"

	"truce"
)

// Report is everything wrong with an agreement, and the source lines to show it with.
type Report struct {
	Problems []truce.Problem
	// Dropped is how many more there were than [MaxProblems].
	Dropped int
	lines   map[string][]string
	// Of geometry only what surrounds each problem is kept: such a file may be one line of many megabytes.
	geometry map[string][]byte // until the problems are known
	pieces   map[truce.Origin]piece
}

// piece is the part of a line around a problem, and the problem's column in it.
type piece struct {
	text   string
	column int
}

// pieceBytes is how much of a line of geometry is kept on either side of a problem.
const pieceBytes = 400

func newReport() *Report {
	return &Report{lines: map[string][]string{}, geometry: map[string][]byte{}, pieces: map[truce.Origin]piece{}}
}

// Errors counts the problems that are not warnings.
func (r *Report) Errors() int {
	n := r.Dropped
	for _, p := range r.Problems {
		if !p.Warning {
			n++
		}
	}
	return n
}

// Line gives a line of a file that was read, without its end; of geometry only the part around the first problem in it.
func (r *Report) Line(file string, line int) string {
	if l := r.lines[file]; line >= 1 && line <= len(l) {
		return l[line-1]
	}
	for _, p := range r.Problems {
		if p.File == file && p.Line == line {
			return r.pieces[truce.Origin{File: file, Line: line, Column: p.Column}].text
		}
	}
	return ""
}

// around gives the line of a problem, or what is kept of it, and the problem's column in that text.
func (r *Report) around(p truce.Problem) (text string, column int) {
	if l := r.lines[p.File]; p.Line >= 1 && p.Line <= len(l) {
		return l[p.Line-1], p.Column
	}
	x := r.pieces[truce.Origin{File: p.File, Line: p.Line, Column: p.Column}]
	return x.text, x.column
}

// keep remembers a file's text to show problems with.
func (r *Report) keep(file string, data []byte) {
	switch {
	case strings.HasSuffix(file, ".geojson"):
		r.geometry[file] = data
	default:
		r.lines[file] = splitLines(data)
	}
}

// cutPieces keeps the surroundings of the problems in geometry and lets go of the rest. The problems are in order of place.
func (r *Report) cutPieces() {
	for _, p := range r.Problems {
		data, ok := r.geometry[p.File]
		if !ok || len(data) == 0 {
			continue
		}
		data = bytes.TrimPrefix(data, []byte("\ufeff"))
		delete(r.geometry, p.File)
		line, col, at, begin := 1, 1, 0, 0
		for _, q := range r.Problems {
			if q.File != p.File {
				continue
			}
			for at < len(data) && (line < q.Line || line == q.Line && col < q.Column) {
				_, n := utf8.DecodeRune(data[at:])
				at, col = at+n, col+1
				if data[at-n] == '\n' {
					line, col, begin = line+1, 1, at
				}
			}
			first, last := max(begin, at-pieceBytes), at
			for first < at && first > begin && !utf8.RuneStart(data[first]) {
				first++
			}
			for last < len(data) && last < at+pieceBytes && data[last] != '\n' {
				_, n := utf8.DecodeRune(data[last:])
				last += n
			}
			text := strings.TrimSuffix(string(data[first:last]), "\r")
			r.pieces[truce.Origin{File: q.File, Line: q.Line, Column: q.Column}] = piece{text, utf8.RuneCount(data[first:at]) + 1}
		}
	}
	r.geometry = nil
}

// NewReport is a report of problems found elsewhere, with the texts of the files they are in.
func NewReport(list []truce.Problem, files map[string][]byte) *Report {
	r := &Report{Problems: list, lines: map[string][]string{}}
	for name, data := range files {
		r.lines[name] = splitLines(data)
	}
	return r
}

// In is the same report with the name of a folder before those of the files.
func (r *Report) In(folder string) *Report {
	if folder == "" || folder == "." {
		return r
	}
	out := &Report{Dropped: r.Dropped, lines: map[string][]string{}, pieces: map[truce.Origin]piece{}}
	for name, lines := range r.lines {
		out.lines[path.Join(folder, name)] = lines
	}
	for at, text := range r.pieces {
		at.File = path.Join(folder, at.File)
		out.pieces[at] = text
	}
	for _, p := range r.Problems {
		if p.File != "" {
			p.File = path.Join(folder, p.File)
		}
		out.Problems = append(out.Problems, p)
	}
	return out
}

// Versions lists the versions in a folder: the one at its top first, then those under versions/ by name.
func Versions(fsys fs.FS) ([]string, error) {
	const op truce.Op = "terms.Versions"
	var out []string
	if _, err := fs.Stat(fsys, "agreement.yaml"); err == nil {
		out = append(out, ".")
	}
	entries, err := fs.ReadDir(fsys, "versions")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &truce.Error{Op: op, Kind: truce.Unavailable, Subject: "versions", Cause: err}
	}
	for _, e := range entries {
		if _, err := fs.Stat(fsys, path.Join("versions", e.Name(), "agreement.yaml")); err == nil {
			out = append(out, e.Name())
		}
	}
	if len(out) == 0 {
		return nil, &truce.Error{Op: op, Kind: truce.NotFound, Subject: "agreement.yaml", Reason: "the folder holds no agreement",
			Hint: "name a folder that has an agreement.yaml in it"}
	}
	return out, nil
}

// folder reads the files of one version; a file the version does not have is taken from the folder above.
type folder struct {
	fsys    fs.FS
	version string // "" or "." is the top
	report  *Report
}

// read gives a file's bytes and the name to show for it; missing is not an error here.
func (f folder) read(name string, limit int) (data []byte, shown string, err error) {
	tries := []string{name}
	if f.version != "" && f.version != "." {
		tries = []string{path.Join("versions", f.version, name), name}
	}
	for _, t := range tries {
		info, err := fs.Stat(f.fsys, t)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, t, err
		}
		if !info.Mode().IsRegular() { // a pipe or a device may never end
			return nil, t, errors.New("it is a folder, a pipe or a device; a file is needed")
		}
		file, err := f.fsys.Open(t)
		if err != nil {
			return nil, t, err
		}
		defer file.Close()
		// What the file says of its size is not believed: it may grow while it is read.
		data, err = io.ReadAll(io.LimitReader(file, int64(limit)+1))
		if err != nil {
			return nil, t, err
		}
		if len(data) > limit {
			return nil, t, fmt.Errorf("it has more than %d bytes", limit)
		}
		f.report.keep(t, data)
		return data, t, nil
	}
	return nil, name, fs.ErrNotExist
}

func splitLines(data []byte) []string {
	s := strings.TrimPrefix(string(data), "\ufeff")
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return lines
}

// Load reads one version of the agreement in a folder and checks it. Version "" or "." is the one at the folder's top;
// any other names a folder under versions/ or the version id inside one.
//
// The agreement is complete and may be compiled only when the report has no errors. An error is returned only when
// there is nothing to read at all.
func Load(fsys fs.FS, version string) (*truce.Agreement, *Report, error) {
	const op truce.Op = "terms.Load"
	report := newReport()
	version, err := findVersion(fsys, version)
	if err != nil {
		return nil, report, err
	}
	dir := folder{fsys, version, report}
	main, shown, err := dir.read("agreement.yaml", MaxFileBytes)
	if err != nil {
		e := &truce.Error{Op: op, Kind: truce.Invalid, Subject: shown, Reason: err.Error(), Hint: "an agreement is a text file of a few pages"}
		if errors.Is(err, fs.ErrNotExist) {
			e = &truce.Error{Op: op, Kind: truce.NotFound, Subject: shown, Reason: "there is no such file", Hint: "name a folder that has an agreement.yaml in it"}
		}
		return nil, report, e
	}
	probs := &problems{}
	r := newReader(probs)
	r.top = parseYAML(probs, shown, main)
	r.actors = r.optional(dir, "actors.yaml")
	r.statements = r.optional(dir, "statements.yaml")
	r.unread[actors] = !r.actors.given() && r.actors.failed
	r.unread[statements] = !r.statements.given() && r.statements.failed
	if !r.top.given() {
		for _, k := range []int{terms, moments, rules, countings, articles} {
			r.unread[k] = true
		}
	}
	r.sharedStatements = version != "." && !strings.HasPrefix(r.statements.file, "versions/")
	r.edges = truce.EdgesStraight
	for _, p := range r.top.pairs() { // known before the rest, because the shapes are checked by it
		if keyText(p.Key) == "edges" {
			r.edges = truce.EdgeKind(r.top.child(p.Value, "edges").text())
		}
	}
	r.readGeometry(dir)
	a := r.read()
	r.readTexts(dir, a)
	r.check(a)
	sort.SliceStable(probs.list, func(i, j int) bool {
		p, q := probs.list[i], probs.list[j]
		if p.File != q.File {
			return fileOrder(p.File) < fileOrder(q.File)
		}
		if p.Line != q.Line {
			return p.Line < q.Line
		}
		return p.Column < q.Column
	})
	report.Problems, report.Dropped = probs.list, probs.dropped
	report.cutPieces()
	return a, report, nil
}

// fileOrder puts agreement.yaml first and the rest by name.
func fileOrder(name string) string {
	if strings.HasSuffix(name, "agreement.yaml") {
		return "\x00" + name
	}
	return name
}

func findVersion(fsys fs.FS, want string) (string, error) {
	if want == "" || want == "." {
		return ".", nil
	}
	all, err := Versions(fsys)
	if err != nil {
		return "", err
	}
	var ids []string
	for _, v := range all {
		if v == want {
			return v, nil
		}
		dir := folder{fsys, v, newReport()}
		data, shown, err := dir.read("agreement.yaml", MaxFileBytes)
		if err != nil {
			continue
		}
		top := parseYAML(&problems{}, shown, data)
		for _, p := range top.pairs() {
			if keyText(p.Key) == "version" {
				id := top.child(p.Value, "version").text()
				ids = append(ids, id)
				if id == want {
					return v, nil
				}
			}
		}
	}
	e := &truce.Error{Op: "terms.Load", Kind: truce.NotFound, Subject: want, Reason: "there is no such version",
		Hint: "versions here: " + strings.Join(ids, ", ")}
	return "", e
}

func (r *reader) optional(dir folder, name string) value {
	data, shown, err := dir.read(name, MaxFileBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return value{probs: r.probs, file: shown, at: truce.Origin{File: shown, Line: 1, Column: 1}}
	}
	if err != nil {
		r.probs.add(truce.Problem{File: shown, Line: 1, Column: 1, Code: "unreadable", Message: "the file cannot be read", Hint: err.Error()})
		return value{probs: r.probs, file: shown, failed: true}
	}
	v := parseYAML(r.probs, shown, data)
	v.failed = !v.given()
	return v
}
