// Package wasihttp lets net/http reach servers through the host. Importing it is enough: http.Get, http.DefaultClient and
// every client without a transport of its own use it.
//
//	import (
//		"net/http"
//
//		_ "dirigent/wasihttp"
//	)
//
// `plugin.toml` asks for servers by rules ([asks] http); a request that was not granted ends the task with
// Plugin.CapabilityDenied. The host checks a redirect that a client follows as any other request. Deadlines of a
// request's context, and a client's Timeout, bound connecting, waiting for the response, and pauses within it.
package wasihttp

import "fmt"

// Error is what the host says of a request that has no response, in WASI's words.
type Error struct {
	// Code is WASI's name, such as connection-refused. Source: wasi:http/types, error-code.
	Code string
	// Detail is what else is known; may be empty.
	Detail string
}

func (e *Error) Error() string {
	if e.Detail == "" {
		return e.Code
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Detail)
}
