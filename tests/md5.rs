//! Every path through `md5` against the `md-5` crate.
//!
//! For undefined behaviour, on nightly Rust, with the flag that lets Miri detect AVX2:
//!
//! ```text
//! RUSTFLAGS="-C target-feature=+avx2" cargo miri test --no-default-features --test md5
//! RUSTFLAGS="-Z sanitizer=address" cargo test --no-default-features --test md5 --target x86_64-unknown-linux-gnu
//! ```

use ::md5::Digest as _;
use kinesis_agg::md5::{self, Digest, Path};
use proptest::prelude::*;

/// RFC 1321, appendix A.5.
const SUITE: [(&str, u128); 7] = [
    ("", 0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e),
    ("a", 0x0cc1_75b9_c0f1_b6a8_31c3_99e2_6977_2661),
    ("abc", 0x9001_5098_3cd2_4fb0_d696_3f7d_28e1_7f72),
    ("message digest", 0xf96b_697d_7cb7_938d_525a_2f31_aaf1_61d0),
    ("abcdefghijklmnopqrstuvwxyz", 0xc3fc_d3d7_6192_e400_7dfb_496c_ca67_e13b),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 0xd174_ab98_d277_d9f5_a561_1c2c_9f41_9d9f),
    (
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
        0x57ed_f4a2_2be3_c955_ac49_da2e_2107_b67a,
    ),
];

/// More than twice the messages that the widest kernel takes.
const MOST_MESSAGES: usize = 40;

/// Numbers of messages: all, except under Miri, which is a thousand times slower.
fn counts() -> impl Iterator<Item = usize> {
    (0..=MOST_MESSAGES).step_by(if cfg!(miri) { 17 } else { 1 })
}

#[test]
fn rfc_1321_test_suite() {
    let messages = SUITE.map(|(message, _)| message.as_bytes());
    let expected = SUITE.map(|(_, digest)| digest.to_be_bytes());
    assert_eq!(messages.map(oracle), expected);
    assert_eq!(messages.map(md5::digest), expected);
    assert_every_path_agrees(&messages);
}

#[test]
fn vector_instructions_are_in_use_where_there_are_any() {
    #[cfg(target_arch = "x86_64")]
    let expected = if is_x86_feature_detected!("avx2") { "avx2" } else { "sse2" };
    #[cfg(target_arch = "aarch64")]
    let expected = "neon";
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let expected = "portable";
    assert_eq!(md5::path_in_use(), expected);
}

#[test]
fn the_paths_under_test_are_all_there() {
    let names: Vec<&str> = Path::all().into_iter().map(Path::name).collect();
    let mut expected = vec!["portable"];
    let mut kernels = vec![];
    if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
        kernels.extend(["scalar 1", "scalar 2x1"]);
    }
    if cfg!(target_arch = "x86_64") {
        if md5::path_in_use() == "avx2" {
            expected.push("avx2");
            kernels.extend(["avx2 8", "avx2 2x8"]);
        }
        expected.push("sse2");
        kernels.extend(["sse2 4", "sse2 2x4"]);
    }
    if cfg!(target_arch = "aarch64") {
        expected.push("neon");
        kernels.extend(["neon 4", "neon 2x4"]);
    }
    assert_eq!(names, [expected, kernels].concat());
}

#[test]
fn every_length_around_the_first_block_boundaries() {
    let bytes = noise(260);
    for length in (0..bytes.len()).step_by(if cfg!(miri) { 29 } else { 1 }) {
        assert_eq!(md5::digest(&bytes[..length]), oracle(&bytes[..length]), "{length} bytes");
        assert_every_path_agrees(&[&bytes[..length]]);
    }
}

#[test]
fn every_number_of_messages_of_equal_length() {
    let bytes = noise(200);
    for count in counts() {
        for length in [0, 36, 55, 56, 64, 150] {
            let messages: Vec<&[u8]> = (0..count).map(|start| &bytes[start..][..length]).collect();
            assert_every_path_agrees(&messages);
        }
    }
}

#[test]
fn every_number_of_messages_of_growing_and_of_shrinking_length() {
    let bytes = noise(64 * MOST_MESSAGES);
    for count in counts() {
        let mut messages: Vec<&[u8]> = (0..count).map(|index| &bytes[index..][..33 * index]).collect();
        assert_every_path_agrees(&messages);
        messages.reverse();
        assert_every_path_agrees(&messages);
    }
}

#[test]
fn one_long_message_among_short_ones() {
    let bytes = noise(2_000);
    for place in [0, 1, 16, MOST_MESSAGES - 1] {
        let mut messages: Vec<&[u8]> = (0..MOST_MESSAGES).map(|start| &bytes[start..][..7 * start]).collect();
        messages[place] = &bytes;
        assert_every_path_agrees(&messages);
    }
}

#[test]
fn every_alignment() {
    let bytes = noise(1_000);
    for start in (0..64).step_by(if cfg!(miri) { 64 } else { 1 }) {
        let messages: Vec<&[u8]> = (0..17).map(|lane| &bytes[start + lane..][..320]).collect();
        assert_every_path_agrees(&messages);
    }
}

#[test]
#[should_panic(expected = "one digest per message")]
fn fewer_digests_than_messages() {
    md5::digest_many(&[b"a", b"b"], &mut [[0; 16]]);
}

#[test]
#[should_panic(expected = "one digest per message")]
fn more_digests_than_messages() {
    md5::digest_many(&[b"a"], &mut [[0; 16]; 2]);
}

proptest! {
    #[test]
    #[cfg_attr(miri, ignore = "takes hours there")]
    fn any_messages(messages in prop::collection::vec(message(), 0..=MOST_MESSAGES)) {
        let messages: Vec<&[u8]> = messages.iter().map(|(start, bytes)| &bytes[*start..]).collect();
        assert_every_path_agrees(&messages);
    }
}

/// A start that need not be aligned, and bytes from there on that are as long as a few blocks, give or take some.
fn message() -> impl Strategy<Value = (usize, Box<[u8]>)> {
    let length = (0..6_usize, 0..64_usize).prop_map(|(blocks, more)| 64 * blocks + more);
    let length =
        prop_oneof![3 => length, 2 => (1..6_usize, 0..20_usize).prop_map(|(blocks, more)| 64 * blocks - 10 + more)];
    (0..16_usize, length).prop_flat_map(|(start, length)| {
        (Just(start), prop::collection::vec(any::<u8>(), start + length).prop_map(Vec::into_boxed_slice))
    })
}

#[track_caller]
fn assert_every_path_agrees(messages: &[&[u8]]) {
    let expected: Vec<Digest> = messages.iter().map(|message| oracle(message)).collect();
    for path in Path::all() {
        let mut digests = vec![[0xff; 16]; messages.len()];
        path.digest_many(messages, &mut digests);
        assert_eq!(digests, expected, "{} with {} messages", path.name(), messages.len());
    }
}

fn oracle(message: &[u8]) -> Digest {
    ::md5::Md5::digest(message).into()
}

/// Bytes that differ from their neighbours.
fn noise(length: usize) -> Vec<u8> {
    (0..length).map(|index| index.wrapping_mul(0x9e37_79b9).to_le_bytes()[2]).collect()
}
