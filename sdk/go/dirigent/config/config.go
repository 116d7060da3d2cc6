// Package config reads values of the host's configuration. `plugin.toml` asks for them by name ([asks] config); a value
// that was not granted ends the task with Plugin.CapabilityDenied.
package config

import (
	"errors"

	"dirigent/internal/abi"
)

// Get returns the value of a key, and whether there is one.
func Get(key string) (value string, found bool, err error) {
	result := abi.Call()
	defer result.Done()
	get(abi.Pointer(key), abi.Length(key), result.At())
	if result.Byte(0) != 0 {
		return "", false, errors.New(result.Text(8))
	}
	if result.Byte(4) == 0 {
		return "", false, nil
	}
	return result.Text(8), true, nil
}
