// Package seal makes the names by which bytes are known for ever, hides bytes from whoever lacks a key, and says whose word a
// signature is. It is the only importer of cryptography, and each mechanism stands in it once:
//
//	hashes              SHA-256                                   FIPS 180-4
//	commitments         SHA-256 over tag, group, salt and data    [Commit]
//	hiding              XChaCha20-Poly1305, random nonces         RFC 8439, draft-irtf-cfrg-xchacha-03
//	derived keys        HKDF-SHA-256                              RFC 5869
//	keyed names         HMAC-SHA-256                              RFC 2104
//	the node's own key  Ed25519, strict keys                      RFC 8032
//	checkpoints         Ed25519 over notes, proofs of growth      C2SP tlog-checkpoint, tlog-cosignature; RFC 6962
//	logs                tiles, proofs of an entry                 C2SP tlog-tiles, tlog-proof; RFC 6962
//	people's keys       SSH signatures, passkeys                  OpenSSH PROTOCOL.sshsig; WebAuthn, RFC 9053
//	passwords           argon2id                                  RFC 9106
//	codes of six digits TOTP                                      RFC 6238
//
// Whatever needs chance takes an io.Reader; only the node has the real one.
package seal
