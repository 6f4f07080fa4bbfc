package journal

import (
	"context"
	"fmt"

	"truce"
)

// Rebuild makes an empty store the same as a sound one, up to the head that the sound one has when it is called, which may be in use meanwhile.
// It checks each record, link and commitment that it copies; what the source has erased stays erased. It returns the head of the new store.
//
// Repair is this, from the sound copy into an empty folder that then takes the place of the damaged one; backup is this into plain files
// elsewhere; restore is this the other way.
func Rebuild(ctx context.Context, into, from Journal) (Head, error) {
	const op truce.Op = "journal.Rebuild"
	head, err := into.Head(ctx)
	if err != nil {
		return head, err
	}
	if head.Seq != 0 {
		return head, &truce.Error{Op: op, Kind: truce.Conflict, Reason: fmt.Sprintf("the store to write into ends at %s; it must be empty", head),
			Hint: "give an empty folder; nothing is ever overwritten"}
	}
	if _, err := extend(ctx, into, head, from); err != nil {
		return head, err
	}
	return into.Head(ctx)
}

// groupBytes is how much extend copies at once.
const groupBytes = 4 << 20

// extend appends to a store that ends at a head what another has behind it, and counts the records.
func extend(ctx context.Context, to Journal, after Head, from Journal) (n int, err error) {
	var group []Entry
	var size int
	end := after
	flush := func() error {
		if len(group) == 0 {
			return nil
		}
		if err := to.Append(ctx, after, group); err != nil {
			return err
		}
		n += len(group)
		after, group, size = end, group[:0], 0
		return nil
	}
	err = from.Read(ctx, after.Seq+1, func(e Entry) error {
		_, head, err := Next(end, e)
		if err != nil {
			return err
		}
		if len(group) == MaxBatch/4 || size+len(e.Bytes)+len(e.Sealed) > groupBytes {
			if err := flush(); err != nil {
				return err
			}
		}
		end = head
		size += len(e.Bytes) + len(e.Sealed)
		group = append(group, e.clone())
		return nil
	})
	if err != nil {
		return n, err
	}
	return n, flush()
}
