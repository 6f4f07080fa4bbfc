package seal

import "io"

// alphabet is Crockford's base 32 in lower case: no letter that looks like a digit when people read a name to each other.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// Text writes the first bits of b as n characters of five bits each; b must have as many.
func Text(b []byte, n int) string {
	out := make([]byte, n)
	for i := range out {
		bit := 5 * i
		v := uint16(b[bit/8]) << 8
		if bit/8+1 < len(b) {
			v |= uint16(b[bit/8+1])
		}
		out[i] = alphabet[v>>(11-bit%8)&31]
	}
	return string(out)
}

// Token draws a secret or a name of n characters, five bits of chance each: 26 for a secret that nobody can guess.
func Token(random io.Reader, n int) (string, error) {
	b := make([]byte, (5*n+7)/8)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", err
	}
	return Text(b, n), nil
}
