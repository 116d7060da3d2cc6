package dirigent

import "fmt"

// Names of failures that have a meaning of their own.
const (
	// TaskFailed is the name of a failure that nobody gave a name (ASL specification, "Errors").
	TaskFailed = "States.TaskFailed"
	// InvalidInput is the name for an input that the plugin's type does not take.
	InvalidInput = "Plugin.InvalidInput"
	// InvalidOutput is the name for an output that encoding/json cannot write.
	InvalidOutput = "Plugin.InvalidOutput"
	// InDoubt is the name for an effect of which nobody knows whether it happened.
	InDoubt = "Plugin.InDoubt"
)

// Failure is an error with the name that a state's Retry and Catch match. Any other error that a task returns ends it
// under the name [TaskFailed].
type Failure struct {
	// The error name, such as Payment.Declined. The host keeps 256 bytes. Names that start with States. or Plugin. have
	// a meaning of their own: use them for that meaning only.
	Name string
	// What happened, for people. The host keeps 32 KiB.
	Cause string
}

// Fail is a failure with this name, and a cause as fmt.Sprintf makes it.
func Fail(name, cause string, values ...any) error {
	if len(values) > 0 {
		cause = fmt.Sprintf(cause, values...)
	}
	return Failure{Name: name, Cause: cause}
}

func (f Failure) Error() string { return f.Name + ": " + f.Cause }
