//! MD5, behind one door: the rest of the crate knows nothing of how a digest is computed.
//!
//! Every aggregated record ends in the MD5 of its body, and every partition key is hashed to find its shard; beside
//! that, reading and writing the format costs little. MD5 itself cannot be hurried: each step waits for the one
//! before. But an event brings many records, and their MD5s have nothing to do with each other:
//!
//! ```
//! use kinesis_agg::md5;
//!
//! let messages: [&[u8]; 2] = [b"a", b"message digest"];
//! let mut digests = [[0; 16]; 2];
//! md5::digest_many(&messages, &mut digests);
//! assert_eq!(digests, messages.map(md5::digest));
//! assert_eq!(u128::from_be_bytes(digests[0]), 0x0cc1_75b9_c0f1_b6a8_31c3_99e2_6977_2661);
//! ```
//!
//! So [`digest_many`] computes them side by side, a message in each lane of a vector register: AVX2 or else SSE2 on
//! x86-64, NEON on aarch64, chosen when the program runs, and the `md-5` crate anywhere else.
//!
//! The price is a block function of our own with `unsafe` in it. It is confined to `simd`, and every path through it is
//! tested against the `md-5` crate. And lanes cannot help a message that is alone, such as one record of 1 MB: it gets
//! the fastest scalar code there is, at a ninth of what sixteen lanes do.

#[forbid(unsafe_code)]
mod path;
#[expect(unsafe_code, reason = "vector instructions, and empty assembly that fixes the order of scalar ones")]
#[cfg_attr(
    not(any(target_arch = "x86_64", target_arch = "aarch64")),
    expect(dead_code, reason = "there is no kernel for this processor, and the md-5 crate does it all")
)]
#[expect(clippy::inline_always, reason = "code outside the function with the target feature does not have the feature")]
mod simd;

pub use path::Path;

/// The 16 bytes of an MD5.
pub type Digest = [u8; 16];

/// The MD5 of one message.
#[must_use]
pub fn digest(message: &[u8]) -> Digest {
    Path::in_use().digest(message)
}

/// The MD5 of each message, in order. With AVX2, two messages take hardly longer than one, and sixteen not twice as
/// long.
///
/// # Panics
///
/// If `digests` is not as long as `messages`.
pub fn digest_many(messages: &[&[u8]], digests: &mut [Digest]) {
    Path::in_use().digest_many(messages, digests);
}

/// What computes the digests on this machine: `"avx2"`, `"sse2"`, `"neon"`, or `"portable"` for the `md-5` crate.
#[must_use]
pub fn path_in_use() -> &'static str {
    Path::in_use().name()
}
