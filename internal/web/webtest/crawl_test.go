package webtest

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// perLanguage is how many pages one visitor looks at in one language.
const perLanguage = 40

var (
	links    = regexp.MustCompile(`href="(/(?:en|ar|ru)/[^"#]*)`)
	inlined  = regexp.MustCompile(`(?i)<[^>]*\s(?:style|on[a-z]+)\s*=|<script(?:>|\s(?:[^>]*\s)?[^>]*>[^<\s])|javascript:`)
	sentence = regexp.MustCompile(`>[^<]*\bweb\.[a-z0-9-]+\.[a-z0-9-]+[^<]*<`)
	digits   = regexp.MustCompile(`\d+|[a-z]-[0-9a-z]{20}`)

	// quoted is what a page shows as it was written: codes and names, what people wrote, texts of the agreement that are compared. unsaid are names of things as
	// programs write them, armed-clash and actor.origin.
	quoted = regexp.MustCompile(`(?s)<(?:script|style)\b.*?</(?:script|style)>|<code\b.*?</code>|<bdi\b.*?</bdi>|<textarea\b.*?</textarea>|<del\b.*?</del>|<ins\b.*?</ins>`)
	tagged = regexp.MustCompile(`<[^>]*>`)
	unsaid = regexp.MustCompile(`(?:^|[^\w/.:@-])([a-z]{2,}(?:-[a-z0-9]+)+|(?:actor|target|event|equipment)\.[a-z_]+)(?:[^\w/.:-]|$)`)
)

// crawl follows links from the first page, one page of each form, and gives what was found at each.
func crawl(v *visitor, language string, most int, each func(path string, res *http.Response, body string)) {
	seen, forms := map[string]bool{}, map[string]int{}
	queue := []string{"/" + language + "/"}
	for len(queue) > 0 && most > 0 {
		path := queue[0]
		queue = queue[1:]
		form := digits.ReplaceAllString(strings.SplitN(path, "?", 2)[0], "#")
		if seen[path] || forms[form] >= 2 {
			continue
		}
		seen[path] = true
		forms[form]++
		most--
		res, body := v.get(path)
		each(path, res, body)
		if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			continue
		}
		for _, m := range links.FindAllStringSubmatch(body, -1) {
			if at := strings.ReplaceAll(m[1], "&amp;", "&"); strings.HasPrefix(at, "/"+language+"/") {
				queue = append(queue, at)
			}
		}
	}
}

// Whoever goes from link to link finds pages, in their language and without the names that programs give to things, that hold to the content policy and weigh little.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	languages := []string{"en", "ar", "ru"}
	if testing.Short() {
		languages = languages[:1]
	}
	pages, weights := 0, scales{}
	n, at := open(t)
	for _, office := range offices {
		w := new(wire)
		v := visitorOf(t, n, at, office, w)
		for _, language := range languages {
			crawl(v, language, perLanguage, func(path string, res *http.Response, body string) {
				pages++
				at := fmt.Sprintf("%s %s", v.name, path)
				if res.StatusCode != http.StatusOK {
					t.Errorf("%s: %d", at, res.StatusCode)
					return
				}
				if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
					return
				}
				dir := map[bool]string{true: "rtl", false: "ltr"}[language == "ar"]
				if !strings.Contains(body, `<html lang="`+language+`" dir="`+dir+`"`) {
					t.Errorf("%s: it does not say its language", at)
				}
				if m := inlined.FindString(body); m != "" {
					t.Errorf("%s: the content policy forbids %q", at, m)
				}
				if m := sentence.FindString(body); m != "" {
					t.Errorf("%s: a sentence is missing: %q", at, m)
				}
				if m := unsaid.FindStringSubmatch(tagged.ReplaceAllString(quoted.ReplaceAllString(body, ""), "\n")); m != nil && language != "en" {
					t.Errorf("%s: %q is not said in the language of the page", at, m[1])
				}
				if strings.Contains(body, "<no value>") || strings.Contains(body, "%!") {
					t.Errorf("%s: a value is missing", at)
				}
				if n := weights.weigh(v, w, body); n > heaviest != strings.Contains(body, "/map.js") {
					t.Errorf("%s: it weighs %d bytes", at, n)
				}
			})
		}
	}
	t.Logf("%d pages", pages)
}

// What a page of somebody else's shows is never found by whoever asks for it by its address.
func TestAbsentAndForbiddenAreOne(t *testing.T) {
	duty, public := as(t, "duty-officer"), as(t, "")
	var secret string
	crawl(duty, "en", 30, func(path string, res *http.Response, body string) {
		if strings.HasPrefix(path, "/en/cases/") && secret == "" {
			if r, _ := public.get(path); r.StatusCode == http.StatusNotFound {
				secret = path
			}
		}
	})
	if secret == "" {
		t.Skip("the public may see every case that was found")
	}
	_, forbidden := public.get(secret)
	_, absent := public.get("/en/cases/2017-9999")
	strip := func(s string) string { return regexp.MustCompile(`/(?:en|ar|ru)/cases/[^"]*`).ReplaceAllString(s, "#") }
	if strip(forbidden) != strip(absent) {
		t.Error("forbidden and absent are told apart")
	}
}
