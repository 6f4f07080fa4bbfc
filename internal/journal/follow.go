package journal

import (
	"context"

	"truce"
)

// Follow calls fn with each entry from number from on, in order and once, those that are there and those that come. It ends with the
// error of fn, of the store, or of ctx; never with nil.
func Follow(ctx context.Context, j Journal, from truce.Seq, fn func(Entry) error) error {
	from = max(from, 1)
	for {
		if err := j.Wait(ctx, from-1); err != nil {
			return err
		}
		err := j.Read(ctx, from, func(e Entry) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := fn(e); err != nil {
				return err
			}
			from = e.Seq + 1
			return nil
		})
		if err != nil {
			return err
		}
	}
}
