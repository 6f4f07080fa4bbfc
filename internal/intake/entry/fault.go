package entry

// Fault is one reason why a row or a cell cannot be taken: a stable code, a sentence, and what to do.
type Fault struct {
	Code    string // one of [Codes]
	Message string
	Hint    string
}

func (f *Fault) Error() string {
	if f.Hint == "" {
		return f.Message
	}
	return f.Message + ": " + f.Hint
}

// Codes of rejected rows. They are stable: programs and people's notes refer to them.
const (
	// The shape of a row.
	RowTooLong    = "row-too-long"
	UnclosedQuote = "unclosed-quote"
	StrayQuote    = "stray-quote"
	ColumnCount   = "column-count"
	BadEncoding   = "bad-encoding"
	BadJSON       = "bad-json"
	BadXML        = "bad-xml"
	// Fields.
	MissingValue = "missing-value"
	MissingError = "missing-error"
	UnknownKey   = "unknown-key"
	RepeatedKey  = "repeated-key"
	UnknownWord  = "unknown-word"
	WrongType    = "wrong-type"
	BadID        = "bad-id"
	BadText      = "bad-text"
	BadList      = "bad-list"
	BadNumber    = "bad-number"
	BadBounds    = "bad-bounds"
	// Times.
	BadTime         = "bad-time"
	TimeWithoutZone = "time-without-zone"
	AmbiguousDate   = "ambiguous-date"
	ClockGap        = "clock-gap"
	ClockTwice      = "clock-twice"
	TimeOutOfRange  = "time-out-of-range"
	ZeroTime        = "zero-time"
	IncompleteTime  = "incomplete-time"
	TimeBackwards   = "time-backwards"
	// Places.
	LatitudeOutOfRange  = "latitude-out-of-range"
	LongitudeOutOfRange = "longitude-out-of-range"
	SwappedCoordinates  = "swapped-coordinates"
	NullIsland          = "null-island"
	BadAccuracy         = "bad-accuracy"
	BadGeometry         = "bad-geometry"
	ConflictingPlace    = "conflicting-place"
	MovedTooFar         = "moved-too-far"
	// Identity.
	IDConflict = "id-conflict"
	TooManyIDs = "too-many-ids"
)

// Codes lists every code of a rejected row with its meaning, in the order of the reference page.
func Codes() [][2]string {
	return [][2]string{
		{RowTooLong, "the row is longer than the limit; it was skipped to its end without being kept"},
		{UnclosedQuote, "a quotation mark opens a field and never closes it; reading went on at the next line"},
		{StrayQuote, "text follows a closing quotation mark; reading went on at the next line"},
		{ColumnCount, "the row has more or fewer cells than the header"},
		{BadEncoding, "the row is not text in the encoding the file is read as, or holds a NUL byte"},
		{BadJSON, "the row is not a JSON object, or is nested too deeply, or the file ends inside it"},
		{BadXML, "the file stops being well-formed XML here; nothing after it was read"},
		{MissingValue, "a value that is needed is empty or absent"},
		{MissingError, "a point is given without its error radius"},
		{UnknownKey, "no such key; the hint names the nearest one"},
		{RepeatedKey, "a key stands twice in one object"},
		{UnknownWord, "the value is not in the list of words the field takes; the hint names the nearest one"},
		{WrongType, "the value is of another JSON type than the key takes"},
		{BadID, "an identifier or name is too long or holds spaces or control characters"},
		{BadText, "a text holds control characters"},
		{BadList, "a list of actors, equipment or names cannot be taken apart"},
		{BadNumber, "the value is not a number of the kind the field takes"},
		{BadBounds, "low, best and high are incomplete or not in order"},
		{BadTime, "the value is not a date or time, or no calendar has it"},
		{TimeWithoutZone, "a time of day without an offset from UTC"},
		{AmbiguousDate, "day and month cannot be told apart, and no other row of the file settles it"},
		{ClockGap, "a local time that was skipped when the clocks went forward"},
		{ClockTwice, "a local time that was twice when the clocks went back"},
		{TimeOutOfRange, "outside the years 1800 to 2199"},
		{ZeroTime, "the first millisecond of 1970: what devices write when they do not know the time"},
		{IncompleteTime, "one end of a span of time without the other"},
		{TimeBackwards, "the end is before the beginning"},
		{LatitudeOutOfRange, "a latitude beyond 90 degrees"},
		{LongitudeOutOfRange, "a longitude beyond 180 degrees"},
		{SwappedCoordinates, "the latitude is out of range and would be in range if it were the longitude"},
		{NullIsland, "latitude 0, longitude 0: what devices write when they do not know the place"},
		{BadAccuracy, "an accuracy or error radius that is negative, not a number or larger than the earth"},
		{BadGeometry, "a geometry that is not closed, too short, crosses itself, holds a pole, is 180 degrees wide or more, or is of a kind no place can be made of"},
		{ConflictingPlace, "two statements of one place that do not agree"},
		{MovedTooFar, "moved as asked, the position would lie beyond a pole, or the time beyond the years 1800 to 2200"},
		{IDConflict, "the id was already used for an observation with other content"},
		{TooManyIDs, "more different ids than are remembered; a duplicate could no longer be told"},
	}
}
