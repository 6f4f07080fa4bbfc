package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"truce"
	"truce/internal/disk"
	"truce/internal/seal"
	"truce/internal/witness"
	"truce/internal/witness/wire"
)

type witnessCommand struct {
	Init   witnessInitCommand   `cmd:"" help:"Make the folder and the key of a witness."`
	Follow witnessFollowCommand `cmd:"" help:"Begin to follow a log, or take one more key of it."`
	Serve  witnessServeCommand  `cmd:"" help:"Cosign what the logs that are followed show to have grown."`
	Proof  witnessProofCommand  `cmd:"" help:"Check a proof that a log showed two different records."`
}

// witnessKeyFile holds the name and the secret key of a witness, in the form that other witness programs read too.
const witnessKeyFile = "key"

type witnessInitCommand struct {
	Dir  string `arg:"" help:"Folder to make." type:"path"`
	Name string `help:"Name of the witness: an address without https://, under a domain of the body that runs it." required:"" placeholder:"NAME"`
}

// Run makes a witness and prints what goes into policies.
func (c *witnessInitCommand) Run(p *program) error {
	folder, err := disk.Open(c.Dir)
	if err != nil {
		return err
	}
	lock, err := folder.Lock()
	if err != nil {
		return err
	}
	defer lock.Close()
	if _, err := folder.ReadFile(witnessKeyFile, seal.MaxCheckpointBytes); err == nil {
		return &truce.Error{Kind: truce.Conflict, Subject: c.Dir, Reason: "there is a witness in this folder already", Hint: "name a folder that is empty"}
	} else if truce.KindOf(err) != truce.NotFound {
		return err
	}
	secret, err := seal.NewKey(rand.Reader)
	if err != nil {
		return err
	}
	signer := seal.NewSigner(secret)
	key, err := signer.Public().WitnessKey(c.Name)
	if err != nil {
		return &truce.Error{Kind: truce.Invalid, Subject: "--name", Reason: err.Error(), Hint: "write it as witness.example.org/truce"}
	}
	text, err := signer.NoteSecret(c.Name)
	if err != nil {
		return err
	}
	if err := folder.WriteFile(witnessKeyFile, []byte(text+"\n")); err != nil {
		return err
	}
	p.printf("%s is ready. For the policies of those who rely on it:\n\nwitness %s %s\n\nIt follows no log yet. Next: truce witness follow %s KEY\n", c.Dir, c.Name, key, c.Dir)
	return nil
}

// openWitness takes the folder of a witness for this process.
func openWitness(dir string) (*witness.Witness, error) {
	folder, err := disk.Open(dir)
	if err != nil {
		return nil, err
	}
	b, err := folder.ReadFile(witnessKeyFile, seal.MaxCheckpointBytes)
	if truce.KindOf(err) == truce.NotFound {
		return nil, &truce.Error{Kind: truce.NotFound, Subject: dir, Reason: "there is no witness in this folder", Hint: "make one with truce witness init"}
	} else if err != nil {
		return nil, err
	}
	name, signer, err := seal.ParseNoteSecret(strings.TrimSuffix(string(b), "\n"))
	if err != nil {
		return nil, &truce.Error{Kind: truce.Corrupt, Subject: dir + "/" + witnessKeyFile, Reason: "the key cannot be read", Hint: "bring it from a backup", Cause: err}
	}
	return witness.Open(folder, name, signer, func() truce.Instant { return truce.InstantOf(time.Now()) })
}

type witnessFollowCommand struct {
	Dir   string `arg:"" help:"Folder that truce witness init made." type:"existingdir"`
	Key   string `arg:"" help:"Key of the log, as its operator hands it out and the parties confirm it."`
	Start string `help:"File with a checkpoint of the log that you can vouch for. Without it the log must begin empty." type:"existingfile" placeholder:"FILE"`
}

// Run adds a log. Nobody is believed because he comes first.
func (c *witnessFollowCommand) Run(p *program) error {
	key, err := parseLogKey(c.Key)
	if err != nil {
		return err
	}
	var start []byte
	if c.Start != "" {
		if start, err = readBounded(c.Start, seal.MaxCheckpointBytes); err != nil {
			return err
		}
	}
	w, err := openWitness(c.Dir)
	if err != nil {
		return err
	}
	defer w.Close()
	if err := w.Follow(key, start); err != nil {
		return err
	}
	p.printf("%s follows %s.\n", c.Dir, key.Name())
	return nil
}

func parseLogKey(s string) (seal.NoteKey, error) {
	key, err := seal.ParseNoteKey(s)
	if err == nil && key.IsWitness() {
		err = errors.New("this is the key of a witness")
	}
	if err != nil {
		return key, &truce.Error{Kind: truce.Invalid, Subject: "the key of the log", Reason: err.Error(), Hint: "copy it whole from the record's page of keys"}
	}
	return key, nil
}

