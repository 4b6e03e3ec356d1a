//! The MD5s of many messages at once.
//!
//! One definition of the block function ([`kernel`]) is compiled for a word of one message and for vectors of words of
//! several. What is left is to keep the vectors full, though messages are of any length: every message has a lane, all
//! lanes advance by as many blocks as the one nearest to its end has left, and there the next waiting message takes
//! over. When none waits any more, the live lanes move together and go on in ever narrower kernels, down to the scalar.
//!
//! The messages are taken as they come. To start the longest first would shorten the end, when few lanes are live, by
//! up to a tenth for records of very different lengths, but sorting costs more than hashing when they are short.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod kernel;
#[cfg(all(target_arch = "aarch64", target_endian = "little", target_feature = "neon"))]
mod neon;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod sse2;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod vector;

use super::Digest;
use kernel::{Block, INITIAL, MAX_LANES, Messages, State};

/// The kernels to choose from with one instruction set, from the narrowest to the widest.
pub(super) struct Ladder {
    pub(super) name: &'static str,
    pub(super) kernels: &'static [Kernel],
}

/// The block function for a number of messages.
pub(super) struct Kernel {
    name: &'static str,
    lanes: usize,
    /// To be called only on a CPU that has the instructions.
    compress: unsafe fn(&mut State, &Messages, usize),
}

// At the foot of every ladder, for the messages that are left over. Where there is no ladder, the `md-5` crate is the path.
const SCALAR_1: Kernel = Kernel { name: "scalar 1", lanes: 1, compress: scalar::single };
const SCALAR_2: Kernel = Kernel { name: "scalar 2x1", lanes: 2, compress: scalar::double };

/// The vector instructions that this CPU has, the best first.
#[cfg(target_arch = "x86_64")]
pub(super) fn ladders() -> &'static [Ladder] {
    static LADDERS: [Ladder; 2] = [
        Ladder {
            name: "avx2",
            kernels: &[
                SCALAR_1,
                SCALAR_2,
                Kernel { name: "avx2 8", lanes: 8, compress: avx2::single },
                Kernel { name: "avx2 2x8", lanes: 16, compress: avx2::double },
            ],
        },
        // Without a check: SSE2 is part of x86-64.
        Ladder {
            name: "sse2",
            kernels: &[
                SCALAR_1,
                SCALAR_2,
                Kernel { name: "sse2 4", lanes: 4, compress: sse2::single },
                Kernel { name: "sse2 2x4", lanes: 8, compress: sse2::double },
            ],
        },
    ];
    if is_x86_feature_detected!("avx2") { &LADDERS } else { &LADDERS[1..] }
}

/// The vector instructions that this CPU has: the compiler's target says so.
#[cfg(all(target_arch = "aarch64", target_endian = "little", target_feature = "neon"))]
pub(super) fn ladders() -> &'static [Ladder] {
    static LADDERS: [Ladder; 1] = [Ladder {
        name: "neon",
        kernels: &[
            SCALAR_1,
            SCALAR_2,
            Kernel { name: "neon 4", lanes: 4, compress: neon::single },
            Kernel { name: "neon 2x4", lanes: 8, compress: neon::double },
        ],
    }];
    &LADDERS
}

/// No instructions that we know.
#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_endian = "little", target_feature = "neon")
)))]
pub(super) fn ladders() -> &'static [Ladder] {
    &[]
}

impl Kernel {
    pub(super) fn name(&self) -> &'static str {
        self.name
    }
}

/// The MD5 of one message. `kernels` is not empty, here and below.
pub(super) fn digest(kernels: &[Kernel], message: &[u8]) -> Digest {
    let mut digest = [Digest::default()];
    digest_in_lanes::<1>(kernels, &[message], &mut digest);
    digest[0]
}

/// The MD5 of each message.
pub(super) fn digest_many(kernels: &[Kernel], messages: &[&[u8]], digests: &mut [Digest]) {
    digest_in_lanes::<MAX_LANES>(kernels, messages, digests);
}

fn digest_in_lanes<const WIDTH: usize>(kernels: &[Kernel], messages: &[&[u8]], digests: &mut [Digest]) {
    let widest = kernels.last().expect("there is a kernel");
    let width = widest.lanes.min(WIDTH);
    let mut waiting = messages.iter().enumerate();
    let mut state = [[0; MAX_LANES]; 4];
    let mut lanes = [const { Lane::EMPTY }; WIDTH];
    let mut live = 0;
    while live < width
        && let Some((index, message)) = waiting.next()
    {
        lanes[live].start(index, message);
        put_column(&mut state, live, INITIAL);
        live += 1;
    }
    while live > 0 {
        let count = advance(kernels, &mut state, &lanes[..live]);
        // From the last lane down, so that the lane which fills a gap has been looked at before.
        for lane in (0..live).rev() {
            lanes[lane].skip(count);
            if !lanes[lane].blocks().is_empty() {
                continue;
            }
            for (bytes, word) in digests[lanes[lane].index].as_chunks_mut().0.iter_mut().zip(column(&state, lane)) {
                *bytes = word.to_le_bytes();
            }
            if let Some((index, message)) = waiting.next() {
                lanes[lane].start(index, message);
                put_column(&mut state, lane, INITIAL);
            } else {
                live -= 1;
                lanes.swap(lane, live);
                let last = column(&state, live);
                put_column(&mut state, lane, last);
            }
        }
    }
}

