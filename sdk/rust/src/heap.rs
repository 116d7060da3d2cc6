//! The allocator: dlmalloc, as in the standard library, over a first block that is part of the component's initial memory.
//!
//! The standard library's allocator grows the memory for its first block. That is two system calls in the host for every
//! call of a plugin, since instances are fresh, and the dearest thing that a small task does. Memory that was there from the
//! start costs nothing until it is touched.

use std::{
    alloc::{GlobalAlloc, Layout},
    arch::wasm32::memory_grow,
    cell::{Cell, UnsafeCell},
    ptr,
};

use dlmalloc::{Allocator, Dlmalloc};

/// Bytes of the first block. Most tasks get by with it.
const FIRST: usize = 128 << 10;
/// Bytes of WebAssembly's pages, by which the memory grows.
const PAGE: usize = 64 << 10;

#[repr(align(16))]
struct Block(UnsafeCell<[u8; FIRST]>);

// SAFETY: this target has one thread.
unsafe impl Sync for Block {}

static BLOCK: Block = Block(UnsafeCell::new([0; FIRST]));

/// Where the allocator takes its memory from.
struct System {
    first_is_taken: Cell<bool>,
}

// SAFETY: `alloc` hands out memory that nobody else has: the first block once, and pages that were just added. They
// are zero in a fresh instance, and nothing is ever given back.
unsafe impl Allocator for System {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        if size <= FIRST && !self.first_is_taken.replace(true) {
            return (BLOCK.0.get().cast(), FIRST, 0);
        }
        let pages = size.div_ceil(PAGE);
        let before = memory_grow::<0>(pages);
        if before == usize::MAX {
            return (ptr::null_mut(), 0, 0);
        }
        let (start, len) = (before * PAGE, pages * PAGE);
        // The last byte of the address space is not for use: a pointer past the end would wrap to zero.
        let len = if start.wrapping_add(len) == 0 { len - 16 } else { len };
        (start as *mut u8, len, 0)
    }

    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        ptr::null_mut()
    }

    fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
        false
    }

    fn free(&self, _: *mut u8, _: usize) -> bool {
        false
    }

    fn can_release_part(&self, _: u32) -> bool {
        false
    }

    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        PAGE
    }
}

struct Heap(UnsafeCell<Dlmalloc<System>>);

// SAFETY: this target has one thread.
unsafe impl Sync for Heap {}

// SAFETY: every method hands its arguments on to the allocator of the same contract. No two references to it exist at a time:
// there is one thread, and the allocator does not call back.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { (*self.0.get()).malloc(layout.size(), layout.align()) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { (*self.0.get()).calloc(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { (*self.0.get()).free(block, layout.size(), layout.align()) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        unsafe { (*self.0.get()).realloc(block, layout.size(), layout.align(), size) }
    }
}

#[global_allocator]
static HEAP: Heap =
    Heap(UnsafeCell::new(Dlmalloc::new_with_allocator(System { first_is_taken: Cell::new(false) })));
