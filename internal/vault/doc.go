// Package vault keeps what must be possible to hide, blur or erase: people, exact places, free text, media keys. It turns groups of
// fields into sealed bytes and commitments, and back.
//
// Each record has a data key of its own, wrapped under a key of the mechanism that need not live on the same disk ([Keyring]). Each group of
// fields has a fresh random salt of 32 bytes, so one group can be opened to somebody without opening its neighbours
// ([Groups.Reveal], [CheckOpening]), and a commitment whose content was erased is the digest of something nobody can guess.
//
// What it does not hide: which groups a record has, the class of their length, and everything in the record itself. Erasing is destroying
// the sealed bytes (package journal): with them go the data key, the salts and the content.
package vault
