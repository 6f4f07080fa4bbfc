// Package truce holds the words of a ceasefire mechanism: what an agreement says, what was observed, and
// what a rule makes of it.
//
// It is vocabulary only. Nothing here reads a file, asks the clock, draws a random number or imports
// anything beyond the standard library, so every other package may depend on it and it depends on none.
//
// Two conventions run through the whole program:
//
//   - The zero value means "nothing known". A zero [Outcome] is undetermined, a zero [Truth] is unknown, a
//     zero [Instant] is a time nobody stated. Nothing becomes true, kept or public by being forgotten.
//   - Nothing that reaches an outcome depends on the processor. Places are whole numbers of 1e-7 degree,
//     times are whole milliseconds, and the little floating-point arithmetic there is lives in package geo,
//     where each product is rounded on its own.
package truce
