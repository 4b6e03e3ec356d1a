//! How much memory a call takes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use kinesis_agg::deaggregate::{Options, deaggregate};

/// The system's allocator, counting. Targets run on one thread.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Holds the memory that decoding takes against its bound.
pub fn check(records: &[&[u8]], options: &Options) {
    /// The most for each byte of input.
    const BYTES_PER_BYTE: usize = 32;
    /// What it may be beside that for a Kinesis record, however small.
    const BYTES_PER_RECORD: usize = 512;

    let ((), peak) = peak_of(|| deaggregate(records, &[], options, &mut Vec::new()));
    let bound = records.iter().map(|data| BYTES_PER_BYTE * data.len() + BYTES_PER_RECORD).sum();
    assert!(peak <= bound, "{peak} bytes of memory, more than {bound}");
}

/// The most memory in use at a time during `call`, beyond what was in use before.
fn peak_of<Output>(call: impl FnOnce() -> Output) -> (Output, usize) {
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
