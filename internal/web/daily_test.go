package web

import (
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"truce/internal/mechanism/mechanismtest"
)

// A report leads to itself as an alert, which says where it was as exactly as its reader may know.
func TestFlashReport(t *testing.T) {
	e := read(t)
	id := string(e.Report("monitor", mechanismtest.Shelling).IDs[0])
	e.Settle()
	if page := e.page("duty", "/en/report/"+id); !strings.Contains(page, `href="/en/flash/`+id+`"`) {
		t.Error("nothing leads to the flash report")
	}
	var a alert
	if err := xml.Unmarshal([]byte(e.page("duty", "/en/flash/"+id)), &a); err != nil || a.Status == "" || a.Info.Onset == "" || a.Info.Area == nil || a.Info.Area.Circle == "" || a.Info.Area.Desc == "" {
		t.Errorf("%+v %v", a, err)
	}
	if rec := e.ask("", "GET", "/en/flash/"+id, nil); rec.Code != http.StatusNotFound {
		t.Errorf("the public is answered %d", rec.Code)
	}
}
