package node

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"truce"
	"truce/internal/api"
	"truce/internal/door"
	"truce/internal/ledger"
	"truce/internal/seal"
)

// ConfigFile is the name of the settings in a data folder.
const ConfigFile = "truce.yaml"

// Defaults of the settings. See docs/limits.md.
const (
	DefaultListen       = "127.0.0.1:8484"
	DefaultMetrics      = "127.0.0.1:8485"
	DefaultStopPatience = 20 * time.Second
)

// Config is what an operator may set. Paths are relative to the data folder.
type Config struct {
	// Listen is the address of the pages and the API. Without TLS it must be a loopback address.
	Listen string `yaml:"listen"`
	// Origin is the address people type, for example https://truce.example.org. Passkeys are bound to it.
	Origin string `yaml:"origin"`
	// TLS names a certificate and its key. Whoever reads the key can pose as this server.
	TLS TLS `yaml:"tls"`
	// Metrics is where health and Prometheus metrics are served; "" turns them off. It must be a loopback address: metrics are for
	// the operator, and hold counts but nothing of what records say.
	Metrics string `yaml:"metrics"`
	// Copy is the folder of the second copy of the journal, on another disk. Without it a damaged record is found but cannot be
	// repaired.
	Copy string `yaml:"copy"`
	// Keys is the file of the vault's keys. On the same disk as the data, a stolen disk opens the vault.
	Keys string `yaml:"keys"`
	// Limits bound what one body may send.
	Limits Limits `yaml:"limits"`
	// OpenRecord is what anybody can check.
	OpenRecord OpenRecord `yaml:"open_record"`
	// SignIn lists the services where bodies keep their own accounts (OpenID Connect).
	SignIn []SignIn `yaml:"sign_in"`
}

// TLS names the files of a certificate.
type TLS struct {
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
}

// Limits bound what one body may send. Sizes are in bytes.
type Limits struct {
	Rate   float64 `yaml:"rate"`   // requests a second, over a long time
	Burst  int     `yaml:"burst"`  // requests at once
	Upload int64   `yaml:"upload"` // bytes of one photo, video or document
	Batch  int64   `yaml:"batch"`  // bytes of one batch of observations
	Quota  int64   `yaml:"quota"`  // bytes of files and batches in one day (UTC)
}

// OpenRecord is where and how the open record is kept. Without an origin there is none.
type OpenRecord struct {
	Origin  string `yaml:"origin"`
	Folder  string `yaml:"folder"`
	Key     string `yaml:"key"`
	Policy  string `yaml:"policy"`
	Tick    int    `yaml:"tick"` // seconds
	DueDays int    `yaml:"due_days"`
}

// SignIn is one OpenID Connect service.
type SignIn struct {
	Body   truce.BodyID `yaml:"body"`
	Issuer string       `yaml:"issuer"`
	Client string       `yaml:"client"`
	Secret string       `yaml:"secret_file"`
}

// DefaultConfig is what holds where the file says nothing.
func DefaultConfig() Config {
	return Config{Listen: DefaultListen, Metrics: DefaultMetrics, Keys: "keys/vault.key",
		OpenRecord: OpenRecord{Folder: "public", Key: "keys/log.key", Tick: int(ledger.DefaultTick / time.Second), DueDays: int(ledger.DefaultDue / (24 * time.Hour))},
		Limits:     Limits{Rate: door.DefaultRate, Burst: door.DefaultBurst, Upload: api.DefaultUpload, Batch: api.DefaultBatch, Quota: api.DefaultQuota}}
}

// ReadConfig reads settings strictly and reports all that is wrong with them. An empty file leaves the defaults.
func ReadConfig(name string, data []byte) (Config, []truce.Problem) {
	c := DefaultConfig()
	problem := func(field, message, hint string) truce.Problem {
		line, column := find(data, field)
		return truce.Problem{File: name, Line: line, Column: column, Field: field, Code: "bad-setting", Message: message, Hint: hint}
	}
	dec := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	if err := dec.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		p := problem("", "the settings cannot be read", "see docs/reference/settings.md")
		var at yaml.Error
		if errors.As(err, &at) {
			p.Message = at.GetMessage()
			if t := at.GetToken(); t != nil && t.Position != nil {
				p.Line, p.Column, p.Field = t.Position.Line, t.Position.Column, t.Value
			}
			if strings.HasPrefix(p.Message, "unknown field") {
				p.Hint = "the settings are " + strings.Join(settings(reflect.TypeFor[Config](), ""), ", ")
			}
		}
		return DefaultConfig(), []truce.Problem{p}
	}
	if reflect.DeepEqual(c, Config{}) { // a file of comments alone
		c = DefaultConfig()
	}
	return c, c.check(problem)
}

