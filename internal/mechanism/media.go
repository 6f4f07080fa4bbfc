package mechanism

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"truce"
	"truce/internal/access"
	"truce/internal/custody"
	"truce/internal/record"
	"truce/internal/vault"
	"truce/internal/view"
)

func mediaRow(row *view.Row, r *truce.Record, g vault.Groups) error {
	x, err := record.ReadMedia(r, g)
	if err != nil {
		return err
	}
	row.Simulated = x.Simulated
	for _, id := range x.About {
		row.Links = append(row.Links, view.Link{How: "media", ID: id})
	}
	if x.Of != "" {
		row.Links = append(row.Links, view.Link{How: "copy", ID: x.Of})
	}
	return nil
}

func custodyRow(row *view.Row, r *truce.Record, g vault.Groups) error {
	x, err := record.ReadCustody(r, g)
	if err == nil {
		row.Links = append(row.Links, view.Link{How: "custody", ID: x.Media})
		if x.To != "" {
			row.Addressed = []truce.BodyID{x.To}
		}
	}
	return err
}

// Media is a deposit, or a copy made of one, as one viewer sees it.
type Media struct {
	Card    `access:"each"`
	Form    string           `json:"form" access:"open" doc:"Original, stripped (re-encoded without metadata) or redacted."`
	Of      truce.RecordID   `json:"of,omitempty" access:"open" doc:"The original that a copy was made of."`
	About   []truce.RecordID `json:"about,omitempty" access:"what"`
	Type    string           `json:"type,omitempty" access:"what"`
	Size    int64            `json:"size,omitempty" access:"media-original"`
	SHA256  string           `json:"sha256,omitempty" access:"media-original" doc:"Of the bytes as they were received."`
	Name    string           `json:"name,omitempty" access:"source" doc:"As its sender called it."`
	Note    string           `json:"note,omitempty" access:"note"`
	Copies  []truce.RecordID `json:"copies,omitempty" access:"media"`
	Custody []Held           `json:"custody,omitempty" access:"custody" doc:"Who did what with it, from the deposit on."`
}

// Held is one line of a custody list.
type Held struct {
	At     string         `json:"at" format:"date-time"`
	Act    string         `json:"act"`
	Body   truce.BodyID   `json:"body,omitempty"`
	Person truce.PersonID `json:"person,omitempty"`
	To     truce.BodyID   `json:"to,omitempty"`
}

// Upload is an upload that is not done.
type Upload struct {
	ID     string         `json:"id" access:"existence"`
	Name   string         `json:"name,omitempty" access:"source"`
	Size   int64          `json:"size" access:"count"`
	Offset int64          `json:"offset" access:"count" doc:"How many bytes are safe on disk: send the next from here."`
	Begun  string         `json:"begun" access:"logged" format:"date-time"`
	Body   truce.BodyID   `json:"body" access:"by"`
	Person truce.PersonID `json:"person" access:"reporter"`
}

// uploaded gives an upload as a viewer sees it, and what they see.
func uploaded(v access.Viewer, u custody.Upload) (Upload, access.Thing, access.Fields) {
	t := access.Thing{Kind: access.KindMedia, Author: truce.Author{Person: u.Owner, Body: u.Body}}
	out := Upload{u.Blob, u.Name, u.Size, u.Offset, instant(u.Begun), u.Body, u.Owner}
	sees := access.Redact(v, t, &out)
	return out, t, sees
}

// BeginUpload starts the upload of an original.
func (m *Mechanism) BeginUpload(v access.Viewer, name string, size int64) (Upload, error) {
	const op truce.Op = "mechanism.BeginUpload"
	if _, err := m.may(op, v, access.ActDeposit, access.Thing{Kind: access.KindMedia, Author: v.Author()}); err != nil {
		return Upload{}, err
	}
	u, err := m.Media.Begin(custody.Upload{Owner: v.Person, Body: v.Body, Begun: v.Now, Name: name, Size: size})
	out, _, _ := uploaded(v, u)
	return out, err
}

