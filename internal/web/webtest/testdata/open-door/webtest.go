package webtest

import (
	"net/http"
	"testing"
	"time"

	"truce/internal/access"
)

func TestEachOpenDoor(t *testing.T) {
	_, pages := concluded(t)
	shut := access.OpenDoor(access.KindCase)
	res, _ := as(t, "").get(pages[0])
	if shut(); res.StatusCode == http.StatusNotFound {
		t.Error("that every case is open before its delay is over is not noticed")
	}
	later.Add(int64(73 * time.Hour))
	look := func() []string { _, leaks := asked(as(t, ""), pages); return leaks }
	if leaks := look(); len(leaks) > 0 {
		t.Fatal("while all are shut: ", leaks)
	}
	for _, door := range []access.Kind{access.KindObservation, access.KindOutcome, access.KindStep, access.KindStatement} {
		shut := access.OpenDoor(door)
		leaks := look()
		if shut(); len(leaks) == 0 {
			t.Errorf("that every %s is open is not noticed", door)
		}
		t.Logf("%s: %q", door, leaks)
	}
}
