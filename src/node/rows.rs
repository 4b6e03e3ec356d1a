//! User records as `lib/aggregate/rows.ts` lays them out, in memory that both sides share.
//!
//! Two pieces of memory. The words: a head, then three numbers for each record: the UTF-16 units of its partition key,
//! those of its explicit hash key plus one (0: it has none), the bytes of its data. The bytes: the data of all records
//! end to end, then somewhere behind it their keys in UTF-8, a partition key and its explicit hash key in turn.
//!
//! Rows that wait are told of by one word of the head, and it is this side that sets it to 0 when it has taken them: so
//! nothing that may happen to JavaScript between two instructions takes a record twice.

use napi::bindgen_prelude::{Uint8ArraySlice, Uint32ArraySlice};

use crate::aggregate::{Headroom, UserRecord};

/// How many rows wait: a headroom promised that they are taken and close nothing.
const WAITING: usize = 0;
/// What the costs of the next rows may add up to.
const HEADROOM_BYTES: usize = 1;
/// How many more rows there may be.
const HEADROOM_RECORDS: usize = 2;
/// What a row costs beyond its data and its partition key.
const COST_PER_RECORD: usize = 3;
/// Where the keys begin in the bytes.
const KEYS_AT: usize = 4;
/// How many UTF-16 units the keys have.
const KEY_UNITS: usize = 5;
/// How many bytes they have.
const KEY_BYTES: usize = 6;
/// How many bytes of message the row would add that the core was asked about.
const ADDED_BYTES: usize = 7;
/// The ordinal of the first row; each further one has the next. Only an aggregator that tracks asks for it.
const FIRST_ORDINAL: usize = 8;
const HEAD: usize = 9;

const ROW: usize = 3;

/// The memory of some rows.
pub(super) struct SharedRows<'env> {
    words: Uint32ArraySlice<'env>,
    bytes: Uint8ArraySlice<'env>,
}

impl<'env> SharedRows<'env> {
    pub(super) fn new(words: Uint32ArraySlice<'env>, bytes: Uint8ArraySlice<'env>) -> Self {
        Self { words, bytes }
    }

    /// How many rows wait.
    pub(super) fn waiting(&self) -> usize {
        self.words[WAITING] as usize
    }

    /// The first `count` rows. `last_data` is the data of the last one, if it is not among the bytes.
    pub(super) fn first<'a>(&'a self, count: usize, last_data: Option<&'a [u8]>) -> Rows<'a> {
        let keys = &self.bytes[self.words[KEYS_AT] as usize..][..self.words[KEY_BYTES] as usize];
        Rows {
            words: &self.words[HEAD..HEAD + ROW * count],
            ordinal: self.words[FIRST_ORDINAL],
            is_ascii: self.words[KEY_UNITS] == self.words[KEY_BYTES],
            keys,
            data: &self.bytes,
            last_data,
        }
    }

    /// Says that the rows that waited were taken.
    pub(super) fn none_waits(&mut self) {
        self.head()[WAITING] = 0;
    }

    pub(super) fn set_added_bytes(&mut self, added: usize) {
        self.head()[ADDED_BYTES] = saturated(added);
    }

    pub(super) fn set_headroom(&mut self, headroom: Headroom) {
        let head = self.head();
        head[HEADROOM_BYTES] = saturated(headroom.bytes);
        head[HEADROOM_RECORDS] = saturated(headroom.user_records);
        head[COST_PER_RECORD] = saturated(Headroom::COST_PER_RECORD);
    }

    #[expect(unsafe_code, reason = "napi-rs cannot know that nobody else writes to the memory")]
    fn head(&mut self) -> &mut [u32] {
        // SAFETY: lib/aggregate/rows.ts made the memory and gives it to nobody else, no JavaScript runs while we are
        // borrowed, and `&mut self` keeps our own readers away.
        unsafe { self.words.as_mut() }
    }
}

pub(super) fn saturated(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Some of the rows, one after the other.
#[derive(Clone)]
pub(super) struct Rows<'a> {
    words: &'a [u32],
    ordinal: u32,
    keys: &'a [u8],
    is_ascii: bool,
    data: &'a [u8],
    last_data: Option<&'a [u8]>,
}

impl<'a> Iterator for Rows<'a> {
    /// A user record and its ordinal.
    type Item = (UserRecord<'a>, u32);

    fn next(&mut self) -> Option<Self::Item> {
        let [partition_key, explicit_hash_key, data, ..] = *self.words else { return None };
        self.words = &self.words[ROW..];
        let ordinal = self.ordinal;
        self.ordinal = ordinal.wrapping_add(1);
        let record = UserRecord {
            partition_key: self.key(partition_key),
            explicit_hash_key: explicit_hash_key.checked_sub(1).map(|units| self.key(units)),
            data: match self.last_data.filter(|_| self.words.is_empty()) {
                Some(data) => data,
                None => take(&mut self.data, data as usize),
            },
        };
        Some((record, ordinal))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = self.words.len() / ROW;
        (count, Some(count))
    }
}

impl<'a> Rows<'a> {
    fn key(&mut self, units: u32) -> &'a [u8] {
        let len = if self.is_ascii { units as usize } else { utf8_len(self.keys, units as usize) };
        take(&mut self.keys, len)
    }
}

/// How many bytes the first `units` UTF-16 units of a text take in UTF-8. A character of four bytes is two units.
fn utf8_len(text: &[u8], units: usize) -> usize {
    let (mut bytes, mut counted) = (0, 0);
    while counted < units {
        let (len, of_character) = match text[bytes] {
            0x00..0x80 => (1, 1),
            0x80..0xE0 => (2, 1),
            0xE0..0xF0 => (3, 1),
            0xF0.. => (4, 2),
        };
        bytes += len;
        counted += of_character;
    }
    bytes
}

fn take<'a>(bytes: &mut &'a [u8], len: usize) -> &'a [u8] {
    bytes.split_off(..len).expect("lib/aggregate/rows.ts lays out as many bytes as its rows say")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_side_numbers_the_words_alike() {
        let source = include_str!("../../lib/aggregate/rows.ts");
        for (name, number) in [
            ("WAITING", WAITING),
            ("HEADROOM_BYTES", HEADROOM_BYTES),
            ("HEADROOM_RECORDS", HEADROOM_RECORDS),
            ("COST_PER_RECORD", COST_PER_RECORD),
            ("KEYS_AT", KEYS_AT),
            ("KEY_UNITS", KEY_UNITS),
            ("KEY_BYTES", KEY_BYTES),
            ("ADDED_BYTES", ADDED_BYTES),
            ("FIRST_ORDINAL", FIRST_ORDINAL),
            ("HEAD", HEAD),
            ("ROW", ROW),
        ] {
            assert!(source.contains(&format!("const {name} = {number};")), "{name} is {number}");
        }
    }

    #[test]
    fn units_are_counted_in_utf8() {
        for text in ["", "k", "é", "漢", "😀", "aé漢😀z"] {
            let units = text.encode_utf16().count();
            assert_eq!(utf8_len(format!("{text}more é").as_bytes(), units), text.len(), "{text}");
        }
    }
}
