//! Many Kinesis records in, one table of numbers out.
//!
//! The [`table`] says where everything is in each record's data and holds no byte of it, so that a caller in another
//! language makes its objects from numbers and views.
//!
//! Rules 1 to 5 and 8 of the KCL hold (`AggregatorUtil` of awslabs/amazon-kinesis-client). Where an index points nowhere
//! the KCL hands out some user records and loses the rest; here the record comes back whole as [`Error::Index`]. The
//! explicit hash keys that a routing wrote are not handed out: see [`pins`].

pub mod diagnosis;
mod pins;
pub mod table;

use crate::error::Error;
use crate::format::envelope::{Envelope, MAGIC, begins_with_magic};
use crate::format::key_text::key_text;
use crate::format::reader::Outline;
use crate::hash_key::{HashKey, HashKeyRange};
use crate::md5::{self, Digest};
use table::{HEADER_WORDS, Header};

/// What to do beyond reading.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Compute and compare the MD5 of every record that is framed as an aggregate.
    pub verify_checksum: bool,
    /// Drop an aggregate if one of its user records lies outside, as the KCL does for the shard that it reads. What is
    /// written counts, also where it is not handed out.
    pub hash_key_range: Option<HashKeyRange>,
    /// Tell by [`table::DATA_IS_ASCII`] which records hold nothing but ASCII.
    pub inspect_data: bool,
}

/// Reads Kinesis records, all of them verified together, into a table. What was in `table` is gone, its memory is used.
///
/// `partition_keys` are those of the Kinesis records themselves, in the same order; of a record without one, all explicit
/// hash keys are handed out as they are written.
pub fn deaggregate(records: &[&[u8]], partition_keys: &[Option<&[u8]>], options: &Options, table: &mut Vec<u32>) {
    let envelopes: Vec<Option<Envelope>> = records.iter().map(|data| Envelope::open(data)).collect();
    let verified = if options.verify_checksum { verify(&envelopes) } else { vec![true; envelopes.len()] };

    table.clear();
    table.resize(records.len() * HEADER_WORDS, 0);
    let mut outline = Outline::default();
    let mut pins = Vec::new();
    for (index, data) in records.iter().enumerate() {
        let outcome = match envelopes[index] {
            Some(_) if !verified[index] => Err(Error::Checksum),
            Some(envelope) => read_aggregate(data, envelope, options, &mut outline, table),
            None if begins_with_magic(data) => Err(Error::Malformed { offset: data.len() }),
            None => continue,
        };
        if let (Ok(_), Some(Some(partition_key))) = (&outcome, partition_keys.get(index)) {
            pins.extend(pins::possible_pin(index, partition_key, &outline, data));
        }
        let header = outcome.unwrap_or_else(|error| table::broken_header(&error));
        table[index * HEADER_WORDS..][..HEADER_WORDS].copy_from_slice(&header);
    }
    for index in pins::written_by_a_routing(&pins) {
        table::clear_explicit_hash_keys(index, table);
    }
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
) -> Result<Header, Error> {
    outline.read(envelope.message, MAGIC.len())?;
    if options.hash_key_range.is_some_and(|range| !lies_inside(outline, data, range)) {
        outline.user_records.clear();
    }
    outline.drop_unused_keys();
    table::push_aggregate(outline, data, options.inspect_data, table)
}

/// Whether every user record's hash key lies in the range: that of its explicit hash key, else of its partition key as
/// it is handed out, that is with U+FFFD for what is not UTF-8. An explicit hash key that is not a number lies nowhere.
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
    let keys: Vec<_> =
        used.iter().map(|position| key_text(outline.partition_keys[*position as usize].of(data))).collect();
    let messages: Vec<&[u8]> = keys.iter().map(|key| key.as_bytes()).collect();
    let mut digests = vec![Digest::default(); messages.len()];
    md5::digest_many(&messages, &mut digests);
    digests.into_iter().all(|digest| range.contains(HashKey::from_digest(digest)))
}