// upload gives an upload of the viewer's own; another's is absent.
func (m *Mechanism) upload(op truce.Op, v access.Viewer, id string) (custody.Upload, error) {
	if _, err := m.may(op, v, access.ActDeposit, access.Thing{Kind: access.KindMedia, Author: v.Author()}); err != nil {
		return custody.Upload{}, err
	}
	u, err := m.Media.Upload(id)
	if truce.KindOf(err) == truce.NotFound && err != nil || err == nil && (u.Owner != v.Person || v.Person == "") {
		return custody.Upload{}, errAbsent(op)
	}
	return u, err
}

// UploadState tells how far an upload is.
func (m *Mechanism) UploadState(v access.Viewer, id string) (Upload, error) {
	u, err := m.upload("mechanism.UploadState", v, id)
	out, _, _ := uploaded(v, u)
	return out, err
}

// Uploads lists the uploads that are not done, of which a viewer may know: their own, those of their body, all for the operations room.
func (m *Mechanism) Uploads(v access.Viewer) ([]Upload, error) {
	all, err := m.Media.Uploads()
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b custody.Upload) int {
		return cmp.Or(cmp.Compare(a.Begun, b.Begun), cmp.Compare(a.Blob, b.Blob))
	})
	out := []Upload{}
	for _, u := range all {
		if one, _, sees := uploaded(v, u); sees.Has(access.Existence) {
			out = append(out, one)
		}
	}
	return out, nil
}

// Abandon gives an upload up and destroys what came of it. One whose record is written down is kept.
func (m *Mechanism) Abandon(v access.Viewer, id string) error {
	const op truce.Op = "mechanism.Abandon"
	all, err := m.Media.Uploads()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(u custody.Upload) bool { return u.Blob == id })
	if i < 0 {
		return errAbsent(op)
	}
	_, t, _ := uploaded(v, all[i])
	if _, err := m.may(op, v, access.ActAbandon, t); err != nil {
		return err
	}
	m.command.Lock() // a deposit writes its record under it
	defer m.command.Unlock()
	m.mu.RLock()
	kept := m.custody.Knows(id)
	m.mu.RUnlock()
	if kept { // the program stopped between the record and this
		return errors.Join(m.Media.Keep(id), &truce.Error{Op: op, Kind: truce.Conflict, Subject: id, Reason: "it was deposited already"})
	}
	return m.Media.Abandon(id)
}

// there reports whether an upload is still under way: between the end of its bytes and its record somebody may have given it up. The command lock is held.
func (m *Mechanism) there(op truce.Op, blob string) error {
	if _, err := m.Media.Upload(blob); truce.KindOf(err) == truce.NotFound && err != nil {
		return errAbsent(op)
	} else {
		return err
	}
}

// AppendUpload takes the bytes behind offset and tells how many are safe.
func (m *Mechanism) AppendUpload(v access.Viewer, id string, offset int64, r io.Reader) (Upload, error) {
	u, err := m.upload("mechanism.AppendUpload", v, id)
	if err != nil {
		return Upload{}, err
	}
	u.Offset, err = m.Media.Append(id, offset, r)
	out, _, _ := uploaded(v, u)
	return out, err
}

// Deposit ends an upload: its record is durable when this returns. Where digest is not zero the bytes must be those.
func (m *Mechanism) Deposit(ctx context.Context, v access.Viewer, id string, digest truce.Digest, tier truce.Tier, about []truce.RecordID, note string, simulated bool) (Receipt, error) {
	const op truce.Op = "mechanism.Deposit"
	u, err := m.upload(op, v, id)
	if err != nil {
		return Receipt{}, err
	}
	if err := m.citable(ctx, op, v, about); err != nil {
		return Receipt{}, err
	}
	f, err := m.Media.Complete(id, digest)
	if err != nil {
		return Receipt{}, err
	}
	f.Note, simulated = note, simulated || m.Exercise
	d, err := record.Media{At: u.Begun, Form: record.MediaOriginal, Blob: id, About: about, Simulated: simulated, File: f}.Draft()
	if err != nil {
		return Receipt{}, err
	}
	d.Record.Tier = tier
	m.command.Lock()
	defer m.command.Unlock()
	if err := m.there(op, id); err != nil {
		return Receipt{}, err
	}
	r, err := m.do(ctx, v, d)
	if err != nil || r.Sign != nil {
		return r, err
	}
	return r, m.Media.Keep(id)
}

