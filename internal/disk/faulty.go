package disk

// Faulty wraps a folder so that tests can make it fail. Before each operation that changes something it calls fault with what is to be done ("write",
// "sync", "truncate", "replace", "remove") and the name of the file; an error is returned in place of doing it.
func Faulty(f Folder, fault func(op, name string) error) Folder { return faultyFolder{f, fault} }

// under gives the embedded folder another name than its method.
type under Folder

type faultyFolder struct {
	under
	fault func(op, name string) error
}

func (f faultyFolder) WriteFile(name string, data []byte) error {
	if err := f.fault("replace", name); err != nil {
		return fail("disk.WriteFile", name, err)
	}
	return f.under.WriteFile(name, data)
}

func (f faultyFolder) Remove(name string) error {
	if err := f.fault("remove", name); err != nil {
		return fail("disk.Remove", name, err)
	}
	return f.under.Remove(name)
}

func (f faultyFolder) File(name string) (File, error) {
	file, err := f.under.File(name)
	if err != nil {
		return nil, err
	}
	return faultyFile{file, name, f.fault}, nil
}

func (f faultyFolder) Folder(name string) (Folder, error) {
	in, err := f.under.Folder(name)
	if err != nil {
		return nil, err
	}
	return faultyFolder{in, f.fault}, nil
}

type faultyFile struct {
	File
	name  string
	fault func(op, name string) error
}

func (f faultyFile) WriteAt(b []byte, at int64) (int, error) {
	if err := f.fault("write", f.name); err != nil {
		return 0, fail("disk.WriteAt", f.name, err)
	}
	return f.File.WriteAt(b, at)
}

func (f faultyFile) Truncate(size int64) error {
	if err := f.fault("truncate", f.name); err != nil {
		return fail("disk.Truncate", f.name, err)
	}
	return f.File.Truncate(size)
}

func (f faultyFile) Sync() error {
	if err := f.fault("sync", f.name); err != nil {
		return fail("disk.Sync", f.name, err)
	}
	return f.File.Sync()
}
