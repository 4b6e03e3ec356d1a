//! Explicit hash keys that a routing wrote, told from those of users.
//!
//! A routing writes the aggregate's own explicit hash key on every user record, so that no shard filter drops the
//! aggregate. That key is not the user's: a relay that took it for one would put all records of an aggregate on one hash
//! key. It is recognised without a mark in the bytes: every user record carries it, all the same text, and the text is
//! the canonical decimal of the hash key of the Kinesis record's own partition key, or of the lane that this key names.
//! One user record without, or with another, is enough for all to be handed out as written.

use crate::format::reader::{Outline, UserRecordOutline};
use crate::hash_key::{HashKey, Lane};
use crate::md5::{self, Digest};

/// An aggregate whose user records all carry one explicit hash key.
pub(super) struct Pin<'a> {
    /// The Kinesis record's position in the call.
    index: usize,
    partition_key: &'a [u8],
    hash_key: HashKey,
}

/// What the user records of an aggregate all carry, if it is one number in canonical decimal.
pub(super) fn possible_pin<'a>(
    index: usize,
    partition_key: &'a [u8],
    outline: &Outline,
    data: &[u8],
) -> Option<Pin<'a>> {
    let text = |record: &UserRecordOutline| {
        let position = record.explicit_hash_key.checked_sub(1)?;
        Some(outline.explicit_hash_keys[position as usize].of(data))
    };
    let first = outline.user_records.first()?;
    let pin = text(first)?;
    let hash_key = HashKey::from_decimal(pin)?;
    // The same position is the same text, and the usual case.
    let carries_it =
        |record: &UserRecordOutline| record.explicit_hash_key == first.explicit_hash_key || text(record) == Some(pin);
    outline.user_records.iter().all(carries_it).then_some(Pin { index, partition_key, hash_key })
}

/// Positions of those that a routing wrote. At most one MD5 for each, all of them together.
pub(super) fn written_by_a_routing(pins: &[Pin]) -> impl Iterator<Item = usize> {
    let names_lane = |pin: &&Pin| Lane::from_name(pin.partition_key).is_some_and(|lane| lane.middle() == pin.hash_key);
    let (lanes, others): (Vec<&Pin>, Vec<&Pin>) = pins.iter().partition(names_lane);

    let keys: Vec<&[u8]> = others.iter().map(|pin| pin.partition_key).collect();
    let mut digests = vec![Digest::default(); keys.len()];
    md5::digest_many(&keys, &mut digests);
    let own = others.into_iter().zip(digests).filter(|(pin, digest)| HashKey::from_digest(*digest) == pin.hash_key);
    lanes.into_iter().chain(own.map(|(pin, _)| pin)).map(|pin| pin.index)
}