// Pictures lists deposits and copies that a viewer may know of; about narrows to those that belong to a record.
func (m *Mechanism) Pictures(ctx context.Context, v access.Viewer, about truce.RecordID, cursor string, limit int) (Page[Media], error) {
	q := view.Query{Kinds: []truce.RecordKind{truce.RecordMedia}, Limit: limit}
	if about != "" {
		if _, _, _, err := m.look(ctx, "mechanism.Pictures", v, about); err != nil {
			return Page[Media]{Items: []Media{}}, err
		}
		q.Links, q.How = about, "media"
	}
	return list(ctx, m, v, q, cursor, func(row *view.Row, t access.Thing, sees access.Fields) (Media, bool, error) {
		if about != "" && !sees.Has(access.What) {
			return Media{}, false, nil
		}
		x, err := m.media(ctx, row, t, sees)
		return x, true, err
	})
}

// Picture gives one deposit or copy.
func (m *Mechanism) Picture(ctx context.Context, v access.Viewer, id truce.RecordID) (Media, error) {
	row, t, sees, err := m.look(ctx, "mechanism.Picture", v, id, truce.RecordMedia)
	if err != nil {
		return Media{}, err
	}
	return m.media(ctx, &row, t, sees)
}

func (m *Mechanism) media(ctx context.Context, row *view.Row, t access.Thing, sees access.Fields) (out Media, err error) {
	out = Media{Card: m.card(row, t, sees)}
	defer func() { access.RedactTo(sees, &out) }()
	r, g, err := m.content(ctx, row)
	if err != nil {
		return out, err
	}
	x, err := record.ReadMedia(&r, g)
	if err != nil {
		return out, err
	}
	out.Form, out.Of, out.About = string(x.Form), x.Of, x.About
	if f := x.File; f != nil {
		out.Type, out.Size, out.SHA256, out.Name, out.Note = f.Type, f.Size, f.SHA256.String(), f.Name, f.Note
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	out.Copies = m.custody.Copies(row.ID)
	for _, e := range m.custody.Of(row.ID) {
		out.Custody = append(out.Custody, Held{instant(e.At), string(e.Act), e.By.Body, e.By.Person, e.To})
	}
	return out, nil
}

// Open gives the bytes of a copy, or of an original to whoever says why; that is written down before a byte is handed out.
func (m *Mechanism) Open(ctx context.Context, v access.Viewer, id truce.RecordID, reason string, out bool) (*custody.File, Media, error) {
	const op truce.Op = "mechanism.Open"
	row, t, sees, err := m.look(ctx, op, v, id, truce.RecordMedia)
	if err != nil {
		return nil, Media{}, err
	}
	r, g, err := m.content(ctx, &row)
	if err != nil {
		return nil, Media{}, err
	}
	x, err := record.ReadMedia(&r, g)
	if err != nil {
		return nil, Media{}, err
	}
	if x.File == nil {
		return nil, Media{}, &truce.Error{Op: op, Kind: truce.NotFound, Subject: string(id), Reason: "its content was destroyed"}
	}
	if x.Form == record.MediaOriginal {
		if _, err := m.may(op, v, access.ActOpenOriginal, t); err != nil {
			return nil, Media{}, err
		}
		act := record.CustodyOpened
		if out {
			act = record.CustodyCopied
		}
		d, err := record.Custody{At: v.Now, Act: act, Media: id, Reason: reason}.Draft()
		if err != nil {
			return nil, Media{}, err
		}
		d.Record.Tier = truce.TierMechanism
		m.command.Lock()
		written, err := m.do(ctx, v, d)
		m.command.Unlock()
		if err != nil {
			return nil, Media{}, err
		}
		if written.Sign != nil { // no byte leaves before the line of custody is written down
			return nil, Media{}, &truce.Error{Op: op, Kind: truce.Invalid, Reason: "an original is opened in a session", Hint: "ask without naming a key to sign with"}
		}
	} else if !sees.Has(access.Media) {
		return nil, Media{}, errAbsent(op)
	}
	f, err := m.Media.File(x.Blob, x.File)
	if err != nil {
		return nil, Media{}, err
	}
	about, err := m.media(ctx, &row, t, sees|access.What)
	if err != nil {
		f.Close()
		return nil, Media{}, err
	}
	return f, about, nil
}

// HandOver records that an original was given to another body.
func (m *Mechanism) HandOver(ctx context.Context, v access.Viewer, id truce.RecordID, to truce.BodyID, receiver, reason string) (Receipt, error) {
	const op truce.Op = "mechanism.HandOver"
	_, t, _, err := m.look(ctx, op, v, id, truce.RecordMedia)
	if err != nil {
		return Receipt{}, err
	}
	if _, err := m.may(op, v, access.ActOpenOriginal, t); err != nil {
		return Receipt{}, err
	}
	d, err := record.Custody{At: v.Now, Act: record.CustodyHandedOver, Media: id, To: to, Receiver: receiver, Reason: reason}.Draft()
	if err != nil {
		return Receipt{}, err
	}
	d.Record.Tier = truce.TierMechanism
	m.command.Lock()
	defer m.command.Unlock()
	return m.do(ctx, v, d)
}

// Underived lists originals that no copy was made of yet, for the node to make one.
func (m *Mechanism) Underived(ctx context.Context, after truce.Seq, limit int) ([]truce.RecordID, truce.Seq, error) {
	rows, err := m.View.Records(ctx, view.Query{Kinds: []truce.RecordKind{truce.RecordMedia}, After: after, OldestFirst: true, Limit: limit})
	if err != nil {
		return nil, after, err
	}
	var out []truce.RecordID
	for i := range rows {
		after = rows[i].Seq
		links, err := m.View.Linked(ctx, rows[i].Seq)
		if err != nil {
			return nil, after, err
		}
		copied := false
		for _, l := range links {
			copied = copied || l.How == "copy"
		}
		m.mu.RLock()
		if !copied && !rows[i].Erased && len(m.custody.Copies(rows[i].ID)) == 0 {
			out = append(out, rows[i].ID)
		}
		m.mu.RUnlock()
	}
	return out, after, nil
}

// Derive makes a stripped copy of an original with a function that the node runs in a limited process.
func (m *Mechanism) Derive(ctx context.Context, id truce.RecordID, now truce.Instant, derive func(w io.Writer, r io.Reader) error) error {
	const op truce.Op = "mechanism.Derive"
	row, err := m.View.Record(ctx, id)
	if err != nil {
		return err
	}
	r, g, err := m.content(ctx, &row)
	if err != nil {
		return err
	}
	x, err := record.ReadMedia(&r, g)
	if err != nil || x.File == nil {
		return err
	}
	if x.File.Type != "image/jpeg" && x.File.Type != "image/png" {
		return &truce.Error{Op: op, Kind: truce.Invalid, Subject: string(id), Reason: "no copy is made of a file of this kind"}
	}
	f, err := m.Media.File(x.Blob, x.File)
	if err != nil {
		return err
	}
	defer f.Close()
	var b limited
	if err := derive(&b, io.NewSectionReader(f, 0, f.Size())); err != nil {
		return err
	}
	blob, file, err := m.Media.Add(custody.Upload{Owner: row.Author.Person, Body: row.Author.Body, Begun: now}, b.b)
	if err != nil {
		return err
	}
	d, err := record.Media{At: now, Form: record.MediaStripped, Of: id, Blob: blob, About: x.About, Simulated: x.Simulated, File: file}.Draft()
	if err != nil {
		return err
	}
	d.Record.Tier, d.Record.Author, d.Record.Received, d.Record.Claimed = row.Tier, truce.Author{Vouch: truce.VouchNode}, now, now
	m.under(&d.Record)
	list, err := m.put(ctx, []record.Draft{d})
	if err != nil {
		return err
	}
	if err := m.Await(ctx, list[0].Seq); err != nil {
		return err
	}
	return m.Media.Keep(blob)
}

// MaxDerived is how many bytes a copy may have. See docs/limits.md.
const MaxDerived = 64 << 20

// limited is a buffer that takes so many bytes and no more.
type limited struct{ b []byte }

func (l *limited) Write(p []byte) (int, error) {
	if len(l.b)+len(p) > MaxDerived {
		return 0, &truce.Error{Op: "mechanism.Derive", Kind: truce.TooLarge, Reason: "the copy is too large"}
	}
	l.b = append(l.b, p...)
	return len(p), nil
}
