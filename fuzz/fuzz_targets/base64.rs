//! Any bytes as base64, by both ways of the binding, against the `base64` crate.

#![no_main]

use base64_crate::prelude::{BASE64_STANDARD, Engine as _};
use libfuzzer_sys::fuzz_target;

#[cfg(target_arch = "x86_64")]
#[path = "../../src/node/base64/avx2.rs"]
mod avx2;
#[path = "../../src/node/base64/scalar.rs"]
mod scalar;

fuzz_target!(|data: &[u8]| {
    // Memory of its own, so that a byte beyond the end is nobody's.
    let data: Box<[u8]> = data.into();
    let expected = BASE64_STANDARD.encode(&data);
    let mut text: Box<[u8]> = vec![0; expected.len()].into();
    scalar::encode(&data, &mut text);
    assert_eq!(&*text, expected.as_bytes());

    #[cfg(target_arch = "x86_64")]
    {
        text.fill(0);
        let (rest, place) = avx2::encode_front(&data, &mut text);
        scalar::encode(rest, place);
        assert_eq!(&*text, expected.as_bytes());
    }
});
