// Package sim is a world that was invented to try truce out: south-west Syria in November 2017, with monitors, liars, delays, duplicates and phones that
// were offline, and beside it the facts of the example that are on public record.
//
// Everything in it follows from a seed: the same seed is the same life. It reaches a mechanism by the acts that people have, and by nothing else, so it
// shows what the mechanism would show, refusals included. What is invented is labelled as simulated; what is real says where it can be read. Nobody in it has
// a name: people are called by their office. No case is about anything real, so nothing is ever found about real people.
//
// The package has no clock: whoever plays it says what time it is.
package sim
