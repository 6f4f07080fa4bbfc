package rows_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"truce/internal/intake/entry"
	"truce/internal/intake/rows"
)

// all reads a table and writes each row as "number: cell|cell" or "number: !code".
func all(r io.Reader, max int) (list []string, t *rows.Table, err error) {
	if t, err = rows.Open(r, max, nil); err != nil {
		return nil, nil, err
	}
	for {
		cells, f, err := t.Next()
		switch {
		case err == io.EOF:
			return list, t, nil
		case err != nil:
			return list, t, err
		case f != nil:
			list = append(list, fmt.Sprintf("%d: !%s", t.Row(), f.Code))
		default:
			list = append(list, fmt.Sprintf("%d: %s", t.Row(), bytes.Join(cells, []byte("|"))))
		}
	}
}

func TestTable(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"plain", "a,b\n1,2\n3,4\n", []string{"2: 1|2", "3: 3|4"}},
		{"no line end at the end", "a,b\n1,2", []string{"2: 1|2"}},
		{"CR LF", "a,b\r\n1,2\r\n\"3\",\"4\"\r\n", []string{"2: 1|2", "3: 3|4"}},
		{"CR", "a,b\r1,2\r\"3\",4", []string{"2: 1|2", "3: 3|4"}},
		{"semicolons", "a;b\n1;2,5\n", []string{"2: 1|2,5"}},
		{"tabs", "a\tb\n1\t\n", []string{"2: 1|"}},
		{"sep line", "sep=;\na;b\n1;2\n", []string{"3: 1|2"}},
		{"one column", "a\n1\n", []string{"2: 1"}},
		{"blank rows", "\n\na,b\n\n , \n1,2\n,,\n", []string{"6: 1|2"}},
		{"quotes", "a,b\n\"x, y\",\"say \"\"so\"\"\"\n\"\",\"\"\"\"\n", []string{`2: x, y|say "so"`, `3: |"`}},
		{"spaces round quotes", "a,b\n \"1\" , \"2\" \n", []string{"2: 1|2"}},
		{"line end in a cell", "a,b\n\"1\n2\",3\n4,5\n", []string{"2: 1\n2|3", "3: 4|5"}},
		{"CR LF in a cell", "a,b\r\n\"1\r\n2\",3\r\n4,5\r\n", []string{"2: 1\r\n2|3", "3: 4|5"}},
		{"quote inside a plain cell", "a,b\n5\" gun,3\n", []string{`2: 5" gun|3`}},
		{"too few", "a,b\n1\n2,3\n", []string{"2: !column-count", "3: 2|3"}},
		{"too many", "a,b\n1,2,3\n2,3,,\n", []string{"2: !column-count", "3: 2|3"}},
		{"stray quote", "a,b\n\"1\"x,2\n3,4\n", []string{"2: !stray-quote", "3: 3|4"}},
		{"unclosed at the end", "a,b\n1,2\n\"3,4", []string{"2: 1|2", "3: !unclosed-quote"}},
		{"unclosed, next lines survive", "a,b\n\"1,2\n3,4\n5,6\n", []string{"2: !unclosed-quote", "3: 3|4", "4: 5|6"}},
		{"unclosed, closed by a quote in a later row", "a,b\n\"1,2\n3,4\n5,\"6\"\n7,8\n", []string{"2: !stray-quote", "3: 3|4", "4: 5|6", "5: 7|8"}},
		{"unclosed, joined rows have another width", "a,b\n\"1,2\n3\",4,5\n6,7\n", []string{"2: !unclosed-quote", "3: !column-count", "4: 6|7"}},
		{"not UTF-8", "a,b\n\xff,2\n\"\xfe\",4\n5,6\n", []string{"2: !bad-encoding", "3: !bad-encoding", "4: 5|6"}},
		{"NUL", "a,b\n1\x00,2\n5,6\n", []string{"2: !bad-encoding", "3: 5|6"}},
		{"too long", "a,b\n" + strings.Repeat("x", 101) + "\n5,6\n", []string{"2: !row-too-long", "3: 5|6"}},
		{"too long at the end", "a,b\n5,6\n" + strings.Repeat("x", 500), []string{"2: 5|6", "3: !row-too-long"}},
		{"longest", "a,b\n1," + strings.Repeat("x", 98) + "\n", []string{"2: 1|" + strings.Repeat("x", 98)}},
		{"cell over too many lines", "a,b\n\"" + strings.Repeat("x\n", 60) + "\",1\n2,3\n", nil},
		{"HXL tags", "a,b\n#date,\n1,2\n#x,#y\n", []string{"3: 1|2", "4: #x|#y"}},
	} {
		for _, chunks := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader} {
			got, _, err := all(chunks(strings.NewReader(c.text)), 100)
			if c.want == nil { // only that the last row is reached
				if err != nil || len(got) == 0 || !strings.HasSuffix(got[len(got)-1], ": 2|3") || !strings.HasSuffix(got[0], "!unclosed-quote") {
					t.Errorf("%s: %q, %v", c.name, got, err)
				}
				continue
			}
			if err != nil || strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("%s:\n%q, %v; want\n%q", c.name, got, err, c.want)
			}
		}
	}
}

