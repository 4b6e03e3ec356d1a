//! What the tests hold the crate against: prost's own decoder, and the md-5 crate.

#[expect(unreachable_pub, reason = "the fuzz targets share it")]
pub(crate) mod closing;
#[expect(unreachable_pub, clippy::derive_partial_eq_without_eq, reason = "generated")]
mod kpl;

use kinesis_agg::format::envelope::{FRAME_BYTES, MAGIC};
use md5::{Digest, Md5};
use prost::Message as _;

use self::kpl::AggregatedRecord;

/// A user record with keys of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnedUserRecord {
    pub(crate) partition_key: String,
    pub(crate) explicit_hash_key: Option<String>,
    pub(crate) data: Vec<u8>,
}

/// Takes a well-formed aggregate apart, checking its frame on the way.
pub(crate) fn user_records(data: &[u8]) -> Vec<OwnedUserRecord> {
    assert!(data.starts_with(&MAGIC));
    let message = &data[MAGIC.len()..data.len() - (FRAME_BYTES - MAGIC.len())];
    assert_eq!(Md5::digest(message).as_slice(), &data[MAGIC.len() + message.len()..], "the MD5 of the message");

    let aggregate = AggregatedRecord::decode(message).expect("prost reads what was written");
    assert_eq!(aggregate.encoded_len(), message.len(), "as prost would have written it");
    let key = |table: &[String], index: u64| table[usize::try_from(index).expect("a small index")].clone();
    aggregate
        .records
        .iter()
        .map(|record| OwnedUserRecord {
            partition_key: key(&aggregate.partition_key_table, record.partition_key_index),
            explicit_hash_key: record
                .explicit_hash_key_index
                .map(|index| key(&aggregate.explicit_hash_key_table, index)),
            data: record.data.clone(),
        })
        .collect()
}
