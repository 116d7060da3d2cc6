package dirigent

import "dirigent/internal/host"

// Heartbeat says that the task is alive, for a state with HeartbeatSeconds.
func Heartbeat() { host.Heartbeat() }

// Progress says how far the task is: done of total (0 if that is not known) in any unit, with a word for people. It
// counts as a heartbeat.
func Progress(done, total uint64, message string) { host.Progress(done, total, message) }
