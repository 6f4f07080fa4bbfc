package crashtest

import (
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// Disk is a file system in memory, mounted through FUSE, whose power can be cut: then only what was synced is left. Bytes of a file and its
// length become durable by a sync of the file, names by a sync of their folder.
type Disk struct {
	// Torn keeps each sector of 512 bytes that was written and not synced with probability one half at a cut, as a disk may have written
	// some of them. Without it none is kept.
	Torn bool
	// Deaf ignores every sync, as a store would that does not ask for any: the control.
	Deaf bool

	mu     sync.Mutex
	off    bool // the power is cut: everything fails
	inodes uint64
	root   *node
	server *fuse.Server
	dir    string
}

const (
	pageSize   = 4096
	sectorSize = 512
)

// node is a file or a folder.
type node struct {
	fs.Inode
	disk *Disk
	ino  uint64

	names, durableNames map[string]*node // nil for a file

	data, durable []byte
	dirty         map[int]bool // pages written and not synced
}

// NewDisk makes an empty disk.
func NewDisk() *Disk {
	d := &Disk{}
	d.root = d.folder()
	return d
}

func (d *Disk) folder() *node {
	d.inodes++
	return &node{disk: d, ino: d.inodes, names: map[string]*node{}, durableNames: map[string]*node{}}
}

func (d *Disk) file() *node {
	d.inodes++
	return &node{disk: d, ino: d.inodes, dirty: map[int]bool{}}
}

// Mount switches the power on and mounts the disk on an empty folder. It needs /dev/fuse and the right to mount.
func (d *Disk) Mount(dir string) error {
	d.mu.Lock()
	d.off = false
	d.mu.Unlock()
	server, err := fs.Mount(dir, d.root, &fs.Options{MountOptions: fuse.MountOptions{DirectMountStrict: true, FsName: "powercut", Name: "powercut"}})
	d.server, d.dir = server, dir
	return err
}

// Cut cuts the power: from now on every call fails.
func (d *Disk) Cut() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
	return nil
}

// Unmount takes the disk out once no program uses it, and forgets what was not synced where the power was cut.
func (d *Disk) Unmount(r *rand.Rand) error {
	if err := d.server.Unmount(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		d.root = d.after(d.root, r)
	} else {
		d.root = d.fresh(d.root)
	}
	return nil
}

// after gives what is left of a node after a cut.
func (d *Disk) after(n *node, r *rand.Rand) *node {
	if n.durableNames != nil {
		out := d.folder()
		for _, name := range slices.Sorted(maps.Keys(n.durableNames)) {
			out.names[name] = d.after(n.durableNames[name], r)
		}
		out.durableNames = maps.Clone(out.names)
		return out
	}
	out := d.file()
	out.durable = slices.Clone(n.durable)
	if d.Torn {
		for _, page := range slices.Sorted(maps.Keys(n.dirty)) {
			for at := page * pageSize; at < min((page+1)*pageSize, len(n.data)); at += sectorSize {
				if r.IntN(2) == 0 {
					end := min(at+sectorSize, len(n.data))
					out.durable = grow(out.durable, end)
					copy(out.durable[at:end], n.data[at:end])
				}
			}
		}
	}
	out.data = slices.Clone(out.durable)
	return out
}

// fresh gives the same tree with inodes that were never mounted.
func (d *Disk) fresh(n *node) *node {
	if n.names == nil {
		out := d.file()
		out.data, out.durable, out.dirty = n.data, n.durable, n.dirty
		return out
	}
	out := d.folder()
	for name, in := range n.names {
		out.names[name] = d.fresh(in)
	}
	out.durableNames = maps.Clone(out.names)
	return out
}

// Save writes what the unmounted disk holds into a plain folder.
func (d *Disk) Save(to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.root.save(to)
}

func (n *node) save(to string) error {
	if n.names == nil {
		return os.WriteFile(to, n.data, 0o600)
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	for name, in := range n.names {
		if err := in.save(filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}

func grow(b []byte, n int) []byte {
	if n > len(b) {
		b = append(b, make([]byte, n-len(b))...)
	}
	return b
}

// resize changes the length of a file; what it grows by is zeros that are not synced.
func (n *node) resize(size int) {
	old := len(n.data)
	if size < old {
		n.data = n.data[:size:size]
		for page := range n.dirty {
			if page*pageSize >= size {
				delete(n.dirty, page)
			}
		}
		return
	}
	n.data = grow(n.data, size)
	n.soil(old, size)
}

func (n *node) soil(from, to int) {
	for page := from / pageSize; page*pageSize < to; page++ {
		n.dirty[page] = true
	}
}

// powered begins every call.
func (n *node) powered() (unlock func(), errno syscall.Errno) {
	n.disk.mu.Lock()
	if n.disk.off {
		n.disk.mu.Unlock()
		return nil, syscall.EIO
	}
	return n.disk.mu.Unlock, 0
}

func (n *node) attr(out *fuse.Attr) {
	out.Ino, out.Nlink = n.ino, 1
	if n.names != nil {
		out.Mode = syscall.S_IFDIR | 0o700
		return
	}
	out.Mode, out.Size, out.Blocks, out.Blksize = syscall.S_IFREG|0o600, uint64(len(n.data)), uint64(len(n.data)+511)/512, pageSize
}

func (n *node) inode(ctx context.Context, child *node) *fs.Inode {
	mode := uint32(syscall.S_IFREG)
	if child.names != nil {
		mode = syscall.S_IFDIR
	}
	return n.NewInode(ctx, child, fs.StableAttr{Mode: mode, Ino: child.ino})
}

func (n *node) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	unlock, errno := n.powered()
	if errno != 0 {
		return nil, errno
	}
	defer unlock()
	child, ok := n.names[name]
	if !ok {
		return nil, syscall.ENOENT
	}
	child.attr(&out.Attr)
	return n.inode(ctx, child), 0
}

func (n *node) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	unlock, errno := n.powered()
	if errno != 0 {
		return errno
	}
	defer unlock()
	n.attr(&out.Attr)
	return 0
}

func (n *node) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	unlock, errno := n.powered()
	if errno != 0 {
		return errno
	}
	defer unlock()
	if size, ok := in.GetSize(); ok {
		n.resize(int(size))
	}
	n.attr(&out.Attr)
	return 0
}

