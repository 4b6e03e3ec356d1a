//! The table's layout: the only place that numbers its words. `lib/deaggregate/table.ts` repeats the numbers, under the
//! same names, and a test holds them equal.
//!
//! The table is one flat run of 32-bit words: a header for each Kinesis record, then, for each aggregated one, its body.
//!
//! ```text
//! header  outcome  user records  body  partition keys  explicit hash keys  flags  keys start  keys end
//! body    start, length of each partition key
//!         start, length of each explicit hash key
//!         partition key, explicit hash key + 1 or 0, data start, data length of each user record
//! ```
//!
//! `body` is the body's position in the table, every `start` an offset in the record's data. For a broken record the
//! second word is the position that its [`Error`] tells.

use crate::error::Error;
use crate::format::envelope::MAGIC;
use crate::format::reader::{Outline, Span};

/// How many words a header has.
pub const HEADER_WORDS: usize = 8;
/// Header: the [`Outcome`].
pub const OUTCOME: usize = 0;
/// Header: how many user records there are.
pub const USER_RECORDS: usize = 1;
/// Header: where the body begins.
pub const BODY: usize = 2;
/// Header: how many partition keys the body lists.
pub const PARTITION_KEYS: usize = 3;
/// Header: how many explicit hash keys the body lists.
pub const EXPLICIT_HASH_KEYS: usize = 4;
/// Header: the flags below.
pub const FLAGS: usize = 5;
/// Header: where the region of the keys begins.
pub const KEYS_START: usize = 6;
/// Header: where the region of the keys ends.
pub const KEYS_END: usize = 7;

/// Flag: all keys are ASCII and lie between `keys start` and `keys end`, with little else.
pub const KEYS_ARE_ASCII: u32 = 1;
/// Flag: the data of all user records is ASCII. Only if it was asked for.
pub const DATA_IS_ASCII: u32 = 2;
/// Flag: all keys are UTF-8. Others are to be read by [`crate::format::key_text`].
pub const KEYS_ARE_UTF8: u32 = 4;

/// How many words the place of a key has.
pub const SPAN_WORDS: usize = 2;

/// How many words a user record's row has.
pub const ROW_WORDS: usize = 4;
/// Row: position of the partition key in the body's list.
pub const ROW_PARTITION_KEY: usize = 0;
/// Row: position of the explicit hash key in the body's list, plus one; 0 for none.
pub const ROW_EXPLICIT_HASH_KEY: usize = 1;
/// Row: where the data begins.
pub const ROW_START: usize = 2;
/// Row: how many bytes of data there are.
pub const ROW_LENGTH: usize = 3;

/// What became of one Kinesis record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Outcome {
    /// It does not begin with the magic number.
    NotAggregated = 0,
    /// Its user records are in the table: none if it holds none, or if the hash key range dropped it.
    Aggregated = 1,
    /// [`Error::Checksum`]
    Checksum = 2,
    /// [`Error::Malformed`]
    Malformed = 3,
    /// [`Error::Index`]
    Index = 4,
}

/// The words of one header.
pub(super) type Header = [u32; HEADER_WORDS];

/// Appends an aggregate's body, and gives its header.
pub(super) fn push_aggregate(
    outline: &Outline,
    data: &[u8],
    inspect_data: bool,
    table: &mut Vec<u32>,
) -> Result<Header, Error> {
    let too_large = |_| Error::Malformed { offset: MAGIC.len() };
    let word = |number: usize| u32::try_from(number).map_err(too_large);

    let mut header = [0; HEADER_WORDS];
    header[OUTCOME] = Outcome::Aggregated as u32;
    header[USER_RECORDS] = word(outline.user_records.len())?;
    header[BODY] = word(table.len())?;
    header[PARTITION_KEYS] = word(outline.partition_keys.len())?;
    header[EXPLICIT_HASH_KEYS] = word(outline.explicit_hash_keys.len())?;
    match key_region(outline, data) {
        Some(region) => {
            header[FLAGS] |= KEYS_ARE_ASCII;
            header[KEYS_START] = region.start;
            header[KEYS_END] = region.start + region.len;
        }
        None if keys_of(outline).all(|key| str::from_utf8(key.of(data)).is_ok()) => header[FLAGS] |= KEYS_ARE_UTF8,
        None => {}
    }
    if inspect_data && data_is_ascii(outline, data) {
        header[FLAGS] |= DATA_IS_ASCII;
    }

    table.reserve(SPAN_WORDS * keys_of(outline).count() + ROW_WORDS * outline.user_records.len());
    for key in keys_of(outline) {
        table.extend_from_slice(&[key.start, key.len]);
    }
    let rows = table.len();
    table.resize(rows + ROW_WORDS * outline.user_records.len(), 0);
    let (rows, _) = table[rows..].as_chunks_mut::<ROW_WORDS>();
    for (row, record) in rows.iter_mut().zip(&outline.user_records) {
        row[ROW_PARTITION_KEY] = record.partition_key;
        row[ROW_EXPLICIT_HASH_KEY] = record.explicit_hash_key;
        row[ROW_START] = record.data.start;
        row[ROW_LENGTH] = record.data.len;
    }
    Ok(header)
}

