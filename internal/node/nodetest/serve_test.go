//go:build linux

package nodetest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	given = flag.String("truce", "", "the program to test; it is built where this is empty")
	seed  = flag.Uint64("seed", 1, "of every choice that the tests make")
)

const example = "../../../examples/southwest-syria"

var built string

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "nodetest")
	if err != nil {
		panic(err)
	}
	built = filepath.Join(dir, "truce")
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// program gives the path of the program.
func program(t testing.TB) string {
	t.Helper()
	if *given != "" {
		return *given
	}
	if testing.Short() {
		t.Skip("it builds and runs the whole program: run without -short")
	}
	if _, err := os.Stat(built); err != nil {
		if out, err := exec.Command("go", "build", "-o", built, "truce/cmd/truce").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	return built
}

func chance(t testing.TB) *rand.Rand {
	t.Logf("-seed %d", *seed)
	return rand.New(rand.NewPCG(*seed, 0))
}

// world is a data folder with its second copy, and the tokens of its people by body.
type world struct {
	base, data, copy string
	tokens           map[string]string
	program          string
}

// acts are what each body's token may be used for.
var acts = map[string][]string{
	"team-1":          {"read", "report", "deposit"},
	"operations-room": {"read", "complain", "run-case"},
}

const people = `- {name: A monitor, body: team-1, offices: [monitor]}
- {name: A duty officer, body: operations-room, offices: [duty-officer]}
- {name: A guarantor, body: jordan, offices: [guarantor]}
`

// found makes a data folder under base as an operator does, and gets tokens as people do.
func found(t testing.TB, base string) *world {
	t.Helper()
	w := &world{base: base, data: filepath.Join(base, "data"), copy: filepath.Join(base, "copy"), tokens: map[string]string{}, program: program(t)}
	list := filepath.Join(t.TempDir(), "people.yaml")
	must(t, os.WriteFile(list, []byte(people), 0o600))
	out, err := exec.Command(w.program, "init", w.data, "--agreement", example, "--people", list, "--copy", w.copy, "--keys", "../vault.key").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	name := filepath.Join(w.data, "truce.yaml")
	settings, err := os.ReadFile(name)
	must(t, err)
	settings = bytes.ReplaceAll(settings, []byte(w.copy), []byte("../copy")) // so that a copy of the whole is whole
	settings = append(settings, "limits: {rate: 1000000, burst: 1000000, batch: 4000000000, quota: 100000000000}\n"...)
	must(t, os.WriteFile(name, settings, 0o600))
	s := w.start(t)
	for body := range acts {
		code := regexp.MustCompile(body + `\s.*\s(\S+)\n`).FindSubmatch(out)
		if code == nil {
			t.Fatalf("no invitation for %s in %s", body, out)
		}
		w.tokens[body] = s.enrol(t, body, string(code[1]))
	}
	s.stop(t)
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// server is the program while it serves.
type server struct {
	w       *world
	cmd     *exec.Cmd
	url     string
	metrics string
	errs    *bytes.Buffer
	client  *http.Client
	ended   chan struct{}
}

// start serves and returns when it listens.
func (w *world) start(t testing.TB, wrap ...string) *server {
	t.Helper()
	s, err := w.try(time.Minute, wrap...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// launch starts to serve, behind another command where one is given.
func (w *world) launch(wrap ...string) (*server, io.Reader, error) {
	metrics := free()
	args := append(wrap, w.program, "serve", w.data, "--listen", "127.0.0.1:0", "--metrics", metrics)
	s := &server{w: w, cmd: exec.Command(args[0], args[1:]...), metrics: "http://" + metrics, errs: &bytes.Buffer{}, ended: make(chan struct{}),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Minute}}
	s.cmd.Stderr = s.errs
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	r, out, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	s.cmd.Stdout = out
	err = s.cmd.Start()
	out.Close()
	if err != nil {
		return nil, nil, err
	}
	go func() { s.cmd.Wait(); close(s.ended) }()
	return s, r, nil
}

// try starts to serve and waits until it listens, or says why it does not.
func (w *world) try(patience time.Duration, wrap ...string) (*server, error) {
	s, out, err := w.launch(wrap...)
	if err != nil {
		return nil, err
	}
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if at, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
				found <- at
			}
		}
		close(found)
	}()
	select {
	case at, ok := <-found:
		if !ok {
			<-s.ended
			return nil, fmt.Errorf("it does not serve: %s", s.errs)
		}
		s.url = "http://" + at
		return s, nil
	case <-time.After(patience):
		s.kill()
		return nil, fmt.Errorf("it does not listen: %s", s.errs)
	}
}

func free() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// kill ends it as a crash does.
func (s *server) kill() {
	syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	<-s.ended
}

// stop ends it in order.
func (s *server) stop(t testing.TB) {
	t.Helper()
	s.client.CloseIdleConnections()
	syscall.Kill(-s.cmd.Process.Pid, syscall.SIGTERM)
	<-s.ended
	if s.cmd.ProcessState.ExitCode() != 0 {
		t.Fatalf("it ended with %s: %s", s.cmd.ProcessState, tail(s.errs.String()))
	}
}

