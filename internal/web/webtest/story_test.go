package webtest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"truce"
	"truce/internal/lang"
	"truce/internal/mechanism"
	"truce/internal/style"
)

//go:embed find.js
var findJS string

// person is somebody at a browser of their own. Each word of a story fails the test where it cannot be done, and at whatever the console says.
type person struct {
	t        *testing.T
	m        *mechanism.Mechanism
	name     string
	ctx      context.Context
	at       string
	language string
	said     *console
	// expects are complaints of the console that belong to the story, such as that of a page that refuses.
	expects []string
}

// patience is how long a person waits for something to be there.
const patience = 30 * time.Second

// story is a browser in which people of the demonstration meet.
func story(t *testing.T) (guest func(office, language string) *person) {
	t.Helper()
	ctx, _ := browser(t)
	n, at := open(t)
	return func(who, language string) *person {
		p := somebody(t, ctx, n.Mechanism(), at, language)
		if who != "" {
			p.name = who
			p.signIn()
		}
		return p
	}
}

// somebody sits down at a browser that knows nothing of the others.
func somebody(t *testing.T, ctx context.Context, m *mechanism.Mechanism, at, language string) *person {
	t.Helper()
	ctx, leave := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(leave)
	p := &person{t: t, m: m, name: "public", ctx: ctx, at: at, language: language, said: listen(t, ctx)}
	call(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}) // each browser is in front of somebody
	return p
}

func (p *person) fail(format string, args ...any) {
	p.t.Helper()
	where, _ := ask[string](p, "location.pathname + ': ' + plain(document.body.innerText).slice(0, 3000)")
	p.t.Fatalf("%s: %s\n%s", p.name, fmt.Sprintf(format, args...), where)
}

func (p *person) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.fail("%v", err)
	}
	p.quiet()
}

// quiet fails at what the console says.
func (p *person) quiet() {
	p.t.Helper()
	for _, line := range p.said.take() {
		if !slices.ContainsFunc(p.expects, func(s string) bool { return strings.Contains(line, s) }) {
			p.fail("the console says %s", line)
		}
	}
}

// ask evaluates something in the page; ok is false while there is none.
func ask[T any](p *person, js string) (v T, ok bool) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T]("(() => {"+findJS+"\nreturn "+js+";})()", chromedp.EvalAwaitPromise))
	return v, err == nil
}

// until waits for something to be so on the page.
func (p *person) until(what, js string) {
	p.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		if v, ok := ask[bool](p, js); ok && v {
			p.quiet()
			return
		}
		if time.Now().After(end) {
			p.fail("%s", what)
		}
	}
}

func quote(s string) string { b, _ := json.Marshal(s); return string(b) }

// say writes a sentence of the pages in the person's language, is a word of a list: what stands on buttons and before fields.
func (p *person) say(id string, args ...truce.Arg) string {
	return p.printer().Say(truce.Phrase{ID: id, Args: args})
}

func (p *person) is(list, word string) string { return style.Is(p.printer(), list, word) }

func (p *person) printer() *lang.Printer {
	a, _ := p.m.Current()
	return lang.For(p.language).With(a.Plan.Agreement)
}

// open goes to a page by its address, in the person's language.
func (p *person) open(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.at + "/" + p.language + path))
	p.until("the page does not come", `document.readyState === 'complete'`)
}

// signIn goes through the door of the demonstration, where a guest is called by office, or by office and body.
func (p *person) signIn() {
	p.t.Helper()
	n, _ := open(p.t)
	g := guest(p.t, n, p.name)
	p.open("/sign-in")
	p.leave(func() {
		p.until("the door is not there", fmt.Sprintf(`press(document.querySelector('button[name="person"][value="%s"]'))`, g.ID))
	})
}

// leave waits until a deed has led to another page.
func (p *person) leave(deed func()) {
	p.t.Helper()
	p.until("", `(window.same = true)`) // until there is another page
	deed()
	p.until("it leads nowhere", `!window.same && document.readyState === 'complete'`)
}

// press presses what bears the words, which leads to another page; click what stays on this one.
func (p *person) press(words string) { p.t.Helper(); p.leave(func() { p.t.Helper(); p.click(words) }) }

func (p *person) click(words string) {
	p.t.Helper()
	p.until("nothing to press is called "+words, "press(finds.press("+quote(words)+"))")
}

// unfold opens a part of the page; what follows is looked for there first.
func (p *person) unfold(words string) {
	p.t.Helper()
	p.until("nothing unfolds that is called "+words, "unfold("+quote(words)+")")
}

// fill writes into the field with this label, or chooses there.
func (p *person) fill(label, value string) {
	p.t.Helper()
	if bad, ok := ask[string](p, "fill("+quote(label)+", "+quote(value)+")"); bad != "" || !ok {
		p.fail("%s", bad)
	}
	p.quiet()
}

func (p *person) tick(label string) { p.t.Helper(); p.fill(label, "") }

// see waits until the page says something; seeNot fails where it does.
func (p *person) see(text string) {
	p.t.Helper()
	p.until("it does not say "+quote(text), "plain(document.body.innerText).includes(plain("+quote(text)+"))")
}

func (p *person) seeNot(text string) {
	p.t.Helper()
	if there, ok := ask[bool](p, "plain(document.body.innerText).includes(plain("+quote(text)+"))"); there || !ok {
		p.fail("it says %q", text)
	}
}

// here is the path of the page, without the language.
func (p *person) here() string {
	p.t.Helper()
	path, _ := ask[string](p, "location.pathname")
	return strings.TrimPrefix(path, "/"+p.language)
}

// within looks first where a text stands: in the smallest item of a list, or part, that holds it.
func (p *person) within(text string) {
	p.t.Helper()
	p.until("nowhere stands "+text, "within("+quote(text)+")")
}

// translated fails where something is written in a script that is not the language's: what people wrote and what things are called is marked as such.
func (p *person) translated() {
	p.t.Helper()
	bad := ""
	if p.language != "en" {
		bad, _ = ask[string](p, "foreign()")
	}
	if dir, _ := ask[string](p, "document.documentElement.dir"); bad != "" || dir != p.printer().Dir() {
		p.fail("it is written %s, and leaves untranslated: %s", dir, bad)
	}
}

// accessible fails where axe-core finds something on the page as it is now, unfolded and filled in.
func (p *person) accessible() {
	p.t.Helper()
	axe, err := os.ReadFile(axePath)
	if err != nil {
		p.t.Fatal("run make web first: ", err)
	}
	for _, x := range violations(p.t, p.ctx, string(axe)) {
		p.t.Errorf("%s at %s: %s", p.name, p.here(), x)
	}
}

// call is a command of the browser's own.
func call[P, R any](p *person, command cdp.Command[P, R], params P) (out R) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) (err error) {
		out, err = cdp.Call(ctx, t, command, params)
		return err
	}))
	return out
}
