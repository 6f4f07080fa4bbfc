package terms

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"unicode/utf8"

	"truce"
)

// TextLanguages are the languages an open text may be kept in; the first three are the program's own.
var TextLanguages = []string{"en", "ar", "ru", "fr", "es", "de", "tr", "fa", "he", "uk", "hy", "az"}

// An article's heading is its number in brackets, so that it can be found in every script: "## [3] Withdrawal".
var articleHeading = regexp.MustCompile(`^##\s+\[([^\]]*)\]\s*(.*)$`)

// readTexts reads text/<lang>.md for each language there is.
func (r *reader) readTexts(dir folder, a *truce.Agreement) {
	authoritative := map[string]bool{}
	for _, v := range r.main.get("authoritative").items() {
		authoritative[oneOf(v, TextLanguages)] = true
	}
	for _, lang := range TextLanguages {
		name := "text/" + lang + ".md"
		data, shown, err := dir.read(name, MaxFileBytes)
		if errors.Is(err, fs.ErrNotExist) {
			if authoritative[lang] {
				r.probs.add(truce.Problem{File: name, Line: 1, Column: 1, Code: "no-text", Message: "the authoritative text is missing", Hint: "add the file, or take " + lang + " out of authoritative"})
			}
			continue
		}
		if err == nil && !utf8.Valid(data) {
			line, col := badUTF8(data)
			r.probs.add(truce.Problem{File: shown, Line: line, Column: col, Length: 1, Code: "not-utf8", Message: "the file is not UTF-8 here", Hint: "save it as UTF-8"})
			continue
		}
		if err != nil {
			r.probs.add(truce.Problem{File: shown, Line: 1, Column: 1, Code: "unreadable", Message: "the file cannot be read", Hint: err.Error()})
			continue
		}
		a.Texts = append(a.Texts, truce.Text{Lang: lang, Authoritative: authoritative[lang], Articles: r.articleTexts(shown, data)})
	}
}

// articleTexts cuts a text into its articles. What stands before the first heading is the preamble, article "".
func (r *reader) articleTexts(file string, data []byte) []truce.ArticleText {
	var out []truce.ArticleText
	cur := truce.ArticleText{Origin: truce.Origin{File: file, Line: 1, Column: 1}}
	var body []string
	flush := func() {
		cur.Body = strings.TrimSpace(strings.Join(body, "\n"))
		if cur.Article != "" || cur.Body != "" || cur.Title != "" {
			out = append(out, cur)
		}
		body = nil
	}
	seen := map[string]bool{}
	for i, line := range splitLines(data) {
		m := articleHeading.FindStringSubmatch(line)
		if m == nil {
			if strings.HasPrefix(line, "# ") && cur.Article == "" && cur.Title == "" {
				cur.Title = strings.TrimSpace(line[2:])
				continue
			}
			body = append(body, line)
			continue
		}
		flush()
		id := strings.TrimSpace(m[1])
		cur = truce.ArticleText{Article: truce.ArticleID(id), Title: strings.TrimSpace(m[2]), Origin: truce.Origin{File: file, Line: i + 1, Column: 1}}
		col := strings.Index(line, "[") + 2
		p := truce.Problem{File: file, Line: i + 1, Column: col, Length: max(utf8.RuneCountInString(id), 1)}
		switch {
		case !r.names[articles].has(id) && r.unread[articles]: // it may well be declared; nobody could read it
		case !r.names[articles].has(id):
			p.Code, p.Message = "unknown-article", fmt.Sprintf("agreement.yaml has no article %q", id)
			if n := Nearest(id, r.names[articles].list); n != "" {
				p.Hint = fmt.Sprintf("did you mean %q?", n)
			} else {
				p.Hint = "an article that no machine evaluates stands there too, without rules"
			}
			r.probs.add(p)
		case seen[id]:
			p.Code, p.Message = "name-twice", fmt.Sprintf("article %q stands here twice", id)
			r.probs.add(p)
		}
		seen[id] = true
	}
	flush()
	return out
}
