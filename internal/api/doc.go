// Package api is the HTTP interface: everything that package mechanism lets people do and see, as HTTP and JSON under /api, described by an OpenAPI
// 3.1 document that is made from the Go types; observations, cases and outcomes also as OGC API - Features.
//
// It decides nothing. Who may do and see what is decided by package access, asked by package mechanism. What this package adds is the door itself:
// who asks (sessions, tokens), how much they may ask, what a request may look like, and that an answer says nothing that was not meant: every
// field of every answer has a class of the policy, or the program does not start; what is absent and what somebody may not know of are the same
// bytes; an error names a code and never quotes what was sent or why the machine failed.
//
// Like everything below package node it has no clock and no chance of its own.
package api
