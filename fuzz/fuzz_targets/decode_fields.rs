//! Messages made of fields, most of them as they should be, so that few are refused at once: the decoder agrees with a
//! slow second reader on several Kinesis records at a time.

#![no_main]

use arbitrary::Arbitrary;
use kinesis_agg_fuzz::framed::framed;
use kinesis_agg_fuzz::{allocation, decoding};
use libfuzzer_sys::fuzz_target;
use prost::encoding::encode_varint;

#[derive(Arbitrary, Debug)]
enum Field<'a> {
    PartitionKey(&'a str),
    ExplicitHashKey(u128),
    AnyExplicitHashKey(&'a [u8]),
    UserRecord { partition_key: u8, explicit_hash_key: Option<u8>, data: &'a [u8] },
    UserRecordOf(Vec<RecordField<'a>>),
    Other(Other<'a>),
}

#[derive(Arbitrary, Debug)]
enum RecordField<'a> {
    PartitionKeyIndex(u64),
    ExplicitHashKeyIndex(u64),
    Data(&'a [u8]),
    Tag(Vec<Other<'a>>),
    Other(Other<'a>),
}

/// A field of any number and wire type.
#[derive(Arbitrary, Debug)]
enum Other<'a> {
    Varint(u32, u64),
    Fixed64(u32, [u8; 8]),
    Bytes(u32, &'a [u8]),
    Group(u32, Vec<Other<'a>>),
    Fixed32(u32, [u8; 4]),
    Raw(&'a [u8]),
}

fuzz_target!(|input: (u8, Vec<Vec<Field>>)| {
    let (choice, messages) = input;
    let records: Vec<Box<[u8]>> = messages
        .iter()
        .map(|fields| {
            let mut message = Vec::new();
            fields.iter().for_each(|field| field.put(&mut message));
            framed(&message)
        })
        .collect();
    let records: Vec<&[u8]> = records.iter().map(AsRef::as_ref).collect();
    let options = decoding::options(choice);
    allocation::check(&records, &options);
    decoding::check(&records, &options);
});

impl Field<'_> {
    fn put(&self, message: &mut Vec<u8>) {
        match self {
            Self::PartitionKey(key) => put_bytes(message, 1, key.as_bytes()),
            Self::ExplicitHashKey(number) => put_bytes(message, 2, number.to_string().as_bytes()),
            Self::AnyExplicitHashKey(key) => put_bytes(message, 2, key),
            Self::UserRecord { partition_key, explicit_hash_key, data } => {
                let mut record = Vec::new();
                put_varint(&mut record, 1, u64::from(*partition_key));
                if let Some(index) = explicit_hash_key {
                    put_varint(&mut record, 2, u64::from(*index));
                }
                put_bytes(&mut record, 3, data);
                put_bytes(message, 3, &record);
            }
            Self::UserRecordOf(fields) => {
                let mut record = Vec::new();
                fields.iter().for_each(|field| field.put(&mut record));
                put_bytes(message, 3, &record);
            }
            Self::Other(other) => other.put(message),
        }
    }
}

impl RecordField<'_> {
    fn put(&self, record: &mut Vec<u8>) {
        match self {
            Self::PartitionKeyIndex(index) => put_varint(record, 1, *index),
            Self::ExplicitHashKeyIndex(index) => put_varint(record, 2, *index),
            Self::Data(data) => put_bytes(record, 3, data),
            Self::Tag(fields) => {
                let mut tag = Vec::new();
                fields.iter().for_each(|field| field.put(&mut tag));
                put_bytes(record, 4, &tag);
            }
            Self::Other(other) => other.put(record),
        }
    }
}

impl Other<'_> {
    fn put(&self, message: &mut Vec<u8>) {
        match self {
            Self::Varint(number, value) => put_varint(message, *number, *value),
            Self::Fixed64(number, bytes) => {
                put_tag(message, *number, 1);
                message.extend(bytes);
            }
            Self::Bytes(number, bytes) => put_bytes(message, *number, bytes),
            Self::Group(number, fields) => {
                put_tag(message, *number, 3);
                fields.iter().for_each(|field| field.put(message));
                put_tag(message, *number, 4);
            }
            Self::Fixed32(number, bytes) => {
                put_tag(message, *number, 5);
                message.extend(bytes);
            }
            Self::Raw(bytes) => message.extend(*bytes),
        }
    }
}

/// Field numbers have 29 bits; sixteen of them are enough to meet the known ones.
fn put_tag(message: &mut Vec<u8>, number: u32, wire_type: u64) {
    encode_varint(u64::from(number % 16) << 3 | wire_type, message);
}

fn put_varint(message: &mut Vec<u8>, number: u32, value: u64) {
    put_tag(message, number, 0);
    encode_varint(value, message);
}

fn put_bytes(message: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_tag(message, number, 2);
    encode_varint(bytes.len() as u64, message);
    message.extend(bytes);
}
