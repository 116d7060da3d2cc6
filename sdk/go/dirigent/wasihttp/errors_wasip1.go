package wasihttp

import (
	"errors"

	"dirigent/internal/abi"
)

// In the order of WASI's variant `error-code`.
var errorCodes = [...]string{
	"DNS-timeout", "DNS-error", "destination-not-found", "destination-unavailable", "destination-IP-prohibited",
	"destination-IP-unroutable", "connection-refused", "connection-terminated", "connection-timeout",
	"connection-read-timeout", "connection-write-timeout", "connection-limit-reached", "TLS-protocol-error",
	"TLS-certificate-error", "TLS-alert-received", "HTTP-request-denied", "HTTP-request-length-required",
	"HTTP-request-body-size", "HTTP-request-method-invalid", "HTTP-request-URI-invalid", "HTTP-request-URI-too-long",
	"HTTP-request-header-section-size", "HTTP-request-header-size", "HTTP-request-trailer-section-size",
	"HTTP-request-trailer-size", "HTTP-response-incomplete", "HTTP-response-header-section-size",
	"HTTP-response-header-size", "HTTP-response-body-size", "HTTP-response-trailer-section-size",
	"HTTP-response-trailer-size", "HTTP-response-transfer-coding", "HTTP-response-content-coding",
	"HTTP-response-timeout", "HTTP-upgrade-failed", "HTTP-protocol-error", "loop-detected", "configuration-error",
	"internal-error",
}

// The one case of which the payload is a message.
const internalError = len(errorCodes) - 1

// failed reads an error code at a place of a result.
func failed(result abi.Result, place uintptr) error {
	code := int(result.Byte(place))
	if code >= len(errorCodes) {
		return errors.New("an error that this SDK does not know")
	}
	problem := &Error{Code: errorCodes[code]}
	if code == internalError && result.Byte(place+8) != 0 {
		problem.Detail = result.Text(place + 12)
	}
	return problem
}

// streamFailed says why a stream ended: nil if it is closed.
func streamFailed(kind uint8, problem int32) error {
	if kind != 0 {
		return nil
	}
	result := abi.Call()
	defer result.Done()
	errorText(problem, result.At())
	text := result.Text(0)
	dropError(problem)
	return errors.New(text)
}
