//go:build unix

package disk

import (
	"os"
	"syscall"
)

// lock is the kernel's: it goes with the process, however the process ends.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// syncAll writes everything to the disks: of thousands of small files that is faster than one after the other.
func syncAll() { syscall.Sync() }
