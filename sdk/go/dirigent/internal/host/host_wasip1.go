// Package host is what the host does for every task: its log, and signs of life.
package host

import (
	"unsafe"

	"dirigent/internal/abi"
)

//go:wasmimport dirigent:task/host@1.0.0 log
func logLine(level int32, at unsafe.Pointer, length uint32)

//go:wasmimport dirigent:task/host@1.0.0 heartbeat
func heartbeat()

//go:wasmimport dirigent:task/host@1.0.0 progress
func progress(done uint64, some uint32, total uint64, at unsafe.Pointer, length uint32)

// Log writes a line to the task's log.
func Log(level Level, message string) {
	logLine(int32(level), abi.Pointer(message), abi.Length(message))
}

// Heartbeat says that the task is alive.
func Heartbeat() { heartbeat() }

// Progress says how far it is; a total of 0 is none that is known.
func Progress(done, total uint64, message string) {
	progress(done, abi.Some(total > 0), total, abi.Pointer(message), abi.Length(message))
}
