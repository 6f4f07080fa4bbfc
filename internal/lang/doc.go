// Package lang says every sentence of the program in English, Arabic (written from right to left) and Russian.
//
// A sentence is a [truce.Phrase]: an id and its arguments, in no language. The catalogues under catalog/ hold the wording,
// one plain text file for each language, made to be read and corrected by a translator. A [Printer] puts the two
// together, with the names that an agreement gives to its actors, places, terms and rules, and on its clock.
//
// What is printed never depends on the machine: there is no locale, no clock and no map order. Only the choice of a
// plural form is taken from golang.org/x/text; months, signs and the order of words are in the catalogues.
//
// # The catalogue files
//
//	# A line that begins with # is a note to the translator.
//	where.zone(place) = inside {place}
//	count.days(n) =
//	  n one: {n} day
//	  n other: {n} days
//
// The names in brackets are the arguments, in the order the program gives them; they are the same in all languages. Each
// must be used, but for the number that chooses a plural form, which a form may leave out ("two days" is one word in
// Arabic). English has the forms one and other; Russian one, few and many; Arabic zero, one, two, few, many and other.
// A text runs to the end of its line, and spaces at either end of it do not count.
//
// In Arabic text, whatever runs from left to right (a Latin name, an id, a date, a coordinate, a number with its
// unit) is put between U+2068 and U+2069, so that a screen cannot mix it up with what stands beside it. Digits are always
// 0 to 9.
package lang
