package web

import (
	"net/url"
	"slices"
	"strings"
)

// Field is one field of a form as the part "field" writes it: with its label, what is typed in it, and what is wrong with that.
type Field struct {
	ID, Name string
	// Kind is text, number, textarea, select, checks, records or hidden.
	Kind        string
	Label, Hint string
	Value       string
	Options     []Option
	Required    bool
	Problem     string
}

// Option is one choice of a field.
type Option struct {
	Value, Name string
	On          bool
}

// typed is what somebody typed into a form, with what is wrong with it by the name of the field.
type typed struct {
	values   url.Values
	problems map[string]string
}

func (t *typed) bad(field, problem string) {
	if t.problems == nil {
		t.problems = map[string]string{}
	}
	if t.problems[field] == "" {
		t.problems[field] = problem
	}
}

// fill puts what was typed into fields, so that nothing of it is lost.
func (t *typed) fill(fields []Field) {
	if t == nil {
		return
	}
	for i := range fields {
		f := &fields[i]
		f.Problem = t.problems[f.Name]
		if f.Kind == "hidden" {
			continue
		}
		if _, there := t.values[f.Name]; there {
			f.Value = t.values.Get(f.Name)
		}
		for k := range f.Options {
			f.Options[k].On = slices.Contains(t.values[f.Name], f.Options[k].Value)
		}
		if f.Kind == "records" {
			f.Value = t.values.Get(f.Name + "-more")
		}
	}
}

// namesIn gives the names that a form lists: those ticked, and those typed with spaces, commas or lines between them.
func namesIn[T ~string](form url.Values, name string) (out []T) {
	list := append(slices.Clone(form[name]), strings.FieldsFunc(form.Get(name+"-more"), func(r rune) bool { return strings.ContainsRune(" ,;\t\r\n،؛", r) })...)
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, T(s)) {
			out = append(out, T(s))
		}
	}
	return out
}
