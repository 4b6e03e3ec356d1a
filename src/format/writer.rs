//! Writing the fields of the message, with sizes that are exact before a byte is written.
//!
//! Nothing here keeps state: an aggregate in the making holds its three sections (partition keys, explicit hash keys,
//! user records) and appends to each; laid end to end they are the message, as every known producer writes it.

use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len};

const PARTITION_KEY_TABLE: u32 = 1;
const EXPLICIT_HASH_KEY_TABLE: u32 = 2;
const RECORDS: u32 = 3;

const PARTITION_KEY_INDEX: u32 = 1;
const EXPLICIT_HASH_KEY_INDEX: u32 = 2;
const DATA: u32 = 3;

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
    put_length_delimited(section, field, key);
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
    let fields_len = user_record_fields_len(keys, data.len());
    section.reserve(length_delimited_len(RECORDS, fields_len));
    encode_key(RECORDS, WireType::LengthDelimited, section);
    encode_varint(fields_len as u64, section);
    put_index(section, PARTITION_KEY_INDEX, keys.partition_key);
    if let Some(index) = keys.explicit_hash_key {
        put_index(section, EXPLICIT_HASH_KEY_INDEX, index);
    }
    put_length_delimited(section, DATA, data);
}

fn user_record_fields_len(keys: KeyIndices, data_bytes: usize) -> usize {
    index_len(PARTITION_KEY_INDEX, keys.partition_key)
        + keys.explicit_hash_key.map_or(0, |index| index_len(EXPLICIT_HASH_KEY_INDEX, index))
        + length_delimited_len(DATA, data_bytes)
}

fn index_len(field: u32, index: usize) -> usize {
    key_len(field) + encoded_len_varint(index as u64)
}

fn put_index(section: &mut Vec<u8>, field: u32, index: usize) {
    encode_key(field, WireType::Varint, section);
    encode_varint(index as u64, section);
}

fn length_delimited_len(field: u32, bytes: usize) -> usize {
    key_len(field) + encoded_len_varint(bytes as u64) + bytes
}

fn put_length_delimited(section: &mut Vec<u8>, field: u32, bytes: &[u8]) {
    encode_key(field, WireType::LengthDelimited, section);
    encode_varint(bytes.len() as u64, section);
    section.extend_from_slice(bytes);
}
