package verify

import (
	"bytes"
	"encoding/json"
	"fmt"

	"truce"
	"truce/internal/seal"
)

// Forms of document: the first member of each.
const (
	FormText       = "truce/text/v1"
	FormKey        = "truce/key/v1"
	FormPolicy     = "truce/policy/v1"
	FormOutcome    = "truce/outcome/v1"
	FormFinding    = "truce/finding/v1"
	FormCorrection = "truce/correction/v1"
	FormReveal     = "truce/reveal/v1"
	FormPadding    = "truce/padding/v1"
	FormWithheld   = "truce/withheld/v1"
	FormErasure    = "truce/erasure/v1"
	FormPause      = "truce/pause/v1"
	FormReport     = "truce/report/v1"
)

// Limits of what is read. See docs/limits.md.
const (
	MaxDocumentBytes = 64 << 20
	MaxTextBytes     = 16 << 20
)

// Signature is somebody's word in a document.
type Signature struct {
	Body string `json:"body"`
	Act  string `json:"act"`
	How  string `json:"how"` // "ssh", "passkey", "session" or "node"
	Key  string `json:"key,omitempty"`
	// Statement and Signature are there with a key alone.
	Statement []byte `json:"statement,omitempty"`
	Signature []byte `json:"signature,omitempty"`
}

// TextDocument says that a version of the agreement was taken up.
type TextDocument struct {
	Form       string      `json:"form"`
	Agreement  string      `json:"agreement"`
	Version    string      `json:"version"`
	Folder     string      `json:"folder,omitempty"`
	Use        string      `json:"use"`
	Text       string      `json:"text"`
	Plan       string      `json:"plan"`
	Engine     string      `json:"engine"`
	Signatures []Signature `json:"signatures,omitempty"`
}

// KeyDocument says that a key signs for a body, or no longer does.
type KeyDocument struct {
	Form   string `json:"form"`
	Key    string `json:"key"`
	Act    string `json:"act"` // "begins" or "ends"
	Body   string `json:"body"`
	Office string `json:"office"`
	Method string `json:"method"` // "ssh" or "passkey"
	Public string `json:"public"`
	// Host and Origins bind a passkey to the site it was made for.
	Host       string      `json:"host,omitempty"`
	Origins    []string    `json:"origins,omitempty"`
	Signatures []Signature `json:"signatures,omitempty"`
}

// PolicyDocument says which witnesses count.
type PolicyDocument struct {
	Form   string `json:"form"`
	Policy string `json:"policy"`
}

// OutcomeDocument is what a rule says of one thing, with the facts it follows from.
type OutcomeDocument struct {
	Form      string   `json:"form,omitempty"`
	Record    string   `json:"record"`
	Agreement string   `json:"agreement"`
	Version   string   `json:"version"`
	Rule      string   `json:"rule"`
	Article   string   `json:"article,omitempty"`
	Subject   string   `json:"subject"`
	Day       string   `json:"day,omitempty"`
	Cell      string   `json:"cell,omitempty"`
	Said      []Said   `json:"said,omitempty"`
	Turns     []string `json:"turns,omitempty"`
	By        []string `json:"by,omitempty"`
	Known     string   `json:"known,omitempty"`
	Answering []string `json:"answering,omitempty"`
	Gone      bool     `json:"gone,omitempty"`
	Inputs    string   `json:"inputs,omitempty"`
	// Simulated says that it was invented for an exercise or a demonstration.
	Simulated bool `json:"simulated,omitempty"`
}

// Said is the result under one choice of readings.
type Said struct {
	Readings []string `json:"readings,omitempty"` // "term=reading"
	Result   string   `json:"result"`
	Possible []string `json:"possible"`
	Asked    []Asked  `json:"asked,omitempty"`
}

// Asked is one question of a rule, its answer, and the result if the answer is yes.
type Asked struct {
	Question string `json:"question"`
	Answer   string `json:"answer"` // "yes", "no" or "unknown"
	Then     string `json:"then"`
}

// FindingDocument is what people concluded, and the outcomes it rests on.
type FindingDocument struct {
	Form string `json:"form"`
	// Conclusion is what is signed, byte for byte: a [Conclusion].
	Conclusion json.RawMessage   `json:"conclusion"`
	Outcomes   []OutcomeDocument `json:"outcomes,omitempty"`
	Signatures []Signature       `json:"signatures,omitempty"`
}

// Conclusion is the part of a finding that signatories sign.
type Conclusion struct {
	Case        string       `json:"case"`
	Number      int          `json:"number"`
	Agreement   string       `json:"agreement"`
	Version     string       `json:"version"`
	Rule        string       `json:"rule,omitempty"`
	Article     string       `json:"article,omitempty"`
	Kind        string       `json:"kind,omitempty"`
	Occurrence  string       `json:"occurrence"`
	Standard    string       `json:"standard"`
	Confidence  string       `json:"confidence"`
	Intent      string       `json:"intent"`
	Severity    string       `json:"severity,omitempty"`
	Attribution *Attribution `json:"attribution,omitempty"`
	Cites       []string     `json:"cites,omitempty"`
	Simulated   bool         `json:"simulated,omitempty"`
}