// readBounded reads a file that has to be small.
func readBounded(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &truce.Error{Kind: truce.NotFound, Subject: path, Reason: "it cannot be read", Cause: err}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(b)) > most {
		return nil, &truce.Error{Kind: truce.TooLarge, Subject: path, Reason: fmt.Sprintf("it is longer than %d bytes", most)}
	}
	return b, err
}

// Defaults of a witness that is served. See docs/limits.md.
const (
	DefaultWitnessListen   = "127.0.0.1:8486"
	DefaultWitnessPatience = 15 * time.Second
)

type witnessServeCommand struct {
	Dir         string `arg:"" help:"Folder that truce witness init made." type:"existingdir"`
	Listen      string `help:"Address to listen on; without a certificate only one of this machine." default:"${witness}" placeholder:"HOST:PORT"`
	Certificate string `help:"File of a certificate (PEM)." type:"existingfile" placeholder:"FILE" and:"tls"`
	Key         string `help:"File of the certificate's key." type:"existingfile" placeholder:"FILE" and:"tls"`
	Log         string `help:"Log as text or json." enum:"text,json" default:"text"`
}

// Run serves until it is interrupted.
func (c *witnessServeCommand) Run(p *program) error {
	at, err := netip.ParseAddrPort(c.Listen)
	if err != nil || c.Certificate == "" && !at.Addr().IsLoopback() {
		return &truce.Error{Kind: truce.Invalid, Subject: "--listen", Reason: fmt.Sprintf("%q is not an address of this machine with a port", c.Listen),
			Hint: "listen on " + DefaultWitnessListen + " behind a server that has a certificate, or give one"}
	}
	w, err := openWitness(c.Dir)
	if err != nil {
		return err
	}
	defer w.Close()
	key, err := w.Key()
	if err != nil {
		return err
	}
	logs, _ := w.Logs()
	log := p.logger(c.Log)
	ln, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return &truce.Error{Kind: truce.Unavailable, Subject: c.Listen, Reason: "nobody can listen there", Cause: err}
	}
	server := &http.Server{Handler: wire.Handler(w, func(l wire.Line) { logWitness(log, l) }), ReadTimeout: DefaultWitnessPatience, WriteTimeout: DefaultWitnessPatience,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 8 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)} // what it says there names addresses
	p.printf("%s, %d logs\nlistening on %s\n", key, logs, ln.Addr())
	failed := make(chan error, 1)
	go func() {
		if c.Certificate != "" {
			failed <- server.ServeTLS(ln, c.Certificate, c.Key)
		} else {
			failed <- server.Serve(ln)
		}
	}()
	select {
	case err = <-failed:
	case <-p.ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.Background(), DefaultWitnessPatience)
	defer cancel()
	if e := server.Shutdown(patience); e != nil {
		server.Close()
	}
	return err
}

// logWitness writes one line for each act: which log, and what came of it. Who asked is nobody's business.
func logWitness(log *slog.Logger, l wire.Line) {
	attrs := []any{"status", l.Status}
	if l.Origin != "" {
		attrs = append(attrs, "log", l.Origin, "size", l.Size)
	}
	switch {
	case l.Err == nil:
		log.Info("cosigned", attrs...)
	case l.Origin == "":
		log.Info("refused", attrs...)
	default: // the log itself signed what was sent
		attrs = append(attrs, "why", plain(l.Err))
		if l.Status == witness.StatusUnproven || truce.KindOf(l.Err) == truce.Corrupt {
			log.Error("NOT COSIGNED", attrs...)
		} else {
			log.Info("not cosigned", attrs...)
		}
	}
}

type witnessProofCommand struct {
	File string `arg:"" help:"The proof, as a witness, a monitor or a reader keeps it." type:"existingfile"`
	Key  string `help:"Key of the log." required:"" placeholder:"KEY"`
}

// Run says what the proof proves. It needs nothing but the key.
func (c *witnessProofCommand) Run(p *program) error {
	key, err := parseLogKey(c.Key)
	if err != nil {
		return err
	}
	b, err := readBounded(c.File, witness.MaxForkBytes)
	if err != nil {
		return err
	}
	f, err := witness.ParseFork(b)
	if err != nil {
		return err
	}
	first, second, err := f.Check(key)
	if err != nil {
		return err
	}
	p.printf("PROVED: whoever holds the key of %s signed two different records.\n\n", first.Origin)
	for _, x := range []seal.Checkpoint{first, second} {
		p.printf("  %d records with the root %s\n", x.Size, x.Root)
	}
	if first.Size < second.Size {
		p.printf("\nThe first %d records of the second have the root %s.\n", first.Size, f.Root)
	}
	return nil
}