func tail(s string) string { return s[max(0, len(s)-2000):] }

// answer is what came back.
type answer struct {
	status int
	body   []byte
	cookie string
}

func (a answer) into(v any) error {
	if err := json.Unmarshal(a.body, v); err != nil {
		return fmt.Errorf("%w in %d %s", err, a.status, tail(string(a.body)))
	}
	return nil
}

// ask sends a request. The key is a token, or a cookie where it has a "=".
func (s *server) ask(method, path, key, kind string, body io.Reader) (answer, error) {
	r, err := http.NewRequest(method, s.url+path, body)
	if err != nil {
		return answer{}, err
	}
	switch {
	case strings.Contains(key, "="):
		r.Header.Set("Cookie", key)
	case key != "":
		r.Header.Set("Authorization", "Bearer "+key)
	}
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	res, err := s.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	a := answer{status: res.StatusCode, body: b}
	for _, c := range res.Cookies() {
		a.cookie = c.Name + "=" + c.Value
	}
	return a, err
}

// get reads JSON as somebody of a body.
func (s *server) get(body, path string, v any) error {
	a, err := s.ask(http.MethodGet, path, s.w.tokens[body], "", nil)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return fmt.Errorf("%s: %d %s", path, a.status, a.body)
	}
	return a.into(v)
}

// post sends JSON and expects that it is done.
func (s *server) post(t testing.TB, path, key string, in, out any) answer {
	t.Helper()
	b, err := json.Marshal(in)
	must(t, err)
	a, err := s.ask(http.MethodPost, path, key, "application/json", bytes.NewReader(b))
	must(t, err)
	if a.status >= 300 {
		t.Fatalf("%s: %d %s\n%s", path, a.status, a.body, tail(s.errs.String()))
	}
	if out != nil {
		must(t, a.into(out))
	}
	return a
}

type m map[string]any

// enrol sets a device up: in by the invitation of its person, out with a token.
func (s *server) enrol(t testing.TB, body, invitation string) string {
	t.Helper()
	var me struct{ ID, Office string }
	guest := s.post(t, "/api/session/invitation", "", m{"code": invitation}, &me)
	var token struct{ Secret string }
	s.post(t, "/api/people/"+me.ID+"/tokens", guest.cookie, m{"office": me.Office, "acts": acts[body]}, &token)
	return token.Secret
}

// taken is what the program says of a batch.
type taken struct {
	Records, Observations, Positions, Repeated, Rejected int
	IDs                                                  []string
}

// report sends lines as the monitor.
func (s *server) report(lines io.Reader) (taken, answer, error) {
	a, err := s.ask(http.MethodPost, "/api/observations?tier=mechanism&simulated=true", s.w.tokens["team-1"], "application/x-ndjson", lines)
	if err != nil {
		return taken{}, a, err
	}
	var t taken
	if a.status != http.StatusCreated && a.status != http.StatusOK {
		return t, a, nil
	}
	return t, a, a.into(&t)
}

// state is what the operator's collector reads.
func (s *server) state() (state string, record uint64, err error) {
	res, err := http.Get(s.metrics + "/health")
	if err != nil {
		return "", 0, err
	}
	defer res.Body.Close()
	var x struct {
		State  string
		Record uint64
	}
	err = json.NewDecoder(res.Body).Decode(&x)
	return x.State, x.Record, err
}

// metric reads one number of the metrics.
func (s *server) metric(name string) float64 {
	res, err := http.Get(s.metrics + "/metrics")
	if err != nil {
		return -1
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if v, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			var f float64
			fmt.Sscan(v, &f)
			return f
		}
	}
	return -1
}

// rest returns once everything was taken up and the rules have spoken about all of it, and gives the number of the last record.
func (s *server) rest(t testing.TB) uint64 {
	t.Helper()
	for {
		// In this order: what the rules say is recorded before they are said to be done, so a number of records read earlier could be an old one.
		up := s.metric("truce_settled_up_to")
		state, n, err := s.state()
		if err != nil || state != "working" && state != "catching-up" {
			t.Fatalf("%s, %v: %s", state, err, tail(s.errs.String()))
		}
		if state == "working" && up > 0 && up >= float64(n) {
			return n
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// all reads every page of a list.
func (s *server) all(body, path string, item func(json.RawMessage) error) error {
	cursor := ""
	for {
		var page struct {
			Items []json.RawMessage
			Next  string
		}
		q := "?limit=500"
		if strings.Contains(path, "?") {
			q = "&limit=500"
		}
		if cursor != "" {
			q += "&cursor=" + url.QueryEscape(cursor)
		}
		if err := s.get(body, path+q, &page); err != nil {
			return err
		}
		for _, x := range page.Items {
			if err := item(x); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}
