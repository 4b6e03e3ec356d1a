//! Writing the fields of the message, with sizes that are exact before a byte is written.
//!
//! Nothing here keeps state: an aggregate in the making holds its three sections (partition keys, explicit hash keys,
//! user records) and appends to each; laid end to end they are the message, as every known producer writes it.

use prost::bytes::BufMut;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len};

use super::envelope::FRAME_BYTES;
use crate::hash_key::HashKey;

const PARTITION_KEY_TABLE: u32 = 1;
const EXPLICIT_HASH_KEY_TABLE: u32 = 2;
const RECORDS: u32 = 3;

const PARTITION_KEY_INDEX: u32 = 1;
const EXPLICIT_HASH_KEY_INDEX: u32 = 2;
const DATA: u32 = 3;

/// What a tag and the number after it take at most in an aggregate of 10 MiB, the largest that there is.
const MOST_FIELD_BYTES: usize = 1 + 4;

/// The most that a user record adds to an aggregate that has an explicit hash key for it, beyond its data and its
/// partition key: its own field, two indices, its data's field, and that of a new partition key.
pub const MOST_USER_RECORD_BYTES: usize = 5 * MOST_FIELD_BYTES;

/// The most that a new explicit hash key adds beyond its digits.
pub const MOST_EXPLICIT_HASH_KEY_BYTES: usize = MOST_FIELD_BYTES;

/// The most that an aggregate of one user record takes beyond its data, its keys inside and its partition key outside:
/// the frame, the user record's fields and an explicit hash key of the routing's own.
pub const MOST_FRAME_BYTES: usize =
    FRAME_BYTES + MOST_USER_RECORD_BYTES + MOST_EXPLICIT_HASH_KEY_BYTES + HashKey::MAX_DIGITS;

/// The key table that an entry belongs to.
#[derive(Clone, Copy, Debug)]
pub enum Table {
    /// `partition_key_table`
    PartitionKeys,
    /// `explicit_hash_key_table`
    ExplicitHashKeys,
}

/// How many bytes a key adds to its table.
#[must_use]
pub fn key_entry_len(key_bytes: usize) -> usize {
    length_delimited_len(PARTITION_KEY_TABLE, key_bytes)
}

/// Appends a key to the section of its table.
pub fn put_key_entry(section: &mut Vec<u8>, table: Table, key: &[u8]) {
    let field = match table {
        Table::PartitionKeys => PARTITION_KEY_TABLE,
        Table::ExplicitHashKeys => EXPLICIT_HASH_KEY_TABLE,
    };
    put_field(section, field, WireType::LengthDelimited, key.len());
    section.extend_from_slice(key);
}

/// A user record's keys as positions in the tables.
#[derive(Clone, Copy, Debug)]
pub struct KeyIndices {
    /// Position in the partition key table.
    pub partition_key: usize,
    /// Position in the explicit hash key table; absent is not 0.
    pub explicit_hash_key: Option<usize>,
}

/// How many bytes a user record adds to the section of user records.
#[must_use]
pub fn user_record_len(keys: KeyIndices, data_bytes: usize) -> usize {
    length_delimited_len(RECORDS, user_record_fields_len(keys, data_bytes))
}

/// Appends a user record to the section of user records.
pub fn put_user_record(section: &mut Vec<u8>, keys: KeyIndices, data: &[u8]) {
    /// Four fields before the data: the record's, two indices, the data's. A number has at most ten bytes.
    const MOST_HEAD_BYTES: usize = 4 * (1 + 10);

    // The head goes in at one blow: appending five pieces would ask five times whether there is room.
    let mut head = [0; MOST_HEAD_BYTES];
    let mut rest = &mut head[..];
    let fields_len = user_record_fields_len(keys, data.len());
    put_field(&mut rest, RECORDS, WireType::LengthDelimited, fields_len);
    put_field(&mut rest, PARTITION_KEY_INDEX, WireType::Varint, keys.partition_key);
    if let Some(index) = keys.explicit_hash_key {
        put_field(&mut rest, EXPLICIT_HASH_KEY_INDEX, WireType::Varint, index);
    }
    put_field(&mut rest, DATA, WireType::LengthDelimited, data.len());
    let head_len = MOST_HEAD_BYTES - rest.len();

    section.reserve(head_len + data.len());
    section.extend_from_slice(&head[..head_len]);
    section.extend_from_slice(data);
}

fn user_record_fields_len(keys: KeyIndices, data_bytes: usize) -> usize {
    index_len(PARTITION_KEY_INDEX, keys.partition_key)
        + keys.explicit_hash_key.map_or(0, |index| index_len(EXPLICIT_HASH_KEY_INDEX, index))
        + length_delimited_len(DATA, data_bytes)
}

fn index_len(field: u32, index: usize) -> usize {
    key_len(field) + encoded_len_varint(index as u64)
}

fn length_delimited_len(field: u32, bytes: usize) -> usize {
    key_len(field) + encoded_len_varint(bytes as u64) + bytes
}

fn put_field(output: &mut impl BufMut, field: u32, wire_type: WireType, number: usize) {
    encode_key(field, wire_type, output);
    encode_varint(number as u64, output);
}
