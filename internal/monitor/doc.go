// Package monitor follows a public record from outside and tells what its operator would rather not be asked: a finding that is gone, a rule that
// changed, evidence that is overdue, a key that nobody vouched for, a quorum that became weaker, a record that began anew, a promise of time that was
// not kept.
//
// It remembers what it saw ([State]) and compares at each look ([Look]). It has no clock, files or network: the record comes as a function that reads
// files, the time as an argument. What a reader who looks once can find out is package verify's; this is for whoever comes back.
package monitor
