//go:build !unix

package geo

import (
	"testing"
	"time"
)

var started = time.Now()

// cpuTime is the time of the clock where the system does not tell.
func cpuTime(*testing.B) time.Duration { return time.Since(started) }
