//! Data of user records as base64 text.

use std::cell::RefCell;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::PAD;
use napi::bindgen_prelude::{Env, Result, Uint8ArraySlice, Uint32ArraySlice};
use napi::{Error, JsString, Status};
use napi_derive::napi;

use crate::deaggregate::table::{ROW_LENGTH, ROW_START, ROW_WORDS};

/// The base64 of the data of each row of a table, end to end in one string.
///
/// JavaScript slices it: making a string of each would cost a call each.
#[napi(catch_unwind)]
pub fn base64_of_rows<'env>(
    env: &'env Env,
    payload: Uint8ArraySlice,
    rows: Uint32ArraySlice,
) -> Result<JsString<'env>> {
    let pieces =
        rows.chunks_exact(ROW_WORDS).map(|row| piece(&payload, row[ROW_START] as usize, row[ROW_LENGTH] as usize));
    SCRATCH.with_borrow_mut(|scratch| env.create_string_latin1(scratch.encode(pieces)?))
}

thread_local! {
    /// Memory that is still in the processor's cache. JavaScript never asks for much at a time.
    static SCRATCH: RefCell<Scratch> = const { RefCell::new(Scratch { data: Vec::new(), text: Vec::new() }) };
}

/// Where base64 is made before JavaScript copies it.
struct Scratch {
    data: Vec<u8>,
    text: Vec<u8>,
}

impl Scratch {
    /// The base64 of each piece, end to end.
    ///
    /// A piece of a hundred bytes is over before the engine's vectors are under way, so all pieces are encoded as one,
    /// each filled up with zeros to whole groups of three. What the zeros have become is then overwritten with padding.
    fn encode<'a>(&mut self, pieces: impl Iterator<Item = Result<&'a [u8]>> + Clone) -> Result<&[u8]> {
        let mut filled = 0;
        for piece in pieces.clone() {
            filled += piece?.len().next_multiple_of(3);
        }
        grow(&mut self.data, filled + FILLING.len());
        let mut end = 0;
        for piece in pieces.clone() {
            let piece = piece?;
            self.data[end..end + piece.len()].copy_from_slice(piece);
            // What is too much of it is overwritten by the next piece, or stands behind the last.
            self.data[end + piece.len()..][..FILLING.len()].copy_from_slice(&FILLING);
            end += piece.len().next_multiple_of(3);
        }
        let len = filled / 3 * 4;
        grow(&mut self.text, len);
        let text = &mut self.text[..len];
        ENGINE
            .encode_slice(&self.data[..filled], text)
            .expect("the text has room for four characters for each three bytes");

        let mut end = 0;
        for piece in pieces {
            let len = piece?.len();
            end += len.div_ceil(3) * 4;
            match len % 3 {
                1 => text[end - 2..end].copy_from_slice(b"=="),
                2 => text[end - 1] = b'=',
                _ => {}
            }
        }
        Ok(text)
    }
}

/// The most that is lacking to a whole group.
const FILLING: [u8; 2] = [0; 2];

fn grow(bytes: &mut Vec<u8>, len: usize) {
    if bytes.len() < len {
        bytes.resize(len, 0);
    }
}

/// With the vector instructions that this CPU has.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
static ENGINE: LazyLock<base64::engine::Simd> = LazyLock::new(|| base64::engine::Simd::standard(PAD));
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
static ENGINE: LazyLock<base64::engine::GeneralPurpose> =
    LazyLock::new(|| base64::engine::GeneralPurpose::new(&base64::alphabet::STANDARD, PAD));

fn piece(payload: &[u8], start: usize, len: usize) -> Result<&[u8]> {
    let outside = || Error::new(Status::InvalidArg, "a row points outside the payload that it was read from");
    payload.get(start..).and_then(|rest| rest.get(..len)).ok_or_else(outside)
}

#[cfg(test)]
mod tests {
    use base64::prelude::BASE64_STANDARD;

    use super::*;

    #[test]
    fn each_piece_is_encoded_as_if_alone() {
        let data: Vec<u8> = (0..4000_u32).map(|i| ((i * i) >> 3).to_le_bytes()[0]).collect();
        let mut scratch = Scratch { data: Vec::new(), text: Vec::new() };
        for lengths in [vec![], vec![0], vec![1999], (0..80).collect(), vec![2, 0, 0, 1, 3, 100, 1, 1, 2]] {
            let mut start = 0;
            let pieces: Vec<&[u8]> = lengths
                .iter()
                .map(|len| {
                    start += len;
                    &data[start - len..start]
                })
                .collect();
            let expected: String = pieces.iter().map(|piece| BASE64_STANDARD.encode(piece)).collect();
            let text = scratch.encode(pieces.iter().map(|piece| Ok(*piece))).expect("all pieces are there");
            assert_eq!(text, expected.as_bytes(), "{lengths:?}");
        }
    }

    #[test]
    fn a_piece_that_is_not_there_is_an_error() {
        assert!(piece(b"abc", 1, 2).is_ok());
        assert!(piece(b"abc", 1, 3).is_err());
        assert!(piece(b"abc", 4, 0).is_err());
    }
}
