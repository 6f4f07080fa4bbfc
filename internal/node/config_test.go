package node

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"truce"
)

func TestConfigIsStrict(t *testing.T) {
	for _, c := range []struct{ name, text, message, field string }{
		{"nothing", "", "", ""},
		{"a comment", "# nothing yet\n", "", ""},
		{"sound", "listen: 127.0.0.1:9000\nlimits: {rate: 5}\n", "", ""},
		{"unknown key", "listen: 127.0.0.1:9000\nlisten_on: x\n", "unknown field", "listen_on"},
		{"twice", "copy: a\ncopy: b\n", "already defined", "copy"},
		{"wrong kind", "limits: {rate: fast}\n", "cannot", "fast"},
		{"open to the world", "listen: 0.0.0.0:80\n", "can be reached from other machines", "listen"},
		{"metrics open", "metrics: :9000\n", "can be reached from other machines", "metrics"},
		{"no port", "listen: localhost\n", "not an address with a port", "listen"},
		{"half a certificate", "tls: {certificate: c.pem}\n", "needs its key", "tls"},
		{"clear text", "origin: http://truce.example.org\n", "in the clear", "origin"},
		{"a path", "origin: https://truce.example.org/x\n", "not an origin", "origin"},
		{"zero", "limits:\n  burst: 0\n", "more than zero", "burst"},
		{"half a service", "sign_in:\n  - {issuer: https://id.example.org}\n", "needs body", "sign_in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, problems := ReadConfig("truce.yaml", []byte(c.text))
			if c.message == "" {
				if len(problems) > 0 {
					t.Fatal(problems)
				}
				return
			}
			if len(problems) != 1 {
				t.Fatalf("%d problems: %v, of %+v", len(problems), problems, got)
			}
			p := problems[0]
			if !strings.Contains(p.Message, c.message) || p.Field != c.field || p.Line == 0 || p.Column == 0 {
				t.Errorf("%+v", p)
			}
			if p.Hint == "" && !strings.Contains(p.Message, "cannot") && !strings.Contains(p.Message, "already") {
				t.Errorf("no hint: %+v", p)
			}
		})
	}
}

func TestConfigReportsEverything(t *testing.T) {
	_, problems := ReadConfig("truce.yaml", []byte("listen: nowhere\nmetrics: 0.0.0.0:1\norigin: here\nlimits: {rate: -1}\n"))
	if len(problems) != 4 {
		t.Errorf("%d problems: %v", len(problems), problems)
	}
}

func TestDefaultsAreSound(t *testing.T) {
	c := DefaultConfig()
	if p := c.check(func(f, m, h string) truce.Problem { return truce.Problem{Field: f, Message: m} }); len(p) > 0 {
		t.Error(p)
	}
}

// Every setting stands on the page of settings, with its meaning.
func TestSettingsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/reference/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range settings(reflect.TypeFor[Config](), "") {
		if !strings.Contains(string(page), "| `"+name+"` |") {
			t.Errorf("docs/reference/settings.md has no row for %s", name)
		}
	}
}

func FuzzReadConfig(f *testing.F) {
	f.Add([]byte("listen: 127.0.0.1:9000\nlimits: {rate: 5}\n"))
	f.Add([]byte("sign_in:\n  - {issuer: https://id.example.org}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 4<<10 {
			ReadConfig("truce.yaml", b)
		}
	})
}
