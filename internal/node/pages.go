package node

import (
	"net/http"

	"truce/internal/api"
	"truce/internal/web"
)

// pages puts the interface and the pages at their addresses: everything under /api is the interface, all else a page.
func (n *Node) pages(mux *http.ServeMux, server http.Handler, o api.Options, demo web.Demo) error {
	pages, err := web.New(web.Options{Mechanism: o.Mechanism, Gate: o.Gate, Sessions: o.Sessions, Passkeys: o.Passkeys, Now: o.Now, Random: o.Random, Origin: o.Origin,
		Address: o.Address, Demo: demo, Rate: o.Limits.Rate, Burst: o.Limits.Burst, Log: func(l web.Line) { n.request(api.Line(l)) }})
	if err != nil {
		return err
	}
	mux.Handle("/api/", server)
	mux.Handle("/", pages)
	return nil
}
