//go:build !wasip1

package dirigent

// serve does nothing here: on the machine that a plugin is written on, tests call its function themselves.
func serve(func(Context, []byte) ([]byte, error)) {}
