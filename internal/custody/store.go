package custody

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"truce"
	"truce/internal/disk"
	"truce/internal/record"
	"truce/internal/seal"
	"truce/internal/vault"
)

// Limits. See docs/limits.md.
const (
	MaxFileBytes   = 8 << 30
	MaxOpenUploads = 256
	MaxNameBytes   = 255
)

const (
	// chunkBytes is how much of a file is encrypted as one; storedBytes is what becomes of it.
	chunkBytes  = 64 << 10
	storedBytes = chunkBytes + seal.Overhead
	// syncBytes is how much is written between two syncs, and lost of an upload at worst when the power goes.
	syncBytes = 1 << 20

	chunkTag  = "truce/chunk/v1\n"
	uploadTag = "truce/upload/v1\n"
	// stateBytes bounds what is written of an upload.
	stateBytes = 16 << 10
)

// Store keeps encrypted files in a folder, one for each blob, and in a folder inside what is known of uploads. Its methods may be called from
// many goroutines at once.
type Store struct {
	blobs, uploads disk.Folder
	second         disk.Folder // nil where there is none
	keys           *vault.Keyring
	random         io.Reader

	mu   sync.Mutex
	open map[string]*upload // uploads touched since the start, by blob
}

// upload is an upload in memory. Whoever writes it holds mu; told is a copy of how far it is for whoever only asks.
type upload struct {
	mu     sync.Mutex
	blob   string
	size   int64
	offset int64
	name   string
	key    seal.Key
	sum    *seal.Hasher // nil until it was read back from disk
	head   []byte       // the first bytes, from which the kind of file is told
	broken bool         // a write failed; what is on disk is not known

	telling sync.Mutex
	told    Upload
}

// Upload is what is known of an upload that is not done.
type Upload struct {
	Blob  string
	Owner truce.PersonID
	Body  truce.BodyID
	Begun truce.Instant
	// Name is what the sender calls the file.
	Name string
	// Size is how many bytes there will be, Offset how many are safe on disk.
	Size, Offset int64
}

// uploadState is what is written of an upload.
type uploadState struct {
	Owner truce.PersonID `json:"owner"`
	Body  truce.BodyID   `json:"body"`
	Begun truce.Instant  `json:"begun"`
	Name  string         `json:"name"`
	Size  int64          `json:"size"`
}

// Open gives the store of a folder.
func Open(folder disk.Folder, keys *vault.Keyring, random io.Reader) (*Store, error) {
	uploads, err := folder.Folder("uploads")
	if err != nil {
		return nil, err
	}
	return &Store{blobs: folder, uploads: uploads, keys: keys, random: random, open: map[string]*upload{}}, nil
}

