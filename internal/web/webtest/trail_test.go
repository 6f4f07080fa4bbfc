package webtest

import (
	"net/http"
	"strings"
	"testing"
)

// The access log is for the auditor alone; to everybody else it is not there.
func TestWhoSeesTheTrail(t *testing.T) {
	for _, office := range offices {
		v := as(t, office)
		res, body := v.get("/en/admin/trail")
		if want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[office == "auditor"]; res.StatusCode != want {
			t.Errorf("%s: %d", v.name, res.StatusCode)
		}
		if office == "auditor" && !strings.Contains(body, "<tbody>") {
			t.Error("the auditor sees no line")
		}
	}
}
