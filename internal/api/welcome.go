package api

import (
	"net/http"
	"strings"
)

// Welcome gives a browser the cookie of a session that was opened by another door than the interface's own: a body's sign-in service.
func Welcome(w http.ResponseWriter, origin, token string) {
	(&server{secure: strings.HasPrefix(origin, "https:")}).setCookie(w, token)
}
