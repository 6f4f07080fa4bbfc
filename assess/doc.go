// Package assess says what each rule of an agreement makes of what was observed, under every reading.
//
// It is a function of two things: a plan (package terms) and the set of records known. The order in which records
// arrive, how often each arrives, and what was asked in between change nothing: [Assessor.Settle] depends on the set
// alone. There is no clock, no randomness, no goroutine and no map order in it, and every number that reaches an outcome
// is a whole number or comes from package geo, so the same records give the same bytes on every processor.
//
// # How one outcome comes about
//
// Each rule is a list of questions asked in a fixed order, and each question has three answers. A yes ends the list
// with the result that stands beside the question, a no goes on to the next, an unknown does both: the results that
// remain possible are collected, and only when one remains is it the result. So a fact that is missing makes an
// outcome undetermined only where it matters, and what is missing is known by name.
//
//	incident                                   presence
//	is it another kind of event?   n/a         is the rule not yet in force?    not due
//	is the rule not yet in force?  not due     is it over or replaced?          n/a
//	is it over or replaced?        n/a         is it suspended?                 suspended
//	is it suspended?               suspended   is it another actor or weapon?   n/a
//	are others involved?           n/a         is it somewhere else?            kept
//	was it somewhere else?         n/a         does an exception hold?          kept
//	does an exception hold?        kept        was it there too briefly?        kept
//	is there too little evidence?  undet.      is there too little evidence?    undet.
//	otherwise                      breached    otherwise                        breached
//
// Whether something happened and who answers for it are kept apart: an outcome is about the first, [truce.Attribution]
// about the second.
package assess
