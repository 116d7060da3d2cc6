package abi

import "unsafe"

// While the host writes what a call returns, it asks for memory by cabi_realloc, and until that call has returned a
// component must not call anything itself: the host traps it with "cannot leave component instance". Go's allocator may
// start a garbage collection, which asks WASI for the time. So cabi_realloc has memory of its own, taken from the end of
// the heap as Go's runtime takes it, and nothing that Go does in between can collect. A call's memory is used again by
// the next call, once Go has copies of what it got; what was asked for at any other time is kept: the input of the task,
// and what the adapter for WASI's preview 1 needs.

const (
	// Nothing is too large for it in ordinary calls.
	firstBlock = 64 << 10
	// No type of the component model needs more.
	alignment = 8
	// What the host takes for an address outside of the memory, and traps.
	nowhere = ^uint32(0)
)

//go:linkname sbrk runtime.sbrk
func sbrk(size uintptr) unsafe.Pointer

// Nothing here may allocate or yield.
//
//go:wasmexport cabi_realloc
//go:nosplit
func cabiRealloc(old, oldSize, align, size uint32) uint32 {
	if old != 0 || oldSize != 0 || align > alignment {
		// Nothing grows but strings in other encodings than UTF-8.
		return nowhere
	}
	at := (block.used + alignment - 1) &^ (alignment - 1)
	if at+uintptr(size) > block.size {
		next := max(firstBlock, 2*block.size, uintptr(size))
		start := uintptr(sbrk(next))
		if start == 0 {
			return nowhere
		}
		block.start, block.size, block.kept = start, next, 0
		at = 0
	}
	block.used = at + uintptr(size)
	if !calling {
		block.kept = block.used
	}
	return uint32(block.start + at)
}
