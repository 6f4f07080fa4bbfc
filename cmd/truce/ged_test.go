package main

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// What the summary of the UCDP events prints is held against counts taken from the file without any of this program's
// readers. Each query is beside its number.
func TestGEDPrints(t *testing.T) {
	const name = "../../../shared/data/ucdp-ged-syria/ged_syria_2017_2018.csv.gz"
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here: what is printed of UCDP's events is not compared", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	col := map[string]int{}
	for i, h := range rows[0] {
		col[h] = i
	}
	count := func(query func(get func(string) string) bool) (n int) {
		for _, row := range rows[1:] {
			if query(func(c string) string { return row[col[c]] }) {
				n++
			}
		}
		return n
	}
	code, out, errs := truceRun("replay", "--agreement", example, "--observations", name)
	if code != exitFine {
		t.Fatal(errs)
	}
	out = strings.Join(strings.Fields(out), " ")
	comma := func(n int) string {
		if n >= 1000 {
			return fmt.Sprintf("%d,%03d", n/1000, n%1000)
		}
		return fmt.Sprint(n)
	}
	for _, x := range []struct{ want, query string }{
		{fmt.Sprintf("%s %[1]s 0 0", comma(len(rows)-1)), "rows of the file: read and taken, none repeated, none rejected"},
		{"Not due: " + comma(count(func(get func(string) string) bool {
			return get("type_of_violence") != "3" && get("date_end") < "2017-07-09"
		})) + ",", "type_of_violence <> 3 and date_end < 2017-07-09: over before the ceasefire began"},
		{"(attack on civilians): " + comma(count(func(get func(string) string) bool { return get("type_of_violence") == "3" })) + ".", "type_of_violence = 3: no rule speaks of one-sided violence"},
		{"Without a place: " + comma(count(func(get func(string) string) bool { return get("where_prec") == "6" || get("where_prec") == "7" })) + ".", "where_prec in (6, 7): somewhere in the country, or in the air or at sea"},
	} {
		if !strings.Contains(out, x.want) {
			t.Errorf("%q is not printed (query: %s)\n%.6000s", x.want, x.query, out)
		}
	}
}
