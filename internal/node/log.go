package node

import (
	"encoding/json"
	"os"
	"sync"

	"truce"
	"truce/internal/access"
)

// accessLog is who read what is severe and who was refused what, one JSON object a line. It names records and numbers of people, never what is in them.
type accessLog struct {
	mu   sync.Mutex
	file *os.File
}

type accessLine struct {
	At      string   `json:"at"`
	Person  string   `json:"person,omitempty"`
	Body    string   `json:"body,omitempty"`
	Office  string   `json:"office"`
	Key     string   `json:"key,omitempty"`
	Act     string   `json:"act"`
	Kind    string   `json:"kind"`
	Thing   string   `json:"thing,omitempty"`
	Code    string   `json:"code"`
	Fields  []string `json:"fields,omitempty"`
	Granted bool     `json:"granted,omitempty"`
}

func openAccessLog(path string) (*accessLog, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, &truce.Error{Op: "node.Open", Kind: truce.Unavailable, Subject: path, Reason: "the access log cannot be written", Cause: err}
	}
	return &accessLog{file: f}, nil
}

func (l *accessLog) add(e access.Entry) {
	b, err := json.Marshal(accessLine{e.At.String(), string(e.Person), string(e.Body), e.Office.String(), string(e.Key), e.Act.String(), e.Kind.String(), string(e.Thing),
		string(e.Code), e.Fields.Words(), e.Granted})
	if err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.file.Write(append(b, '\n'))
}

// Close ends the log.
func (l *accessLog) Close() error { return l.file.Close() }
