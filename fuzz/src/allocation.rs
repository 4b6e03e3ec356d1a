//! How much memory a call takes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The system's allocator, counting. Targets run on one thread.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most memory in use at a time during `call`, beyond what was in use before.
pub fn peak_of<Output>(call: impl FnOnce() -> Output) -> (Output, usize) {
    let before = IN_USE.load(Relaxed);
    PEAK.store(before, Relaxed);
    let output = call();
    (output, PEAK.load(Relaxed) - before)
}

fn count(bytes: usize) {
    let in_use = IN_USE.fetch_add(bytes, Relaxed) + bytes;
    PEAK.fetch_max(in_use, Relaxed);
}

#[expect(unsafe_code, reason = "the interface of allocators is unsafe")]
// SAFETY: every call goes to the system's allocator as it came. Growing is left to the default, which allocates anew: so
// the old memory counts until it is freed.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(memory, layout) }
    }
}
