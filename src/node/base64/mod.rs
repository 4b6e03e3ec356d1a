//! Data of user records as base64 text (RFC 4648, section 4).

#[cfg(target_arch = "x86_64")]
mod avx2;
mod scalar;

use std::cell::RefCell;

use napi::bindgen_prelude::{Env, Result, Uint8ArraySlice, Uint32ArraySlice};
use napi::{Error, JsString, Status};
use napi_derive::napi;

use crate::deaggregate::ROW_WORDS;

/// The base64 of the data of each row of a table, end to end in one string.
///
/// JavaScript slices it: making a string of each would cost a call each.
#[napi(catch_unwind)]
pub fn base64_of_rows<'env>(
    env: &'env Env,
    payload: Uint8ArraySlice,
    rows: Uint32ArraySlice,
) -> Result<JsString<'env>> {
    let pieces = || rows.chunks_exact(ROW_WORDS).map(|row| piece(&payload, row[2] as usize, row[3] as usize));
    let mut len = 0;
    for data in pieces() {
        len += text_len(data?);
    }
    TEXT.with_borrow_mut(|text| {
        if text.len() < len {
            text.resize(len, 0);
        }
        let mut rest = &mut text[..len];
        for data in pieces() {
            let data = data?;
            let (place, after) = rest.split_at_mut(text_len(data));
            encode(data, place);
            rest = after;
        }
        env.create_string_latin1(&text[..len])
    })
}

thread_local! {
    /// Where text is written before JavaScript copies it: memory that is still in the processor's cache. JavaScript never
    /// asks for much at a time.
    static TEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn piece(payload: &[u8], start: usize, len: usize) -> Result<&[u8]> {
    let outside = || Error::new(Status::InvalidArg, "a row points outside the payload that it was read from");
    payload.get(start..).and_then(|rest| rest.get(..len)).ok_or_else(outside)
}

fn text_len(data: &[u8]) -> usize {
    data.len().div_ceil(3) * 4
}

/// Fills `text`, which must be [`text_len`] long.
fn encode(data: &[u8], text: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    let (data, text) = avx2::encode_front(data, text);
    scalar::encode(data, text);
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn encoded(encode: fn(&[u8], &mut [u8]), data: &[u8]) -> String {
        let mut text = vec![0; text_len(data)];
        encode(data, &mut text);
        String::from_utf8(text).expect("base64 is ASCII")
    }

    #[test]
    fn text_is_that_of_the_base64_crate() {
        let data: Vec<u8> = (0..2000_u32).map(|i| ((i * i) >> 3).to_le_bytes()[0]).collect();
        for len in (0..100).chain([1000, 1999, 2000]) {
            let data = &data[data.len() - len..];
            assert_eq!(encoded(encode, data), STANDARD.encode(data), "{len} bytes");
            assert_eq!(encoded(scalar::encode, data), STANDARD.encode(data), "{len} bytes");
        }
    }

    #[test]
    fn every_pair_of_characters_is_right_at_both_places() {
        let both_places = |bits: u32| (bits << 12 | (0xFFF - bits)).to_be_bytes()[1..].to_vec();
        let data: Vec<u8> = (0..1 << 12).flat_map(both_places).collect();
        assert_eq!(encoded(encode, &data), STANDARD.encode(&data));
        assert_eq!(encoded(scalar::encode, &data), STANDARD.encode(&data));
    }
}
