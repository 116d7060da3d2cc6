//go:build !wasip1

package keyvalue

import (
	"unsafe"

	"dirigent/internal/abi"
)

func open(name unsafe.Pointer, length uint32, result unsafe.Pointer) { abi.OnlyInHost() }

func get(self int32, key unsafe.Pointer, length uint32, result unsafe.Pointer) { abi.OnlyInHost() }

func set(self int32, key unsafe.Pointer, length uint32, value unsafe.Pointer, size uint32, result unsafe.Pointer) {
	abi.OnlyInHost()
}

func remove(self int32, key unsafe.Pointer, length uint32, result unsafe.Pointer) { abi.OnlyInHost() }

func exists(self int32, key unsafe.Pointer, length uint32, result unsafe.Pointer) { abi.OnlyInHost() }

func list(self int32, some uint32, cursor uint64, result unsafe.Pointer) { abi.OnlyInHost() }

func increment(self int32, key unsafe.Pointer, length uint32, delta uint64, result unsafe.Pointer) {
	abi.OnlyInHost()
}
