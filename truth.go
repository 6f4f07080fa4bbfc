package truce

// Truth is the answer to one condition. The zero value is Unknown: a condition nobody could decide.
type Truth int8

// The three answers. Their order (False < Unknown < True) makes "and" the smaller and "or" the larger one
// (Kleene's strong logic).
const (
	False   Truth = -1
	Unknown Truth = 0
	True    Truth = 1
)

// And is true when both are, false when either is.
func (t Truth) And(u Truth) Truth { return min(t, u) }

// Or is true when either is, false when both are.
func (t Truth) Or(u Truth) Truth { return max(t, u) }

// Not swaps true and false and leaves unknown as it is.
func (t Truth) Not() Truth { return -t }

// TruthOf turns a decided bool into a Truth.
func TruthOf(b bool) Truth {
	if b {
		return True
	}
	return False
}

func (t Truth) String() string {
	switch t {
	case True:
		return "true"
	case False:
		return "false"
	}
	return "unknown"
}
