// Package custody keeps photos, videos and documents: originals untouched, copies apart, and a list of who held what when.
//
// An upload is resumable: begun with a size, sent in pieces, completed with a digest. Each piece is encrypted in chunks under a key of the
// file's own before it is written, and the digest is taken of the bytes as they are received. What is stored afterwards never changes: there is no
// operation that would. Each chunk is authenticated before a byte of it is given out, so a part of a video can be read without the whole.
//
// [Derive] makes a copy that may be shown: decoded to pixels and encoded anew, so that nothing but the pixels of the original is in it. It reads
// bytes that somebody hostile may have made, and belongs into a process of its own with limits; the node runs it there.
//
// [List] follows the journal and answers who deposited, opened, copied and received an original, what is held against erasing, and what
// is to be destroyed.
package custody
