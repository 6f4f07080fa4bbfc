package monitor

import (
	"bytes"
	"encoding/json"
	"fmt"

	"truce"
	"truce/internal/seal"
)

// MaxStateBytes bounds what is remembered. See docs/limits.md.
const MaxStateBytes = 256 << 10

const stateForm = "truce/monitor/v1"

// State is what a monitor remembers of a record. It is small: the record keeps the rest, and the checkpoint binds it. Whoever can change the
// state can hide what happened before.
type State struct {
	Form string `json:"form"`
	// Keys are the log's keys that were taken, in their order.
	Keys []string `json:"keys"`
	// Checkpoint is the last one that was found good, as it was published.
	Checkpoint string `json:"checkpoint"`
	// Policy is the newest that stood in the log under that checkpoint; "" for none.
	Policy string `json:"policy,omitempty"`
	// At is when it was looked at, in seconds since 1970.
	At int64 `json:"at"`
}

// ParseState reads a state.
func ParseState(b []byte) (*State, error) {
	s := new(State)
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err := d.Decode(s)
	if err == nil && (s.Form != stateForm || len(b) > MaxStateBytes) {
		err = fmt.Errorf("its form is not %s", stateForm)
	}
	if err == nil {
		_, _, err = s.last()
	}
	if err != nil {
		return nil, &truce.Error{Op: "monitor.ParseState", Kind: truce.Corrupt, Subject: "the state", Reason: "what the monitor remembered cannot be read",
			Hint: "bring it from a backup; without it what happened before cannot be compared", Cause: err}
	}
	return s, nil
}

// Bytes writes the state.
func (s *State) Bytes() ([]byte, error) {
	b, err := json.MarshalIndent(s, "", " ")
	return append(b, '\n'), err
}

// last is the checkpoint that was found good last, and the keys that may sign the next one.
func (s *State) last() (seal.Checkpoint, []seal.NoteKey, error) {
	var keys []seal.NoteKey
	for _, v := range s.Keys {
		k, err := seal.ParseNoteKey(v)
		if err != nil {
			return seal.Checkpoint{}, nil, err
		}
		keys = append(keys, k)
	}
	c, _, err := seal.OpenCheckpoint([]byte(s.Checkpoint), keys...)
	return c, keys, err
}
