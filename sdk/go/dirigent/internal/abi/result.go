// Package abi is the component model's canonical ABI as Go has it: how text goes to the host, and how what the host
// returns gets into Go's memory.
package abi

import (
	"sync"
	"unsafe"
)

// block is where memory comes from. When one is too small it is given up for another of twice the size, so all of them
// together are as much as the last one.
var block struct {
	start, size uintptr
	used        uintptr
	kept        uintptr
}

// calling says that a call of ours is under way.
var calling bool

// One call of the host at a time has the block and the result.
var lock sync.Mutex

// What the host returns is here when it is more than one value. The largest is 56 bytes.
var result [8]uint64

// Result is what a call returned: fields at their places, as the canonical ABI lays them out. It is to be read before
// Done.
type Result struct{}

// Call begins a call that returns more than one value. Between here and Done nothing else calls the host so.
func Call() Result {
	lock.Lock()
	block.used = block.kept
	calling = true
	return Result{}
}

// Done ends it, once everything is read.
func (Result) Done() {
	calling = false
	lock.Unlock()
}

// At is the address that the host writes the result to.
func (Result) At() unsafe.Pointer { return unsafe.Pointer(&result) }

func field[T any](place uintptr) T {
	return *(*T)(unsafe.Add(unsafe.Pointer(&result), place))
}

// Byte is a boolean, or the case of a variant.
func (Result) Byte(place uintptr) uint8 { return field[uint8](place) }

// Handle is a resource, or another number of 32 bits.
func (Result) Handle(place uintptr) int32 { return field[int32](place) }

// Long is a number of 64 bits.
func (Result) Long(place uintptr) uint64 { return field[uint64](place) }

// Text is a string.
func (r Result) Text(place uintptr) string { return Text(r.list(place)) }

// Bytes is a list of bytes.
func (r Result) Bytes(place uintptr) []byte { return []byte(Text(r.list(place))) }

func (Result) list(place uintptr) (at, length uint32) {
	return field[uint32](place), field[uint32](place + 4)
}

// Each goes through the items of a list, by their addresses.
func (r Result) Each(place, size uintptr, item func(at uintptr)) {
	at, length := r.list(place)
	for i := range uintptr(length) {
		item(uintptr(at) + i*size)
	}
}

// Text copies what the host wrote at an address.
func Text(at, length uint32) string {
	if length == 0 {
		return ""
	}
	return string(unsafe.Slice((*byte)(unsafe.Pointer(uintptr(at))), length))
}

// TextAt copies the string of which the pointer and the length are at an address.
func TextAt(at uintptr) string { return Text(Word(at), Word(at+4)) }

// Word reads a number of 32 bits.
func Word(at uintptr) uint32 { return *(*uint32)(unsafe.Pointer(at)) }

// Pointer is a string's address for the host. The string is to be kept alive over the call, as an argument of it is.
func Pointer(text string) unsafe.Pointer { return unsafe.Pointer(unsafe.StringData(text)) }

// Length is a string's length for the host.
func Length(text string) uint32 { return uint32(len(text)) }

// Some is the first value of an option.
func Some(there bool) uint32 {
	if there {
		return 1
	}
	return 0
}
