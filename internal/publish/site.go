package publish

import (
	"compress/flate"
	"context"
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"truce"
	"truce/internal/lang"
	"truce/internal/seal"
	"truce/internal/style"
)

// Out is the folder in which a site is written. Nothing in it is precious: lost files are made again.
type Out interface {
	// ReadFile reads a file of at most limit bytes; NotFound where there is none.
	ReadFile(path string, limit int64) ([]byte, error)
	// WriteFile puts a file in its place: whoever reads sees the old one or the new one.
	WriteFile(path string, data []byte) error
	// Remove deletes a file. One that is not there is no error.
	Remove(path string) error
	// Sync returns when what was written is on disk.
	Sync() error
}

// Site is the public site of one open record. It is used from one goroutine.
type Site struct {
	out     Out
	book    *book
	assets  *assets
	looks   map[lookKey]*look
	kits    map[int64]*kit // by the leaf that is checked with it
	under   string         // the policy of the kits
	once    *shared
	squeeze *flate.Writer
	said    map[lookKey]*style.Explained
	program seal.Hash
	was     manifest
	known   bool // was was read
}

// Done says what an update did.
type Done struct{ Written, Removed, Kept int }

// ManifestFile lists what a site is made of.
const ManifestFile = "site.json"

// MaxManifestBytes bounds it: a line for each finding and report. See docs/limits.md.
const MaxManifestBytes = 256 << 20

// manifest says of each thing of a site what it was made from. A thing is a file, or, where its name begins with */, one file for each language. What is not known to be whole has
// no digest.
type manifest struct {
	Form   string            `json:"form"`
	Things map[string]string `json:"things"`
}

const manifestForm = "truce/site/v1"

// thing is what is written together and made from the same.
type thing struct {
	name  string
	from  seal.Hash
	write func(put func(path string, data []byte) error) error
}

// New is the site of a record, which is written beside it or elsewhere.
func New(record fs.FS, out Out) (*Site, error) {
	a, err := readAssets()
	if err != nil {
		return nil, err
	}
	return &Site{out: out, book: newBook(record), assets: a, looks: map[lookKey]*look{}, kits: map[int64]*kit{}, said: map[lookKey]*style.Explained{}, program: a.program}, nil
}

// pathsOf gives the files of a thing.
func pathsOf(name string) []string {
	rest, each := strings.CutPrefix(name, "*/")
	if !each {
		return []string{name}
	}
	var out []string
	for _, l := range lang.Languages {
		out = append(out, l+"/"+rest)
	}
	return out
}

// Update makes the site what the record says now: it writes what changed and removes what is gone. With paused, publication stopped and the log does not say so
// yet. Where it is stopped halfway, the next one finishes.
func (s *Site) Update(ctx context.Context, paused bool) (done Done, err error) {
	if err := s.book.follow(); err != nil {
		return done, err
	}
	if !s.known {
		if err := s.readManifest(); err != nil {
			return done, err
		}
	}
	paused = paused || s.book.paused
	things, err := s.things(paused)
	if err != nil {
		return done, err
	}
	is := manifest{manifestForm, map[string]string{}}
	for _, t := range things {
		is.Things[t.name] = seal.Text(t.from[:], 26)
	}
	if maps.Equal(is.Things, s.was.Things) {
		done.Kept = len(things)
		return done, nil
	}
	// From here until the end it is not known of what changes whether it is whole.
	between := manifest{manifestForm, maps.Clone(is.Things)}
	var gone []string
	for name, from := range s.was.Things {
		if is.Things[name] != from {
			between.Things[name] = ""
		}
		if _, stays := is.Things[name]; !stays {
			gone = append(gone, name)
		}
	}
	for name := range is.Things {
		if _, was := s.was.Things[name]; !was {
			between.Things[name] = ""
		}
	}
	if err := s.writeManifest(between); err != nil {
		return done, err
	}
	slices.Sort(gone)
	for _, name := range gone {
		for _, path := range pathsOf(name) {
			if err := s.out.Remove(path); err != nil {
				return done, err
			}
		}
		done.Removed++
	}
	for i := range things {
		t := &things[i]
		if between.Things[t.name] != "" {
			done.Kept++
			continue
		}
		if err := ctx.Err(); err != nil {
			return done, err
		}
		if err := t.write(s.out.WriteFile); err != nil {
			return done, err
		}
		t.write = nil // and what it has read
		done.Written++
	}
	if err := s.out.Sync(); err != nil {
		return done, err
	}
	return done, s.writeManifest(is)
}

func (s *Site) readManifest() error {
	b, err := s.out.ReadFile(ManifestFile, MaxManifestBytes)
	if err != nil && truce.KindOf(err) != truce.NotFound {
		return err
	}
	var m manifest
	if err == nil && json.Unmarshal(b, &m) == nil && m.Form == manifestForm {
		for name := range m.Things { // a strange one could make us remove what is not ours
			if slices.ContainsFunc(pathsOf(name), func(path string) bool { return TypeOf(path) == "" || ofRecord(path) }) {
				delete(m.Things, name)
			}
		}
		s.was = m
	}
	s.known = true
	return nil
}

func (s *Site) writeManifest(m manifest) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	s.was = m
	return s.out.WriteFile(ManifestFile, append(b, '\n'))
}

// from is what a thing is made from: the program and everything that is handed in, as text.
func (s *Site) from(parts ...any) seal.Hash {
	h, err := seal.Value([]any{s.program.String(), parts})
	if err != nil {
		panic("publish: " + err.Error()) // texts and numbers always have a digest
	}
	return h
}