// Attribution is who answers for it, apart from whether it happened.
type Attribution struct {
	Result     string   `json:"result"`
	By         []string `json:"by,omitempty"`
	Standard   string   `json:"standard"`
	Confidence string   `json:"confidence"`
}

const conclusionTag = "truce/conclusion/v1\n"

// ConclusionDigest is what a statement that signs the conclusion names: of the bytes as they stand in the document.
func ConclusionDigest(conclusion []byte) truce.Digest {
	return seal.Bytes(append([]byte(conclusionTag), conclusion...))
}

// CorrectionDocument takes something back.
type CorrectionDocument struct {
	Form string `json:"form"`
	Leaf int64  `json:"leaf"`
	Why  string `json:"why"`
}

// RevealDocument opens one group of fields of one record.
type RevealDocument struct {
	Form       string      `json:"form"`
	Leaf       int64       `json:"leaf"`
	ID         string      `json:"id"`
	Record     string      `json:"record"`
	Place      int         `json:"place"`
	Path       []string    `json:"path"`
	Group      string      `json:"group"`
	Salt       string      `json:"salt"`
	Data       []byte      `json:"data"`
	Simulated  bool        `json:"simulated,omitempty"`
	Signatures []Signature `json:"signatures,omitempty"`
}

// PaddingDocument says which sealed leaves were padding.
type PaddingDocument struct {
	Form  string   `json:"form"`
	From  int64    `json:"from"`
	Salts []string `json:"salts"`
}

// WithheldDocument says which sealed leaves stay closed.
type WithheldDocument struct {
	Form       string      `json:"form"`
	Leaves     []int64     `json:"leaves"`
	Why        string      `json:"why"`
	Until      int64       `json:"until,omitempty"`
	Signatures []Signature `json:"signatures,omitempty"`
}

// ErasureDocument says behind which sealed leaves the content was destroyed.
type ErasureDocument struct {
	Form       string      `json:"form"`
	Leaves     []int64     `json:"leaves"`
	Why        string      `json:"why"`
	Signatures []Signature `json:"signatures,omitempty"`
}

// PauseDocument says that publication stops or goes on.
type PauseDocument struct {
	Form       string      `json:"form"`
	Act        string      `json:"act"` // "paused" or "resumed"
	Signatures []Signature `json:"signatures,omitempty"`
}

// ReportDocument is a daily report that was issued to the public, or the correction of one.
type ReportDocument struct {
	Form   string `json:"form"`
	Report string `json:"report"` // name of the record
	Act    string `json:"act"`    // "issued" or "corrects"
	Number int    `json:"number"`
	From   string `json:"from"`
	To     string `json:"to"` // the cut-off of its facts
	// Content is what it says, byte for byte as it was issued; Salt opens the commitment to it, by which a signature covers it.
	Content    json.RawMessage `json:"content"`
	Salt       string          `json:"salt"`
	Simulated  bool            `json:"simulated,omitempty"`
	Signatures []Signature     `json:"signatures,omitempty"`
}

// forms gives the form of the document of each kind of leaf.
var forms = [endOfKinds]string{Text: FormText, KeyLeaf: FormKey, PolicyLeaf: FormPolicy, Outcome: FormOutcome, Finding: FormFinding, Correction: FormCorrection,
	Reveal: FormReveal, Padding: FormPadding, Withheld: FormWithheld, Erasure: FormErasure, Pause: FormPause, ReportLeaf: FormReport}

// Encode writes a document, or a conclusion, as it is published: members in the order of their declaration, no spaces, no escapes that JSON does not need.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Decode reads a document into a pointer to its type and refuses every spelling that Encode does not write.
func Decode(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		var again []byte
		if again, err = Encode(v); err == nil && !bytes.Equal(again, b) {
			err = fmt.Errorf("it is not in its canonical form")
		}
	}
	if err != nil {
		return &truce.Error{Op: "verify.Decode", Kind: truce.Corrupt, Reason: "the document cannot be read", Cause: err}
	}
	return nil
}

// hasNull finds a value that is none: a list without members is an empty list.
func hasNull(b []byte) bool {
	if !bytes.Contains(b, []byte("null")) {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(b))
	for {
		switch t, err := d.Token(); {
		case err != nil:
			return false
		case t == nil:
			return true
		}
	}
}

// decodeForm reads the document of a kind of leaf.
func decodeForm(b []byte, kind Kind, form *string, v any) error {
	if err := Decode(b, v); err != nil {
		return err
	}
	if kind != ReportLeaf && hasNull(b) {
		return &truce.Error{Op: "verify.Decode", Kind: truce.Corrupt, Reason: "a list stands there as null"}
	}
	if *form != forms[kind] {
		return &truce.Error{Op: "verify.Decode", Kind: truce.Corrupt, Reason: fmt.Sprintf("a %s leaf names a document of the form %q", kind, *form)}
	}
	return nil
}
