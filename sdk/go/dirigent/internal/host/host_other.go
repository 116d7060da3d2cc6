//go:build !wasip1

// Package host is what the host does for every task. Here, on the machine that a plugin is written on, the log is
// standard error.
package host

import (
	"fmt"
	"os"
)

// Log writes a line to standard error.
func Log(level Level, message string) {
	names := [...]string{"trace", "debug", "info", "warn", "error"}
	fmt.Fprintf(os.Stderr, "%s: %s\n", names[level], message)
}

// Heartbeat does nothing.
func Heartbeat() {}

// Progress does nothing.
func Progress(uint64, uint64, string) {}
