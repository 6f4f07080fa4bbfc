package access

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"truce"
)

// tagName is the struct tag that names the field classes of a field: `access:"where-exact"`, or several that are all needed,
// `access:"who note"`. A field tagged `access:"each"` holds a struct, a pointer to one or a slice of them, whose fields have tags of their own.
const tagName = "access"

const tagEach = "each"

// Redact sets every field of a struct that the viewer may not see of the thing to its zero value, and gives what may be seen. out is a pointer to the
// struct. A field without a tag is never seen; [CheckTags] keeps such types out of the program. Where nothing may be seen, nothing is left.
func Redact(v Viewer, t Thing, out any) Fields {
	sees := See(v, t)
	RedactTo(sees, out)
	return sees
}

// RedactTo is [Redact] for field classes that [See] gave.
func RedactTo(sees Fields, out any) {
	p := reflect.ValueOf(out)
	if p.Kind() != reflect.Pointer || p.IsNil() || p.Elem().Kind() != reflect.Struct {
		panic("access: only a pointer to a struct can be redacted, not a " + p.Type().String())
	}
	if !sees.Has(Existence) {
		p.Elem().SetZero()
		return
	}
	redact(sees, p.Elem())
}

func redact(sees Fields, s reflect.Value) {
	for _, f := range tagsOf(s.Type()).fields {
		v := s.Field(f.index)
		switch {
		case f.each:
			redactEach(sees, v)
		case f.needs == 0 || !sees.Has(f.needs):
			v.SetZero()
		}
	}
}

func redactEach(sees Fields, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		redact(sees, v)
	case reflect.Pointer:
		if !v.IsNil() {
			redactEach(sees, v.Elem())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			redactEach(sees, v.Index(i))
		}
	}
}

// CheckTags reports the first exported field of a struct type, or of a struct inside it, that has no class or an unknown one. A pointer or slice type
// is looked through. Whoever defines an answer calls it in a test or at start.
func CheckTags(t reflect.Type) error {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return &truce.Error{Op: "access.CheckTags", Kind: truce.Internal, Subject: t.String(), Reason: "it is no struct, so its fields have no classes"}
	}
	return checkTags(t, map[reflect.Type]bool{})
}

func checkTags(t reflect.Type, seen map[reflect.Type]bool) error {
	if seen[t] {
		return nil
	}
	seen[t] = true
	tags := tagsOf(t)
	if tags.fault != "" {
		return &truce.Error{Op: "access.CheckTags", Kind: truce.Internal, Subject: t.String(), Reason: tags.fault,
			Hint: `give it a tag such as access:"what"`}
	}
	for _, f := range tags.fields {
		if f.each {
			if err := checkTags(structIn(t.Field(f.index).Type), seen); err != nil {
				return err
			}
		}
	}
	return nil
}

// tags is what the tags of a type say: the fields that may have to be hidden, and the first fault.
type tags struct {
	fields []tagged
	fault  string
}

type tagged struct {
	index int
	needs Fields // 0 hides it from everybody
	each  bool
}

var tagCache sync.Map // reflect.Type to *tags

func tagsOf(t reflect.Type) *tags {
	if c, ok := tagCache.Load(t); ok {
		return c.(*tags)
	}
	c, _ := tagCache.LoadOrStore(t, readTags(t))
	return c.(*tags)
}

func readTags(t reflect.Type) *tags {
	out := new(tags)
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			if f.Anonymous && out.fault == "" {
				out.fault = fmt.Sprintf("%s is embedded and not exported: its fields would escape", f.Name)
			}
			continue
		}
		one := tagged{index: i}
		tag, ok := f.Tag.Lookup(tagName)
		switch {
		case !ok || tag == "":
			out.faulty("field %s has no class", f.Name)
		case tag == tagEach:
			if structIn(f.Type) == nil {
				out.faulty("field %s is no struct, pointer to one or slice of them", f.Name)
			} else {
				one.each = true
			}
		default:
			for _, word := range strings.Fields(tag) {
				c, ok := ParseField(word)
				if !ok {
					out.faulty("field %s names the class %q, which does not exist", f.Name, word)
					one.needs = 0
					break
				}
				one.needs |= c
			}
		}
		out.fields = append(out.fields, one)
	}
	return out
}

func (t *tags) faulty(format string, args ...any) {
	if t.fault == "" {
		t.fault = fmt.Sprintf(format, args...)
	}
}

// structIn gives the struct type behind pointers and slices, nil where there is none.
func structIn(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	return t
}
