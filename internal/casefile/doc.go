// Package casefile runs the cases of a mechanism: who may do what next, what it needs, which clock it starts, who is told.
//
// The workflow is one table of data, [Table]; docs/reference/cases.md is its rendering. A [Book] holds the cases and queries of a
// journal and is made by applying its records one after the other: [Book.Apply] is pure and deterministic, so the same records make the
// same book. [Book.May] says what somebody can do next, and why not. A step made on an older state than the present one is refused with
// the steps since, so that several people can work on one case.
//
// What always holds: a finding cites records and names a standard of proof and a confidence that the agreement declares; whether it
// happened, who answers for it, whether it was meant and how grave it was are separate; nobody is named in an attribution without having
// been told and given the floor; a finding is never edited but superseded; dissent is kept; silence past a clock is recorded and says
// nothing more than that.
//
// The statistics of early warning ([Compare], [TitForTat]) and the suggestions of duplicates ([Likely]) are pure functions; they decide nothing.
package casefile
