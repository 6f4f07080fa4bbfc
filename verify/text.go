package verify

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"

	"truce"
)

// MaxTextFiles bounds the files of an agreement. See docs/limits.md.
const MaxTextFiles = 1000

// TextFile is one file of a version of the agreement.
type TextFile struct {
	Path string
	Data []byte
}

// Unpack reads the files of a version as they are published: for each its path and its content, each with its length before it.
func Unpack(b []byte) ([]TextFile, error) {
	fail := func(why string) ([]TextFile, error) {
		return nil, &truce.Error{Op: "verify.Unpack", Kind: truce.Corrupt, Reason: why}
	}
	part := func() (p []byte, ok bool) {
		if len(b) < 4 || uint64(binary.BigEndian.Uint32(b)) > uint64(len(b)-4) {
			return nil, false
		}
		n := 4 + int(binary.BigEndian.Uint32(b))
		p, b = b[4:n:n], b[n:]
		return p, true
	}
	var out []TextFile
	for len(b) > 0 {
		path, ok1 := part()
		data, ok2 := part()
		switch {
		case !ok1 || !ok2:
			return fail("the files end too early")
		case len(out) == MaxTextFiles:
			return fail(fmt.Sprintf("there are more than %d files", MaxTextFiles))
		case !fs.ValidPath(string(path)) || len(out) > 0 && out[len(out)-1].Path >= string(path):
			return fail(fmt.Sprintf("the file %q is out of order or no path", path))
		}
		out = append(out, TextFile{string(path), data})
	}
	return out, nil
}

// TextFS gives the files as a file system that lies in memory.
func TextFS(files []TextFile) (fs.FS, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.Path, Method: zip.Store})
		if err == nil {
			_, err = w.Write(f.Data)
		}
		if err != nil {
			return nil, &truce.Error{Op: "verify.TextFS", Kind: truce.Invalid, Subject: f.Path, Cause: err}
		}
	}
	if err := z.Close(); err != nil {
		return nil, &truce.Error{Op: "verify.TextFS", Kind: truce.Internal, Cause: err}
	}
	return zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
}
