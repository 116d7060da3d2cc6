//go:build !wasip1

package config

import (
	"unsafe"

	"dirigent/internal/abi"
)

func get(key unsafe.Pointer, length uint32, result unsafe.Pointer) { abi.OnlyInHost() }
