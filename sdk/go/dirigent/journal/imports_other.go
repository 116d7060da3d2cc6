//go:build !wasip1

package journal

import (
	"unsafe"

	"dirigent/internal/abi"
)

func recall(step unsafe.Pointer, length uint32, result unsafe.Pointer) { abi.OnlyInHost() }

func record(step unsafe.Pointer, length uint32, value unsafe.Pointer, size uint32, result unsafe.Pointer) {
	abi.OnlyInHost()
}
