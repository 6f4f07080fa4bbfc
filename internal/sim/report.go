package sim

import (
	"encoding/json"
	"time"

	"truce"
)

// line is one observation as a phone sends it (docs/reference/observations.md).
type line struct {
	ID        string      `json:"id"`
	Kind      string      `json:"kind"`
	What      string      `json:"what,omitempty"`
	Time      any         `json:"time"`
	Lasted    bool        `json:"lasted,omitempty"`
	Place     any         `json:"place,omitempty"`
	Parts     []partIn    `json:"parts,omitempty"`
	Equipment []equipment `json:"equipment,omitempty"`
	Count     int         `json:"count,omitempty"`
	Injured   any         `json:"injured,omitempty"`
	Deaths    any         `json:"deaths,omitempty"`
	Result    string      `json:"result,omitempty"`
	Complete  bool        `json:"complete,omitempty"`
	About     []string    `json:"about,omitempty"`
	SameAs    []string    `json:"same_as,omitempty"`
	Source    source      `json:"source"`
	Note      string      `json:"note,omitempty"`
	Simulated bool        `json:"simulated"`
}

type partIn struct {
	Name string `json:"name"`
	Role string `json:"role,omitempty"`
}

type equipment struct {
	Category string `json:"category"`
	Calibre  int    `json:"calibre_mm,omitempty"`
	Count    int    `json:"count,omitempty"`
}

type source struct {
	ID       string `json:"id"`
	Means    string `json:"means,omitempty"`
	Standing string `json:"standing,omitempty"`
}

type point struct {
	Lat   json.Number `json:"lat"`
	Lon   json.Number `json:"lon"`
	Error int         `json:"error_m"`
}

type named struct {
	Name   string   `json:"name"`
	Within []string `json:"within,omitempty"`
}

type span struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type bounds struct {
	Low  int `json:"low"`
	Best int `json:"best"`
	High int `json:"high"`
}

// fix is one position of a unit as a device sends it.
type fix struct {
	Kind      string      `json:"kind"`
	Unit      string      `json:"unit"`
	Actor     string      `json:"actor"`
	Category  string      `json:"category,omitempty"`
	Time      string      `json:"time"`
	Lat       json.Number `json:"lat"`
	Lon       json.Number `json:"lon"`
	Error     int         `json:"error_m"`
	Source    string      `json:"source"`
	Simulated bool        `json:"simulated"`
}

// write gives the line. It panics where it cannot be written, which depends on nothing outside.
func write(x any) string {
	b, err := json.Marshal(x)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func within(p truce.Position, metres int) point {
	return point{json.Number(p.Lat.String()), json.Number(p.Lon.String()), metres}
}

func fromTo(from truce.Instant, lasting time.Duration) span {
	return span{from.String(), from.Add(lasting).String()}
}

func against(a, b truce.ActorID) []partIn {
	return []partIn{{string(a), "initiator"}, {string(b), "target"}}
}

func subject(a truce.ActorID) []partIn { return []partIn{{string(a), "subject"}} }
