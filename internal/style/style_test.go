package style

import (
	"html/template"
	"strings"
	"testing"
	"testing/fstest"

	"truce/internal/lang"
)

// A day of reports ends a thousandth of a second before the next one begins, and people say the hour.
func TestMinute(t *testing.T) {
	for at, want := range map[string]string{"2017-12-02T15:59:59.999Z": "16:00", "2017-12-02T15:59:58.4Z": "15:59", "2017-12-02T16:00:00Z": "16:00"} {
		if got := string(Minute(lang.For("en"), at)); !strings.Contains(got, want) || strings.Contains(got, ".999") {
			t.Errorf("%s is written %s", at, got)
		}
	}
}

// What is written into a template before it is read is what the template would have written.
func TestSentencesAreSaidOnce(t *testing.T) {
	calls := 0
	words := template.FuncMap{"icon": Icon, "say": func(id string, args ...any) (string, error) {
		calls++
		return strings.Replace(id, "braces", "{{", 1) + ` & "b" <c> 'd' + e`, nil
	}}
	text := `{{define "content"}}<p title="{{say "one"}}">{{say "two"}}{{icon "i-check"}}{{say "three" .}}</p>{{end}}`
	pages, err := Pages(fstest.MapFS{"pages/frame.html": {Data: []byte(`<title>{{say "braces"}}</title>{{template "content" .}}`)}, "pages/a.html": {Data: []byte(text)}}, words)
	if err != nil {
		t.Fatal(err)
	}
	var got, want strings.Builder
	calls = 0
	if err := pages["a"].Execute(&got, "x"); err != nil {
		t.Fatal(err)
	}
	if calls != 2 { // the one with an argument, and the one that would begin a call
		t.Errorf("%d sentences were said", calls)
	}
	plain := template.Must(template.New("").Funcs(words).Parse(text + `<title>{{say "braces"}}</title>{{template "content" .}}`))
	if err := plain.Execute(&want, "x"); err != nil || got.String() != want.String() {
		t.Errorf("%s\n%s\n%v", got.String(), want.String(), err)
	}
}
