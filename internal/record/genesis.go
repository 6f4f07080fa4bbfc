package record

import (
	"fmt"

	"truce"
)

// Genesis is the first record of a journal: for which agreement it was made, when, and with which vault.
type Genesis struct {
	At truce.Instant
	// Keyring names the vault's keys: a journal opened with others is refused before anything is read.
	Keyring string
	// Demo marks a journal that was made to try truce out: everything in it may be invented.
	Demo bool
}

type genesisBody struct {
	At      truce.Instant `json:"at"`
	Keyring string        `json:"keyring"`
	Demo    bool          `json:"demo,omitempty"`
}

// Draft writes the genesis as a record.
func (g Genesis) Draft() (Draft, error) {
	b := genesisBody(g)
	if err := b.check(); err != nil {
		return Draft{}, &truce.Error{Op: "record.Genesis", Kind: truce.Invalid, Reason: err.Error()}
	}
	return draft(truce.RecordGenesis, b)
}

// ReadGenesis reads a record of the kind.
func ReadGenesis(r *truce.Record) (Genesis, error) {
	var b genesisBody
	if err := readBody(r, truce.RecordGenesis, &b); err != nil {
		return Genesis{}, err
	}
	if err := b.check(); err != nil {
		return Genesis{}, &truce.Error{Op: "record.ReadGenesis", Kind: truce.Corrupt, Subject: r.String(), Reason: err.Error()}
	}
	return Genesis(b), nil
}

func (b *genesisBody) check() error {
	if !b.At.Stated() || b.Keyring == "" {
		return fmt.Errorf("it says when it was made and with which keys")
	}
	return nil
}
