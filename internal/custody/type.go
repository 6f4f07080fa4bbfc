package custody

import (
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// headBytes is how much of a file its kind is told from.
const headBytes = 3072

// Opaque is the type of every file whose kind is not known or not wanted: it is kept and handed out as bytes, never shown.
const Opaque = "application/octet-stream"

// types are the kinds of file that are named. Kinds that can hold scripts (HTML, SVG) and archives are not among them; nothing
// opens an archive.
var types = map[string]bool{"image/jpeg": true, "image/png": true, "video/mp4": true, "video/quicktime": true, "application/pdf": true,
	"audio/wav": true, "audio/mpeg": true, "audio/ogg": true, "video/ogg": true, "application/ogg": true, "text/plain": true}

// Type tells the kind of a file from its first bytes, whatever it is called.
func Type(head []byte) string {
	t, _, _ := strings.Cut(mimetype.Detect(head[:min(len(head), headBytes)]).String(), ";")
	if !types[t] {
		return Opaque
	}
	return t
}
