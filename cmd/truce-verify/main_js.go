// Command truce-verify for a browser: it gives the page one function, truceVerify(what, now, seen).
package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall/js"

	"truce"
	"truce/verify"
)

func main() {
	js.Global().Set("truceVerify", js.FuncOf(begin))
	select {} // the page calls it
}

// begin takes the bytes of a bundle (Uint8Array) or the address of a record (a string), the present in milliseconds since 1970, and the checkpoint that the reader
// kept (a string, or nothing). It gives a promise of an object: report is the JSON of the report, text what people read, checkpoint what to keep, error what went wrong.
func begin(_ js.Value, args []js.Value) any {
	return js.Global().Get("Promise").New(js.FuncOf(func(_ js.Value, p []js.Value) any {
		go func() { p[0].Invoke(check(args)) }() // what is fetched is waited for, which the page must not be
		return nil
	}))
}

func check(args []js.Value) any {
	fail := func(err error) any { return map[string]any{"error": err.Error()} }
	if len(args) < 2 {
		return fail(errors.New("give a bundle or an address, and the present"))
	}
	var record fs.FS
	if args[0].Type() == js.TypeString {
		record = remote{strings.TrimSuffix(args[0].String(), "/")}
	} else {
		b := make([]byte, args[0].Length())
		js.CopyBytesToGo(b, args[0])
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return fail(err)
		}
		record = z
	}
	o := verify.Options{Now: truce.Instant(int64(args[1].Float()))}
	if len(args) > 2 && args[2].Type() == js.TypeString {
		o.Seen = []byte(args[2].String())
	}
	r, err := verify.Check(record, o)
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

// remote is a record behind an address, read with what the browser has.
type remote struct{ base string }

func (r remote) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadFile fetches a file.
func (r remote) ReadFile(name string) ([]byte, error) {
	answer, err := await(js.Global().Call("fetch", r.base+"/"+name))
	if err == nil {
		switch status := answer.Get("status").Int(); status {
		case 200:
		case 404, 410:
			err = fs.ErrNotExist
		default:
			err = fmt.Errorf("the server answers %d", status)
		}
	}
	if err == nil {
		answer, err = await(answer.Call("arrayBuffer"))
	}
	if err != nil {
		return nil, &fs.PathError{Op: "fetch", Path: name, Err: err}
	}
	bytes := js.Global().Get("Uint8Array").New(answer)
	b := make([]byte, bytes.Length())
	js.CopyBytesToGo(b, bytes)
	return b, nil
}

// await waits for a promise.
func await(promise js.Value) (v js.Value, err error) {
	done := make(chan struct{})
	then := js.FuncOf(func(_ js.Value, args []js.Value) any { v = args[0]; close(done); return nil })
	caught := js.FuncOf(func(_ js.Value, args []js.Value) any {
		err = errors.New(args[0].Get("message").String())
		close(done)
		return nil
	})
	defer then.Release()
	defer caught.Release()
	promise.Call("then", then, caught)
	<-done
	return v, err
}
