// Package report says what a replay found: to a person at a terminal ([WriteText]), to a person with a browser or a printer
// ([WriteHTML]) and to a program ([WriteJSON]).
//
// The first two render one [Model], which holds every number and every list and no language. A number is not stored as
// such: it is the length of a [Tally], the list of the things it counts, so that whatever is shown can be traced to the
// records it rests on.
//
// A report says what the rules make of what was observed. It finds nobody guilty, and it does not say that what nobody
// watched was kept.
package report
