// Package ledger makes the open record from the journal: the leaves of the public log, the documents they name and the files that hold both.
//
// [Log] is a function of the journal. Every record becomes one sealed leaf; what is to be published comes beside the record as an [Event], and is published at
// the first tick at which the policy shows it to the public. A tick is a record itself ([record.Checkpoint]), journaled before anything is signed, so the same
// journal makes the same tree, lost files are made again, and no two trees of one size are ever signed. [Keeper] writes the files, signs, and asks the witnesses.
//
// What a leaf must never hold, and why, stands in docs/reference/ledger.md; leaves and documents are defined by package verify.
package ledger