func (c *Config) check(problem func(field, message, hint string) truce.Problem) (out []truce.Problem) {
	bad := func(field, message, hint string) { out = append(out, problem(field, message, hint)) }
	address := func(field, value string, loopback bool, hint string) {
		host, _, err := net.SplitHostPort(value)
		switch {
		case err != nil:
			bad(field, fmt.Sprintf("%q is not an address with a port", value), "write it as 127.0.0.1:8484")
		case loopback && !isLoopback(host):
			bad(field, fmt.Sprintf("%q can be reached from other machines", value), hint)
		}
	}
	secure := c.TLS.Certificate != "" && c.TLS.Key != ""
	address("listen", c.Listen, !secure, "give a certificate under tls, or listen on 127.0.0.1 behind a server that has one")
	if c.Metrics != "" {
		address("metrics", c.Metrics, true, "listen on 127.0.0.1 and let a collector on this machine read it")
	}
	if (c.TLS.Certificate == "") != (c.TLS.Key == "") {
		bad("tls", "a certificate needs its key, and a key its certificate", "name both files")
	}
	if c.Origin != "" {
		u, err := url.Parse(c.Origin)
		switch {
		case err != nil || u.Host == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "":
			bad("origin", fmt.Sprintf("%q is not an origin", c.Origin), "write it as https://truce.example.org")
		case u.Scheme != "https" && !isLoopback(u.Hostname()):
			bad("origin", "people would send passwords in the clear", "use https")
		}
	}
	if c.Keys == "" {
		bad("keys", "there is nowhere to keep the vault's keys", "name a file, best on another disk")
	}
	if c.Copy != "" && filepath.Clean(c.Copy) == "." {
		bad("copy", "the second copy would lie in the data folder itself", "name a folder on another disk")
	}
	for _, n := range []struct {
		field string
		value float64
	}{{"rate", c.Limits.Rate}, {"burst", float64(c.Limits.Burst)}, {"upload", float64(c.Limits.Upload)}, {"batch", float64(c.Limits.Batch)}, {"quota", float64(c.Limits.Quota)}} {
		if n.value <= 0 {
			bad(n.field, "a limit must be more than zero", "leave it out for the default")
		}
	}
	if r := c.OpenRecord; r.Origin != "" {
		if _, err := seal.NewSigner(seal.Key{}).Public().LogKey(r.Origin); err != nil {
			bad("open_record", err.Error(), "write the origin as truce.example.org/name")
		}
		if r.Folder == "" || r.Key == "" {
			bad("open_record", "there is nowhere to keep the public files, or the key", "name a folder and a file")
		}
		if r.Tick < 1 || r.Tick > 24*60*60 || r.DueDays < 1 || r.DueDays > 100*365 {
			bad("open_record", "the record grows every 1 to 86400 seconds, and what is sealed is due after 1 to 36500 days", "leave them out for the defaults")
		}
	}
	for _, s := range c.SignIn {
		if u, err := url.Parse(s.Issuer); err != nil || u.Scheme != "https" && !isLoopback(u.Hostname()) {
			bad("issuer", fmt.Sprintf("%q is not an https address", s.Issuer), "write the issuer as the service gives it")
		}
		if s.Body == "" || s.Client == "" || s.Secret == "" {
			bad("sign_in", "a service needs body, issuer, client and secret_file", "the body says for whom its accounts speak")
		}
	}
	return out
}

// sound checks settings that were changed after they were read.
func (c *Config) sound() error {
	problems := c.check(func(field, message, hint string) truce.Problem {
		return truce.Problem{Field: field, Message: message, Hint: hint}
	})
	if len(problems) == 0 {
		return nil
	}
	p := problems[0]
	return &truce.Error{Op: "node.Open", Kind: truce.Invalid, Subject: p.Field, Reason: p.Message, Hint: p.Hint}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// find gives the place of a key in a settings file; 0, 0 where it is not written.
func find(data []byte, key string) (line, column int) {
	if key == "" {
		return 0, 0
	}
	for i, l := range strings.Split(string(data), "\n") {
		if t := strings.TrimLeft(l, " -"); strings.HasPrefix(t, key+":") {
			return i + 1, len(l) - len(t) + 1
		}
	}
	return 0, 0
}

// settings lists the keys of a settings file, with those inside others behind a dot.
func settings(t reflect.Type, before string) (out []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name := before + f.Tag.Get("yaml")
		ft := f.Type
		if ft.Kind() == reflect.Slice {
			ft = ft.Elem()
		}
		if ft.Kind() == reflect.Struct {
			out = append(out, settings(ft, name+".")...)
			continue
		}
		out = append(out, name)
	}
	return out
}
