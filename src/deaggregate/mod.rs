//! Many Kinesis records in, one table of numbers out.
//!
//! The table says where everything is in each record's data and holds no byte of it, so that a caller in another
//! language makes its objects from numbers and views. It is one flat run of 32-bit words: a header for each Kinesis
//! record, then, for each aggregated one, its body.
//!
//! ```text
//! header  outcome  user records  body  partition keys  explicit hash keys  flags  keys start  keys end
//! body    start, len of each partition key
//!         start, len of each explicit hash key
//!         partition key, explicit hash key + 1 or 0, data start, data len of each user record
//! ```
//!
//! `body` is the body's position in the table, every `start` an offset in the record's data. For a broken record the
//! second word is the position that its [`Error`] tells.
//!
//! Rules 1 to 5 and 8 of the KCL hold (`AggregatorUtil` of awslabs/amazon-kinesis-client). Where an index points nowhere
//! the KCL hands out some user records and loses the rest; here the record comes back whole as [`Error::Index`].

use crate::error::Error;
use crate::format::envelope::{Envelope, MAGIC, begins_with_magic};
use crate::format::reader::{Outline, Span, UserRecordOutline};
use crate::hash_key::{HashKey, HashKeyRange};
use crate::md5::{self, Digest};

/// What to do beyond reading.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Compute and compare the MD5 of every record that is framed as an aggregate.
    pub verify_checksum: bool,
    /// Drop an aggregate if one of its user records lies outside, as the KCL does for the shard that it reads.
    pub hash_key_range: Option<HashKeyRange>,
    /// Tell by [`DATA_IS_ASCII`] which records hold nothing but ASCII.
    pub inspect_data: bool,
}

/// How many words a header has.
pub const HEADER_WORDS: usize = 8;

/// How many words a user record's row has.
pub const ROW_WORDS: usize = 4;

/// Flag: all keys are ASCII and lie between `keys start` and `keys end`, with little else.
pub const KEYS_ARE_ASCII: u32 = 1;
/// Flag: the data of all user records is ASCII. Only if [`Options::inspect_data`] asked for it.
pub const DATA_IS_ASCII: u32 = 2;

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

/// Reads Kinesis records, all of them verified together, into a table. What was in `table` is gone, its memory is used.
pub fn deaggregate(records: &[&[u8]], options: &Options, table: &mut Vec<u32>) {
    let envelopes: Vec<Option<Envelope>> = records.iter().map(|data| Envelope::open(data)).collect();
    let verified = if options.verify_checksum { verify(&envelopes) } else { vec![true; envelopes.len()] };

    table.clear();
    table.resize(records.len() * HEADER_WORDS, 0);
    let mut outline = Outline::default();
    for (index, data) in records.iter().enumerate() {
        let outcome = match envelopes[index] {
            Some(_) if !verified[index] => Err(Error::Checksum),
            Some(envelope) => read_aggregate(data, envelope, options, &mut outline, table),
            None if begins_with_magic(data) => Err(Error::Malformed { offset: data.len() }),
            None => continue,
        };
        let header = outcome.unwrap_or_else(|error| broken_header(&error));
        table[index * HEADER_WORDS..][..HEADER_WORDS].copy_from_slice(&header);
    }
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

fn broken_header(error: &Error) -> [u32; HEADER_WORDS] {
    let (outcome, position) = match error {
        Error::Checksum => (Outcome::Checksum, 0),
        Error::Index { user_record } => (Outcome::Index, *user_record),
        other => (Outcome::Malformed, other.offset().unwrap_or_default()),
    };
    [outcome as u32, u32::try_from(position).unwrap_or(u32::MAX), 0, 0, 0, 0, 0, 0]
}

fn verify(envelopes: &[Option<Envelope>]) -> Vec<bool> {
    let messages: Vec<&[u8]> = envelopes.iter().flatten().map(|envelope| envelope.message).collect();
    let mut digests = vec![Digest::default(); messages.len()];
    md5::digest_many(&messages, &mut digests);

    let mut digests = digests.iter();
    envelopes
        .iter()
        .map(|envelope| envelope.is_some_and(|envelope| digests.next().is_some_and(|digest| envelope.carries(digest))))
        .collect()
}

fn read_aggregate(
    data: &[u8],
    envelope: Envelope,
    options: &Options,
    outline: &mut Outline,
    table: &mut Vec<u32>,
) -> Result<[u32; HEADER_WORDS], Error> {
    outline.read(envelope.message, MAGIC.len())?;
    if options.hash_key_range.is_some_and(|range| !lies_inside(outline, data, range)) {
        outline.user_records.clear();
    }

    let too_large = |_| Error::Malformed { offset: MAGIC.len() };
    let body = u32::try_from(table.len()).map_err(too_large)?;
    let keys = key_region(outline, data);
    let mut flags = 0;
    if keys.is_some() {
        flags |= KEYS_ARE_ASCII;
    }
    if options.inspect_data && data_is_ascii(outline, data) {
        flags |= DATA_IS_ASCII;
    }
    let keys = keys.unwrap_or_default();

    table.reserve(2 * keys_of(outline).count() + ROW_WORDS * outline.user_records.len());
    for key in keys_of(outline) {
        table.extend_from_slice(&[key.start, key.len]);
    }
    for &UserRecordOutline { partition_key, explicit_hash_key, data } in &outline.user_records {
        table.extend_from_slice(&[partition_key, explicit_hash_key, data.start, data.len]);
    }

    let count = |len: usize| u32::try_from(len).map_err(too_large);
    Ok([
        Outcome::Aggregated as u32,
        count(outline.user_records.len())?,
        body,
        count(outline.partition_keys.len())?,
        count(outline.explicit_hash_keys.len())?,
        flags,
        keys.start,
        keys.start + keys.len,
    ])
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

/// Whether every user record's hash key lies in the range: that of its explicit hash key, else of its partition key as
/// it is handed out, that is with U+FFFD for what is not UTF-8. An explicit hash key that is no number lies nowhere.
fn lies_inside(outline: &Outline, data: &[u8], range: HashKeyRange) -> bool {
    let explicit_inside: Vec<bool> = outline
        .explicit_hash_keys
        .iter()
        .map(|key| HashKey::from_integer(key.of(data)).is_some_and(|hash_key| range.contains(hash_key)))
        .collect();
    let by_partition_key = || outline.user_records.iter().filter(|record| record.explicit_hash_key == 0);
    let explicit_are_inside = outline.user_records.iter().all(|record| match record.explicit_hash_key {
        0 => true,
        position => explicit_inside[position as usize - 1],
    });
    if !explicit_are_inside {
        return false;
    }

    let mut used: Vec<u32> = by_partition_key().map(|record| record.partition_key).collect();
    used.sort_unstable();
    used.dedup();
    let keys: Vec<_> = used
        .iter()
        .map(|position| String::from_utf8_lossy(outline.partition_keys[*position as usize].of(data)))
        .collect();
    let messages: Vec<&[u8]> = keys.iter().map(|key| key.as_bytes()).collect();
    let mut digests = vec![Digest::default(); messages.len()];
    md5::digest_many(&messages, &mut digests);
    digests.into_iter().all(|digest| range.contains(HashKey::from_digest(digest)))
}
