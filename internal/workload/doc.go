// Package workload draws the world that speed is measured in: a line of contact, zones, bands, and units that move
// among them and report where they are. Every number comes from one integer generator with a fixed seed, so the world is the
// same on every machine and in every comparison, with another database just as well.
//
// All of it is invented; it stands for no place and no force.
package workload