// Begin starts an upload and returns when it can be resumed after a crash. Blob and Offset of u are given by the store.
func (s *Store) Begin(u Upload) (Upload, error) {
	const op truce.Op = "custody.Begin"
	if u.Size <= 0 || u.Size > MaxFileBytes {
		return Upload{}, &truce.Error{Op: op, Kind: truce.TooLarge, Reason: fmt.Sprintf("a file has 1 to %d bytes; this one would have %d", int64(MaxFileBytes), u.Size)}
	}
	if len(u.Name) > MaxNameBytes {
		return Upload{}, &truce.Error{Op: op, Kind: truce.TooLarge, Reason: fmt.Sprintf("the name of a file has at most %d bytes", MaxNameBytes)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	pending, err := s.uploads.Names()
	if err != nil {
		return Upload{}, err
	}
	if len(pending) >= MaxOpenUploads {
		return Upload{}, &truce.Error{Op: op, Kind: truce.Unavailable, Reason: fmt.Sprintf("%d uploads are open", len(pending)), Hint: "finish or abandon some, or try again later"}
	}
	name, err1 := seal.Token(s.random, 20)
	key, err2 := seal.NewKey(s.random)
	u.Blob, u.Offset = "b-"+name, 0
	state, err3 := json.Marshal(uploadState{u.Owner, u.Body, u.Begun, u.Name, u.Size})
	b, err4 := s.keys.Wrap(nil, s.random, key, uploadTag)
	if err4 == nil {
		b, err4 = key.Encrypt(b, s.random, state, []byte(uploadTag+u.Blob))
	}
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return Upload{}, &truce.Error{Op: op, Kind: truce.Unavailable, Reason: "it cannot be encrypted", Cause: err}
	}
	// What is known of it goes first, so that a crash in between leaves nothing that nobody knows.
	if err := s.uploads.WriteFile(u.Blob, b); err != nil {
		return Upload{}, err
	}
	if err := s.blobs.WriteFile(u.Blob, nil); err != nil {
		return Upload{}, err
	}
	s.open[u.Blob] = &upload{blob: u.Blob, size: u.Size, name: u.Name, key: key, sum: seal.NewHasher(), told: u}
	return u, nil
}

// Pending lists the blobs of uploads that are not done.
func (s *Store) Pending() ([]string, error) { return s.uploads.Names() }

// Uploads tells of every upload that is not done, without reading what was sent. Offset is what is surely safe: of one that nobody touched since the
// start it is what the length of the file says.
func (s *Store) Uploads() ([]Upload, error) {
	names, err := s.Pending()
	if err != nil {
		return nil, err
	}
	var out []Upload
	for _, blob := range names {
		s.mu.Lock()
		u := s.open[blob]
		s.mu.Unlock()
		if u != nil && u.tell().Size > 0 {
			out = append(out, u.tell())
			continue
		}
		one, _, err := s.readState(blob)
		if truce.KindOf(err) == truce.NotFound && err != nil {
			continue // done or given up meanwhile
		}
		if err != nil {
			return nil, err
		}
		f, err := s.blobs.File(blob)
		if err == nil {
			var stored int64
			stored, err = f.Size()
			err = errors.Join(err, f.Close())
			one.Offset = min(one.Size, stored/storedBytes*chunkBytes+max(0, stored%storedBytes-seal.Overhead))
		}
		if err != nil && truce.KindOf(err) != truce.NotFound {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// Upload tells how far an upload is, while somebody may be sending to it. NotFound where there is none.
func (s *Store) Upload(blob string) (Upload, error) {
	u := s.get(blob)
	if u.tell().Size == 0 {
		if err := s.hold(u); err != nil {
			return Upload{}, err
		}
		u.mu.Unlock()
	}
	return u.tell(), nil
}

func (u *upload) tell() Upload {
	u.telling.Lock()
	defer u.telling.Unlock()
	return u.told
}

// get gives the upload of a name; it may not have been read back yet, nor be there.
func (s *Store) get(blob string) *upload {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.open[blob]
	if u == nil {
		u = &upload{blob: blob}
		s.open[blob] = u
	}
	return u
}

// hold locks an upload that can be used, waiting for whoever else has it.
func (s *Store) hold(u *upload) error {
	u.mu.Lock()
	return s.ready(u)
}

// ready makes a locked upload usable, reading it back from disk after a start. Where it cannot be, it is unlocked and forgotten.
func (s *Store) ready(u *upload) error {
	var err error
	if u.sum == nil {
		err = s.resume(u)
	}
	if err != nil {
		s.mu.Lock()
		if s.open[u.blob] == u {
			delete(s.open, u.blob)
		}
		s.mu.Unlock()
	} else if u.broken {
		err = &truce.Error{Op: "custody.Upload", Kind: truce.Unavailable, Subject: u.blob, Reason: "writing it failed, and what is on disk is not known", Hint: "abandon it and begin anew"}
	}
	if err != nil {
		u.mu.Unlock()
	}
	return err
}

// resume reads an upload back. It takes each chunk that opens, in order, up to the first that does not: what was acknowledged is among them, and
// what a power cut left half-written is cut off.
func (s *Store) resume(u *upload) error {
	const op truce.Op = "custody.Resume"
	told, key, err := s.readState(u.blob)
	if err != nil {
		return err
	}
	f, err := s.blobs.File(u.blob)
	if truce.KindOf(err) == truce.NotFound {
		return noUpload(u.blob)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	stored, err := f.Size()
	if err != nil {
		return err
	}
	u.size, u.name, u.key, u.sum = told.Size, told.Name, key, seal.NewHasher()
	u.telling.Lock()
	u.told = told
	u.telling.Unlock()
	chunk, text, end := make([]byte, storedBytes), make([]byte, 0, chunkBytes), int64(0)
	for u.offset < u.size {
		n := min(chunkBytes, u.size-u.offset)
		if end+n+seal.Overhead > stored {
			break
		}
		if _, err := f.ReadAt(chunk[:n+seal.Overhead], end); err != nil {
			u.sum = nil
			return &truce.Error{Op: op, Kind: truce.Unavailable, Subject: u.blob, Reason: "it cannot be read", Cause: err}
		}
		text, err = key.Decrypt(text[:0], chunk[:n+seal.Overhead], chunkContext(u.offset/chunkBytes, u.offset+n == u.size))
		if err != nil {
			break
		}
		u.take(text)
		end += n + seal.Overhead
	}
	if end < stored {
		err := f.Truncate(end)
		if err == nil {
			err = f.Sync()
		}
		if err != nil {
			u.sum = nil
			return err
		}
	}
	return nil
}

func noUpload(blob string) error {
	return &truce.Error{Op: "custody.Resume", Kind: truce.NotFound, Subject: blob, Reason: "there is no such upload"}
}

// readState reads back what was written of an upload when it was begun. Offset is not known.
func (s *Store) readState(blob string) (Upload, seal.Key, error) {
	var no seal.Key
	if !validBlob(blob) {
		return Upload{}, no, noUpload(blob)
	}
	b, err := s.uploads.ReadFile(blob, stateBytes)
	if truce.KindOf(err) == truce.NotFound {
		return Upload{}, no, noUpload(blob)
	}
	if err != nil {
		return Upload{}, no, err
	}
	corrupt := func(err error) (Upload, seal.Key, error) {
		return Upload{}, no, &truce.Error{Op: "custody.Resume", Kind: truce.Corrupt, Subject: blob, Reason: "what was written of the upload cannot be read", Hint: "abandon it and begin anew", Cause: err}
	}
	const wrapped = 4 + seal.KeySize + seal.Overhead
	if len(b) < wrapped {
		return corrupt(nil)
	}
	key, err := s.keys.Unwrap(b[:wrapped], uploadTag)
	if err != nil {
		return corrupt(err)
	}
	plain, err := key.Decrypt(nil, b[wrapped:], []byte(uploadTag+blob))
	if err != nil {
		return corrupt(err)
	}
	var x uploadState
	if err := json.Unmarshal(plain, &x); err != nil {
		return corrupt(err)
	}
	return Upload{Blob: blob, Owner: x.Owner, Body: x.Body, Begun: x.Begun, Name: x.Name, Size: x.Size}, key, nil
}

// take counts bytes that are safe on disk.
func (u *upload) take(b []byte) {
	u.sum.Write(b)
	if len(u.head) < headBytes {
		u.head = append(u.head, b[:min(len(b), headBytes-len(u.head))]...)
	}
	u.offset += int64(len(b))
	u.telling.Lock()
	u.told.Offset = u.offset
	u.telling.Unlock()
}

// chunkContext binds a chunk to its place in the file, and the last one to being the last.
func chunkContext(i int64, last bool) []byte {
	b := binary.BigEndian.AppendUint64([]byte(chunkTag), uint64(i))
	if last {
		return append(b, 1)
	}
	return append(b, 0)
}

// Append takes the bytes that follow offset, until r ends, and returns how many bytes of the file are safe on disk: what was sent of a chunk that
// is not full is not kept, and the sender goes on from the number returned. Conflict means that the offset is not where the upload stands, or that
// somebody else is sending. An error of r loses nothing that was acknowledged.
func (s *Store) Append(blob string, offset int64, r io.Reader) (int64, error) {
	const op truce.Op = "custody.Append"
	u := s.get(blob)
	if !u.mu.TryLock() {
		return 0, &truce.Error{Op: op, Kind: truce.Conflict, Subject: blob, Reason: "another request is sending to it"}
	}
	if err := s.ready(u); err != nil {
		return 0, err
	}
	defer u.mu.Unlock()
	if offset != u.offset {
		return u.offset, &truce.Error{Op: op, Kind: truce.Conflict, Subject: blob, Reason: fmt.Sprintf("the next byte is number %d, not %d", u.offset, offset), Hint: "ask how far the upload is and go on from there"}
	}
	f, err := s.blobs.File(blob)
	if err != nil {
		return u.offset, err
	}
	defer f.Close()

	plain := make([]byte, min(syncBytes, max(u.size-u.offset, 1)))
	stored := make([]byte, 0, len(plain)+(len(plain)/chunkBytes+1)*seal.Overhead)
	for u.offset < u.size {
		n, readErr := io.ReadFull(r, plain[:min(syncBytes, u.size-u.offset)])
		if u.offset+int64(n) < u.size {
			n -= n % chunkBytes
		}
		if n > 0 {
			stored = stored[:0]
			for at := 0; at < n; at += chunkBytes {
				end := min(at+chunkBytes, n)
				context := chunkContext((u.offset+int64(at))/chunkBytes, u.offset+int64(end) == u.size)
				if stored, err = u.key.Encrypt(stored, s.random, plain[at:end], context); err != nil {
					return u.offset, &truce.Error{Op: op, Kind: truce.Unavailable, Subject: blob, Reason: "it cannot be encrypted", Cause: err}
				}
			}
			_, err = f.WriteAt(stored, u.offset/chunkBytes*storedBytes)
			if err == nil {
				err = f.Sync()
			}
			if err != nil {
				u.broken = true
				return u.offset, &truce.Error{Op: op, Kind: truce.Unavailable, Subject: blob, Reason: "it cannot be written", Hint: "abandon it and begin anew", Cause: err}
			}
			u.take(plain[:n])
		}
		if readErr == io.EOF || readErr == io.ErrUnexpectedEOF {
			return u.offset, nil
		}
		if readErr != nil {
			return u.offset, &truce.Error{Op: op, Kind: truce.Invalid, Subject: blob, Reason: "the sender stopped", Cause: readErr}
		}
	}
	if n, _ := io.ReadFull(r, plain[:1]); n > 0 {
		return u.offset, &truce.Error{Op: op, Kind: truce.Invalid, Subject: blob, Reason: fmt.Sprintf("more than the %d bytes that were announced were sent", u.size)}
	}
	return u.offset, nil
}

// Complete gives what the record of a deposit says, once all bytes are there. Where want is not zero it must be the digest of the file.
// It is in the second folder too by then. Until [Store.Keep] it can be asked again.
func (s *Store) Complete(blob string, want truce.Digest) (*record.MediaFile, error) {
	const op truce.Op = "custody.Complete"
	u := s.get(blob)
	if err := s.hold(u); err != nil {
		return nil, err
	}
	defer u.mu.Unlock()
	if u.offset != u.size {
		return nil, &truce.Error{Op: op, Kind: truce.Conflict, Subject: blob, Reason: fmt.Sprintf("%d of %d bytes are here", u.offset, u.size), Hint: "send the rest first"}
	}
	got := u.sum.Sum()
	if !want.IsZero() && got != want {
		return nil, &truce.Error{Op: op, Kind: truce.Invalid, Subject: blob, Reason: "the bytes that came are not those whose digest was given", Hint: "abandon it and send the file anew"}
	}
	if err := s.both(blob); err != nil {
		return nil, err
	}
	return &record.MediaFile{Name: u.name, Type: Type(u.head), Size: u.size, SHA256: got, Key: u.key}, nil
}

// Keep ends an upload: the record of the deposit is durable and holds the key. Done twice it does nothing.
func (s *Store) Keep(blob string) error { return s.forget(blob, s.uploads) }

// Abandon ends an upload and destroys what came of it. NotFound where there is no such upload: a file that is kept is not touched. After a
// crash the node keeps what the journal has records of before it lets anybody abandon anything.
func (s *Store) Abandon(blob string) error {
	if !validBlob(blob) {
		return &truce.Error{Op: "custody.Abandon", Kind: truce.NotFound, Subject: blob, Reason: "there is no such upload"}
	}
	if _, err := s.uploads.ReadFile(blob, stateBytes); err != nil {
		return err
	}
	return s.destroy(blob)
}

// Erase destroys a blob and returns when it is gone from the folder for good. One that is not there is no error. The key goes with the content of
// the record, so what a disk may keep of the blob's bytes cannot be read.
func (s *Store) Erase(blob string) error { return s.destroy(blob) }

func (s *Store) destroy(blob string) error {
	if s.second != nil {
		return s.forget(blob, s.second, s.blobs, s.uploads)
	}
	return s.forget(blob, s.blobs, s.uploads)
}

func (s *Store) forget(blob string, from ...disk.Folder) error {
	if !validBlob(blob) {
		return &truce.Error{Op: "custody.Erase", Kind: truce.Invalid, Subject: blob, Reason: "that is no name of a blob"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, blob)
	for _, f := range from {
		if err := f.Remove(blob); err != nil {
			return err
		}
	}
	return nil
}

// Strangers lists blobs that are neither known nor being uploaded: the journal is older than the folder, or a crash came between two steps.
// Nothing removes them by itself.
func (s *Store) Strangers(known func(blob string) bool) (list []string, err error) {
	uploads, err := s.uploads.Names()
	if err != nil {
		return nil, err
	}
	names, err := s.blobs.Names()
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		if validBlob(n) && !slices.Contains(uploads, n) && !known(n) {
			list = append(list, n)
		}
	}
	return list, nil
}

// Add keeps a small file at once: a copy that the program made. The caller makes its record and then calls [Store.Keep].
func (s *Store) Add(u Upload, b []byte) (blob string, f *record.MediaFile, err error) {
	u.Size = int64(len(b))
	if u, err = s.Begin(u); err != nil {
		return "", nil, err
	}
	if _, err = s.Append(u.Blob, 0, bytes.NewReader(b)); err != nil {
		return "", nil, err
	}
	f, err = s.Complete(u.Blob, seal.Bytes(b))
	return u.Blob, f, err
}

func validBlob(s string) bool {
	if len(s) != 22 || s[:2] != "b-" {
		return false
	}
	for _, c := range []byte(s[2:]) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
