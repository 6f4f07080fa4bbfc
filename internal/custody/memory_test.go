package custody

import (
	"bytes"
	"io"
	"slices"

	"truce"
	"truce/internal/disk"
)

// memory is a folder without a disk, for properties that are tried many times.
type memory struct {
	files   map[string]*bytesFile
	folders map[string]*memory
}

func newMemory() *memory { return &memory{map[string]*bytesFile{}, map[string]*memory{}} }

func (m *memory) Path() string { return "memory" }

func (m *memory) Names() (list []string, err error) {
	for n := range m.files {
		list = append(list, n)
	}
	for n := range m.folders {
		list = append(list, n)
	}
	slices.Sort(list)
	return list, nil
}

func (m *memory) ReadFile(name string, limit int64) ([]byte, error) {
	f, err := m.File(name)
	if err != nil {
		return nil, err
	}
	return bytes.Clone(f.(*bytesFile).b), nil
}

func (m *memory) WriteFile(name string, data []byte) error {
	m.files[name] = &bytesFile{bytes.Clone(data)}
	return nil
}

func (m *memory) File(name string) (disk.File, error) {
	if f := m.files[name]; f != nil {
		return f, nil
	}
	return nil, &truce.Error{Kind: truce.NotFound, Subject: name}
}

func (m *memory) Remove(name string) error {
	delete(m.files, name)
	return nil
}

func (m *memory) Folder(name string) (disk.Folder, error) {
	if m.folders[name] == nil {
		m.folders[name] = newMemory()
	}
	return m.folders[name], nil
}

func (m *memory) Sync() error              { return nil }
func (m *memory) Lock() (io.Closer, error) { return io.NopCloser(nil), nil }

type bytesFile struct{ b []byte }

func (f *bytesFile) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(f.b).ReadAt(p, off)
}

func (f *bytesFile) WriteAt(p []byte, off int64) (int, error) {
	if end := int(off) + len(p); end > len(f.b) {
		f.b = append(f.b, make([]byte, end-len(f.b))...)
	}
	return copy(f.b[off:], p), nil
}

func (f *bytesFile) Size() (int64, error) { return int64(len(f.b)), nil }
func (f *bytesFile) Sync() error          { return nil }
func (f *bytesFile) Close() error         { return nil }

func (f *bytesFile) Truncate(size int64) error {
	f.b = f.b[:size]
	return nil
}