/// Takes in as many blocks of every lane as the shortest has left, and says how many.
#[inline]
fn advance(kernels: &[Kernel], state: &mut State, lanes: &[Lane]) -> usize {
    let kernel = kernels.iter().find(|kernel| kernel.lanes >= lanes.len());
    let kernel = kernel.expect("no more lanes are live than the widest kernel has");
    // The lanes of the kernel that are not live repeat the first one, and nobody looks at what becomes of them.
    let mut messages = [lanes[0].blocks(); MAX_LANES];
    let mut count = messages[0].len();
    for (message, lane) in messages.iter_mut().zip(lanes) {
        *message = lane.blocks();
        count = count.min(message.len());
    }
    // SAFETY: `ladders` gives away only kernels whose instructions this CPU has.
    unsafe { (kernel.compress)(state, &messages, count) };
    count
}

fn column(state: &State, lane: usize) -> [u32; 4] {
    [state[0][lane], state[1][lane], state[2][lane], state[3][lane]]
}

fn put_column(state: &mut State, lane: usize, words: [u32; 4]) {
    for (row, word) in state.iter_mut().zip(words) {
        row[lane] = word;
    }
}

/// A message on its way.
struct Lane<'a> {
    /// The whole blocks of the message still to come, where they lie.
    body: &'a [Block],
    /// The last one or two blocks: the rest of the message and its padding.
    tail: [Block; 2],
    /// How many blocks of `tail` are done, or not needed.
    skipped: usize,
    /// The message's number.
    index: usize,
}

impl<'a> Lane<'a> {
    const EMPTY: Self = Self { body: &[], tail: [[0; 64]; 2], skipped: 2, index: 0 };

    #[inline]
    fn start(&mut self, index: usize, message: &'a [u8]) {
        let (body, rest) = message.as_chunks();
        self.body = body;
        self.skipped = pad(&mut self.tail, rest, message.len() as u64);
        self.index = index;
    }

    /// What comes next: the body as long as there is any, then the tail; empty at the end.
    #[inline]
    fn blocks(&self) -> &[Block] {
        if self.body.is_empty() { &self.tail[self.skipped..] } else { self.body }
    }

    /// Drops the first `count` of [`Lane::blocks`].
    #[inline]
    fn skip(&mut self, count: usize) {
        if self.body.is_empty() {
            self.skipped += count;
        } else {
            self.body = &self.body[count..];
        }
    }
}

/// Writes the last blocks of a message of `length` bytes (RFC 1321, 3.1 and 3.2): what follows its whole blocks, a one
/// bit, zeros, and the length in bits. Says how many of the two blocks are not needed.
#[inline]
fn pad(tail: &mut [Block; 2], rest: &[u8], length: u64) -> usize {
    let skipped = usize::from(rest.len() < 56);
    *tail = [[0; 64]; 2];
    let block = &mut tail[skipped];
    copy(block, rest);
    block[rest.len()] = 0x80;
    tail[1][56..].copy_from_slice(&length.wrapping_mul(8).to_le_bytes());
    skipped
}

/// Copies `rest` to the start of `block`, in two pieces of fixed size that overlap: a call of `memcpy` takes longer.
#[inline]
fn copy(block: &mut Block, rest: &[u8]) {
    let _ = copy_ends::<32>(block, rest)
        || copy_ends::<16>(block, rest)
        || copy_ends::<8>(block, rest)
        || copy_ends::<4>(block, rest)
        || copy_ends::<2>(block, rest)
        || copy_ends::<1>(block, rest);
}

/// Copies the first and the last `N` bytes of `rest`: all, if there are `N` to `2 * N`.
#[inline]
fn copy_ends<const N: usize>(block: &mut Block, rest: &[u8]) -> bool {
    let (Some(first), Some(last)) = (rest.first_chunk::<N>(), rest.last_chunk::<N>()) else { return false };
    block[..N].copy_from_slice(first);
    block[rest.len() - N..rest.len()].copy_from_slice(last);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_padding_is_that_of_the_rfc() {
        for length in 0..64 {
            let message: Vec<u8> = (1..=length).collect();
            let mut expected = message.clone();
            expected.push(0x80);
            while expected.len() % 64 != 56 {
                expected.push(0);
            }
            // The length counts modulo 2^64 bits.
            let bits = u64::from(length) * 8 + (1 << 63);
            expected.extend(bits.to_le_bytes());

            let mut tail = [[0xff; 64]; 2];
            let skipped = pad(&mut tail, &message, u64::from(length) + (0b101 << 60));
            assert_eq!(tail[skipped..].as_flattened(), expected, "{length}");
        }
    }
}