func (n *node) add(ctx context.Context, name string, child *node, out *fuse.EntryOut) *fs.Inode {
	n.names[name] = child
	if n.disk.Deaf { // its names are durable at once, so that the control loses records and not files
		n.durableNames[name] = child
	}
	child.attr(&out.Attr)
	return n.inode(ctx, child)
}

func (n *node) Create(ctx context.Context, name string, _, _ uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	unlock, errno := n.powered()
	if errno != 0 {
		return nil, nil, 0, errno
	}
	defer unlock()
	return n.add(ctx, name, n.disk.file(), out), nil, 0, 0
}

func (n *node) Mkdir(ctx context.Context, name string, _ uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	unlock, errno := n.powered()
	if errno != 0 {
		return nil, errno
	}
	defer unlock()
	return n.add(ctx, name, n.disk.folder(), out), 0
}

func (n *node) Unlink(_ context.Context, name string) syscall.Errno {
	unlock, errno := n.powered()
	if errno != 0 {
		return errno
	}
	defer unlock()
	delete(n.names, name)
	return 0
}

func (n *node) Rmdir(ctx context.Context, name string) syscall.Errno { return n.Unlink(ctx, name) }

func (n *node) Rename(_ context.Context, name string, to fs.InodeEmbedder, newName string, _ uint32) syscall.Errno {
	unlock, errno := n.powered()
	if errno != 0 {
		return errno
	}
	defer unlock()
	target := to.(*node)
	target.names[newName] = n.names[name]
	delete(n.names, name)
	if n.disk.Deaf {
		target.durableNames[newName] = target.names[newName]
		delete(n.durableNames, name)
	}
	return 0
}

func (n *node) Readdir(context.Context) (fs.DirStream, syscall.Errno) {
	unlock, errno := n.powered()
	if errno != 0 {
		return nil, errno
	}
	defer unlock()
	var list []fuse.DirEntry
	for _, name := range slices.Sorted(maps.Keys(n.names)) {
		mode := uint32(syscall.S_IFREG)
		if n.names[name].names != nil {
			mode = syscall.S_IFDIR
		}
		list = append(list, fuse.DirEntry{Name: name, Ino: n.names[name].ino, Mode: mode})
	}
	return fs.NewListDirStream(list), 0
}

func (n *node) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	unlock, errno := n.powered()
	if errno != 0 {
		return nil, 0, errno
	}
	defer unlock()
	return nil, 0, 0
}

func (n *node) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	unlock, errno := n.powered()
	if errno != 0 {
		return nil, errno
	}
	defer unlock()
	if off >= int64(len(n.data)) {
		return fuse.ReadResultData(nil), 0
	}
	return fuse.ReadResultData(dest[:copy(dest, n.data[off:])]), 0
}

func (n *node) Write(_ context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	unlock, errno := n.powered()
	if errno != 0 {
		return 0, errno
	}
	defer unlock()
	end := int(off) + len(data)
	if end > len(n.data) {
		n.resize(end)
	}
	copy(n.data[off:], data)
	n.soil(int(off), end)
	return uint32(len(data)), 0
}

func (n *node) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	unlock, errno := n.powered()
	if errno != 0 {
		return errno
	}
	defer unlock()
	if n.disk.Deaf {
		return 0
	}
	if n.names != nil {
		n.durableNames = maps.Clone(n.names)
		return 0
	}
	n.durable = grow(n.durable[:min(len(n.durable), len(n.data))], len(n.data))
	for page := range n.dirty {
		from, to := page*pageSize, min((page+1)*pageSize, len(n.data))
		copy(n.durable[from:to], n.data[from:to])
	}
	clear(n.dirty)
	return 0
}

func (n *node) Flush(context.Context, fs.FileHandle) syscall.Errno { return 0 }

func (n *node) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	out.Bsize, out.Blocks, out.Bfree, out.Bavail = pageSize, 1<<20, 1<<20, 1<<20
	return 0
}
