// Package crashtest breaks things on purpose: it kills a program while it writes, cuts the power of its disk, and damages its files. Only tests
// import it. The program is any command that prints a line "A <number> <id>" for each record it was told is durable, so that the same tests
// run against the journal alone and against the whole program.
package crashtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"truce"
)

// Acks are the records a program said were durable: their ids by number.
type Acks map[truce.Seq]truce.RecordID

// Run starts a program, lets it give so many acknowledgements, does what ends it, kills it with SIGKILL where it still runs, and
// gives all that it acknowledged and the other lines that it printed. A program that ends by itself before is no error; one that prints nothing is.
func Run(cmd *exec.Cmd, acks int, end func() error) (Acks, []string, error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	got, other := Acks{}, []string(nil)
	lines := bufio.NewScanner(out)
	ended := false
	stop := func() error {
		ended = true
		if end != nil {
			if err := end(); err != nil {
				return err
			}
		}
		return cmd.Process.Kill()
	}
	for lines.Scan() {
		var seq truce.Seq
		var id truce.RecordID
		if _, err := fmt.Sscanf(lines.Text(), "A %d %s", &seq, &id); err != nil {
			other = append(other, lines.Text())
			continue
		}
		if before, twice := got[seq]; twice && before != id {
			return got, other, fmt.Errorf("number %d was given to %s and to %s", seq, before, id)
		}
		got[seq] = id
		if len(got) >= acks && !ended {
			if err := stop(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				return got, other, err
			}
		}
	}
	if !ended {
		if err := stop(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return got, other, err
		}
	}
	cmd.Wait() // it was killed: its state says nothing
	if len(got) == 0 && len(other) == 0 {
		return got, other, fmt.Errorf("the program acknowledged nothing: %s", stderr.String())
	}
	return got, other, nil
}

// Damage flips one bit of a file, or cuts it short, and says what it did. An empty file is left alone.
func Damage(r *rand.Rand, path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil || len(b) == 0 {
		return "", err
	}
	i := r.IntN(len(b))
	if r.IntN(4) == 0 {
		return fmt.Sprintf("%s cut from %d to %d bytes", filepath.Base(path), len(b), i), os.Truncate(path, int64(i))
	}
	bit := r.IntN(8)
	b[i] ^= 1 << bit
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return "", err
	}
	_, err = f.WriteAt(b[i:i+1], int64(i))
	return fmt.Sprintf("bit %d of byte %d of %d in %s flipped", bit, i, len(b), filepath.Base(path)), errors.Join(err, f.Close())
}

// Files lists the files under a folder, in order, relative to it.
func Files(folder string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			path, err = filepath.Rel(folder, path)
			out = append(out, path)
		}
		return err
	})
	return out, err
}

// Copy copies a folder of plain files.
func Copy(to, from string) error {
	return filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		in, err := os.Open(path)
		if err != nil {
			return err
		}
		defer in.Close()
		out, err := os.Create(filepath.Join(to, rel))
		if err != nil {
			return err
		}
		_, err = io.Copy(out, in)
		return errors.Join(err, out.Close())
	})
}