/// The header of a record that comes out as it is, since it is broken.
pub(super) fn broken_header(error: &Error) -> Header {
    let (outcome, position) = match error {
        Error::Checksum => (Outcome::Checksum, 0),
        Error::Index { user_record } => (Outcome::Index, *user_record),
        other => (Outcome::Malformed, other.offset().unwrap_or_default()),
    };
    let mut header = [0; HEADER_WORDS];
    header[OUTCOME] = outcome as u32;
    header[USER_RECORDS] = u32::try_from(position).unwrap_or(u32::MAX);
    header
}

/// The error that a header's first two words stand for; `None` if they stand for none.
#[must_use]
pub fn broken_record(outcome: u32, position: usize) -> Option<Error> {
    const CHECKSUM: u32 = Outcome::Checksum as u32;
    const MALFORMED: u32 = Outcome::Malformed as u32;
    const INDEX: u32 = Outcome::Index as u32;
    match outcome {
        CHECKSUM => Some(Error::Checksum),
        MALFORMED => Some(Error::Malformed { offset: position }),
        INDEX => Some(Error::Index { user_record: position }),
        _ => None,
    }
}

/// Takes the explicit hash keys off all user records of an aggregate.
pub(super) fn clear_explicit_hash_keys(index: usize, table: &mut [u32]) {
    let header = &table[index * HEADER_WORDS..][..HEADER_WORDS];
    let keys = header[PARTITION_KEYS] as usize + header[EXPLICIT_HASH_KEYS] as usize;
    let rows = header[BODY] as usize + SPAN_WORDS * keys;
    let words = ROW_WORDS * header[USER_RECORDS] as usize;
    let (rows, _) = table[rows..][..words].as_chunks_mut::<ROW_WORDS>();
    for row in rows {
        row[ROW_EXPLICIT_HASH_KEY] = 0;
    }
}

/// All keys in the order in which the table lists them.
fn keys_of(outline: &Outline) -> impl Iterator<Item = &Span> {
    outline.partition_keys.iter().chain(&outline.explicit_hash_keys)
}

/// The region that holds all keys, if they are ASCII and follow each other as every known producer writes them: then one
/// string is made of the region, and every key is a slice of it.
fn key_region(outline: &Outline, data: &[u8]) -> Option<Span> {
    /// A tag and a length of two bytes: no more between two keys of up to 16 KiB.
    const BETWEEN_KEYS: u32 = 3;

    let start = keys_of(outline).next()?.start;
    let mut end = start;
    for key in keys_of(outline) {
        if !(end..=end.saturating_add(BETWEEN_KEYS)).contains(&key.start) {
            return None;
        }
        end = key.start + key.len;
    }
    let region = Span { start, len: end - start };
    // Long lengths are not ASCII, so a region that is not may still hold keys that all are.
    let are_ascii = region.of(data).is_ascii() || keys_of(outline).all(|key| key.of(data).is_ascii());
    are_ascii.then_some(region)
}

/// Gathers the bits of all bytes side by side and looks at them once. Asking each record whether it is ASCII stops at the
/// first that is not, and costs three times as much for all the others.
fn data_is_ascii(outline: &Outline, data: &[u8]) -> bool {
    const WIDTH: usize = 32;

    let mut bits = [0; WIDTH];
    let mut gather = |bytes: &[u8]| bits.iter_mut().zip(bytes).for_each(|(bits, byte)| *bits |= byte);
    for record in &outline.user_records {
        let bytes = record.data.of(data);
        let (chunks, rest) = bytes.as_chunks::<WIDTH>();
        for chunk in chunks {
            gather(chunk);
        }
        // The rest as a whole chunk that overlaps the one before, where there is one.
        match bytes.last_chunk::<WIDTH>() {
            Some(last) => gather(last),
            None => gather(rest),
        }
    }
    bits.is_ascii()
}
