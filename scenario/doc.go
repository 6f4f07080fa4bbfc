// Package scenario reads and runs the plain-text stories that say what an agreement means: given who has joined and
// what was observed, expect this rule to be kept, breached, undetermined or not due, because of that.
//
// People who draft an agreement write them, people who sign it read them, and truce test runs them. The language is
// specified in docs/reference/scenarios.md; this package is its only reader, and the project uses it on itself.
//
//	scenario Fire an hour after noon breaks the ceasefire
//	  at 2017-07-09 13:00: incident f1 shelling by government-of-syria against southern-front in daraa
//	  expect ceasefire on f1: breached because adhering
package scenario
