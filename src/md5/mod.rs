//! MD5, behind one door: the rest of the crate knows nothing of how a digest is computed.

use md5::{Digest as _, Md5};

/// The 16 bytes of an MD5.
pub type Digest = [u8; 16];

/// The MD5 of one message.
#[must_use]
pub fn digest(message: &[u8]) -> Digest {
    Md5::digest(message).into()
}

/// The MD5 of each message, in order.
///
/// # Panics
///
/// If `digests` is not as long as `messages`.
pub fn digest_many(messages: &[&[u8]], digests: &mut [Digest]) {
    assert_eq!(messages.len(), digests.len(), "one digest per message");
    for (message, slot) in messages.iter().zip(digests) {
        *slot = digest(message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 1321, appendix A.5.
    const SUITE: [(&str, u128); 4] = [
        ("", 0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e),
        ("a", 0x0cc1_75b9_c0f1_b6a8_31c3_99e2_6977_2661),
        ("message digest", 0xf96b_697d_7cb7_938d_525a_2f31_aaf1_61d0),
        ("abcdefghijklmnopqrstuvwxyz", 0xc3fc_d3d7_6192_e400_7dfb_496c_ca67_e13b),
    ];

    #[test]
    fn rfc_1321_test_suite() {
        for (message, expected) in SUITE {
            assert_eq!(u128::from_be_bytes(digest(message.as_bytes())), expected, "{message:?}");
        }
    }

    #[test]
    fn many_messages_digest_like_each_alone() {
        let messages = SUITE.map(|(message, _)| message.as_bytes());
        let mut digests = [[0; 16]; 4];
        digest_many(&messages, &mut digests);
        assert_eq!(digests, messages.map(digest));
    }
}
