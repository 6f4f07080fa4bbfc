// Command truce-verify for a browser: it gives the page one function, truceVerify(bundle, now, seen), and fetches nothing itself.
package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"syscall/js"

	"truce"
	"truce/verify"
)

func main() {
	js.Global().Set("truceVerify", js.FuncOf(check))
	select {} // the page calls it
}

// check takes the bytes of a bundle (Uint8Array), the present in milliseconds since 1970, and the checkpoint that the reader kept (a string, or nothing). It
// gives an object: report is the JSON of the report, text what people read, checkpoint what to keep, error what went wrong.
func check(_ js.Value, args []js.Value) any {
	fail := func(err error) any { return map[string]any{"error": err.Error()} }
	if len(args) < 2 {
		return map[string]any{"error": "give a bundle and the present"}
	}
	b := make([]byte, args[0].Length())
	js.CopyBytesToGo(b, args[0])
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return fail(err)
	}
	o := verify.Options{Now: truce.Instant(int64(args[1].Float()))}
	if len(args) > 2 && args[2].Type() == js.TypeString {
		o.Seen = []byte(args[2].String())
	}
	r, err := verify.Check(z, o)
	if err != nil {
		return fail(err)
	}
	text, report := new(bytes.Buffer), []byte(nil)
	if err = r.Write(text); err == nil {
		report, err = json.Marshal(r)
	}
	if err != nil {
		return fail(err)
	}
	return map[string]any{"report": string(report), "text": text.String(), "checkpoint": string(r.Checkpoint)}
}
