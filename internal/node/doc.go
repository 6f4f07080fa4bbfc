// Package node is the running program: it owns every part of the mechanism, and starts and stops them in order.
//
// It is the only package below the command with a clock, randomness, a network and processes; everything else gets them handed in. What
// people may do and see is decided elsewhere (packages mechanism and access): the node opens files, listens, and keeps time.
package node
