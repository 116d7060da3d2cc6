package host

// Level says how much a log line matters, in the order of the contract.
type Level int32

// The levels.
const (
	Trace Level = iota
	Debug
	Info
	Warn
	Error
)