func TestHeader(t *testing.T) {
	for _, c := range []struct{ text, reason string }{
		{"", "no header"}, {"\n \n", "no header"}, {"sep=;\n", "no header"},
		{strings.Repeat("x", 101), "longer than the longest row"},
		{"a,\"b\n1,2\n", "header cannot be read"},
		{"a,b,A\n", "same name"},
	} {
		if _, err := rows.Open(strings.NewReader(c.text), 100, nil); err == nil || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%q: %v; want %q", c.text, err, c.reason)
		}
	}
	if _, err := rows.Open(strings.NewReader(strings.Repeat("a,", rows.MaxColumns)+"b\n"), 0, nil); err == nil || !strings.Contains(err.Error(), "columns") {
		t.Errorf("too many columns: %v", err)
	}
	table, err := rows.Open(strings.NewReader(" Lat ,LON,,\n"), 0, nil)
	if err != nil || table.Column("latitude", "lat") != 0 || table.Column("x") != -1 || fmt.Sprint(table.Unused()) != "[lon]" {
		t.Errorf("%v %q", err, table.Names())
	}
}

func TestReadingFails(t *testing.T) {
	broken := errors.New("the disk is gone")
	_, _, err := all(io.MultiReader(strings.NewReader("a,b\n1,2\n3"), iotest.ErrReader(broken)), 0)
	if err != broken {
		t.Errorf("got %v", err)
	}
	if _, _, err := all(io.MultiReader(strings.NewReader("a,b\n1,2\n"), silent{}), 0); err != io.ErrNoProgress {
		t.Errorf("a reader that gives nothing: %v", err)
	}
}

type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

// TestAgreesWithEncodingCSV: what the standard library writes is read as it was.
func TestAgreesWithEncodingCSV(t *testing.T) {
	cell := rapid.Custom(func(t *rapid.T) string {
		return "x" + strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", ",", `"`, "\n", ";", " ", "é", "\t"}), 0, 5).Draw(t, "cell"), "")
	})
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 4).Draw(t, "width")
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.UseCRLF = rapid.Bool().Draw(t, "CR LF")
		w.Write([]string{"h1", "h2", "h3", "h4"}[:width])
		var want []string
		for range rapid.IntRange(0, 5).Draw(t, "rows") {
			row := rapid.SliceOfN(cell, width, width).Draw(t, "row")
			w.Write(row)
			want = append(want, fmt.Sprintf("%d: %s", len(want)+2, strings.Join(row, "|")))
		}
		w.Flush()
		got, _, err := all(bytes.NewReader(b.Bytes()), 0)
		for i := range got {
			got[i] = strings.ReplaceAll(got[i], "\r\n", "\n") // encoding/csv writes line ends inside cells as CR LF, too
		}
		if err != nil || strings.Join(got, "\x00") != strings.Join(want, "\x00") {
			t.Fatalf("%q:\n%q, %v; want\n%q", b.String(), got, err, want)
		}
	})
}

// FuzzTable: no input makes the reader panic or loop, and every line that holds something is in a row or a fault: the
// row numbers never run backwards, and cutting the input into single bytes changes nothing.
func FuzzTable(f *testing.F) {
	for _, s := range []string{"a,b\n\"1,2\n3,\"4\"\n", "a;b\r\n\"\"\"\r\n;\"x\n\"\r\n", "a\rb\r\"", "sep=,\na", "a,b\n\"" + strings.Repeat("\"\"\n", 60)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, table, err := all(bytes.NewReader(b), 100)
		if err != nil {
			return
		}
		again, _, err := all(iotest.OneByteReader(bytes.NewReader(b)), 100)
		if err != nil || strings.Join(got, "\n") != strings.Join(again, "\n") {
			t.Fatalf("%q: %q, byte by byte %q, %v", b, got, again, err)
		}
		if lines := bytes.Count(b, []byte("\n")) + bytes.Count(b, []byte("\r")) + 1; table.Row() > lines {
			t.Fatalf("%d rows of %d lines", table.Row(), lines)
		}
	})
}

func TestLines(t *testing.T) {
	l := rows.NewLines(strings.NewReader("one\r\n\n"+strings.Repeat("x", 200)+"\nthree"), 100)
	var got []string
	for {
		line, f, err := l.Next()
		if err == io.EOF {
			break
		}
		if f != nil {
			line = []byte("!" + f.Code)
		}
		got = append(got, fmt.Sprintf("%d %s", l.Row(), line))
	}
	if want := []string{"1 one", "3 !" + entry.RowTooLong, "4 three"}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// BenchmarkTable reads rows of eight cells without quotation marks.
func BenchmarkTable(b *testing.B) {
	row := "2010,2015-03-07T10:03:34-06:00,0.0,320,1388007,30.231535,-97.73347,NORTHBOUND\n"
	text := "vehicle_id,timestamp,speed,route_id,trip_id,latitude,longitude,trip_headsign\n" + strings.Repeat(row, 10_000)
	b.SetBytes(int64(len(row)))
	b.ReportAllocs()
	t, _ := rows.Open(strings.NewReader(text), 0, nil)
	for range b.N {
		if _, _, err := t.Next(); err == io.EOF {
			t, _ = rows.Open(strings.NewReader(text), 0, nil)
		}
	}
}
