// Package access says who is there, how they prove it, and what each may see and do.
//
// One table decides every read and every write ([See], [May]); what it does not name, it refuses. [Directory] is the people and their
// offices, keys and grants as the journal built them. The rest is how somebody proves to be one of them: passwords with one-time codes,
// passkeys, tokens, sessions. The package has no clock and no chance of its own; both are handed in.
//
// The policy for people is docs/reference/access.md; a test holds it against the table.
package access
