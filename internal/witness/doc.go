// Package witness keeps the operator of a public record from showing different records to different people.
//
// A witness is a small program that anybody runs: a party, a mediator, a body from outside. It remembers one checkpoint of each log it follows, and
// cosigns a larger one only when it is shown that nothing was taken away or changed (C2SP tlog-witness). [Witness] is that memory, [Circle] asks
// several of them, [Policy] says how many must have signed (C2SP tlog-policy), and [Fork] is the proof that a log said two different things.
//
// With n witnesses of whom f may lie together, k signatures are asked for: any two sets of k share a witness that does not lie where
// 2k-n >= f+1, and f that refuse stop nothing where k <= n-f. Both hold from n = 3f+1 on, with k = 2f+1 there.
//
// Nothing here has a clock or a network: the time is handed in, and package wire carries requests.
package witness
