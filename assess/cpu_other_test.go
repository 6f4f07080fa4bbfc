//go:build !unix

package assess_test

import "time"

var begun = time.Now()

// cpuTime stands in for processor time where the system does not tell it: the time that has passed.
func cpuTime() time.Duration { return time.Since(begun) }
