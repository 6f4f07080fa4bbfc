//go:build unix

package geo

import (
	"syscall"
	"testing"
	"time"
)

// cpuTime is what this process has used of its processors, so that a benchmark says the same on a busy machine.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
