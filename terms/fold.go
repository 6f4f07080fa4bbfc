package terms

import "strings"

// Fold makes two spellings of one name equal: letter case, spaces, hyphens, apostrophes and Arabic vowel marks do not count.
// It is for looking names up, never for showing them.
func Fold(s string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(s) {
		switch {
		case c == ' ' || c == '-' || c == '_' || c == '.' || c == '\'' || c == '’' || c == '‘' || c == '`' || c == 'ʿ' || c == 'ʾ' || c == '\u00a0' || c == '/':
		case c >= 0x064B && c <= 0x0652 || c == 0x0640: // vowel marks and the lengthening stroke
		case c == 'أ' || c == 'إ' || c == 'آ':
			b.WriteRune('ا')
		case c == 'ى':
			b.WriteRune('ي')
		case c == 'ة':
			b.WriteRune('ه')
		case c == 'ё':
			b.WriteRune('е')
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}
