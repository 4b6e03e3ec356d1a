//! Whole Kinesis records, several at a time, against a slow second reader: outcome, table, flags, hash key range.

#[path = "oracle/decoding.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets share it")]
mod decoding;
#[path = "oracle/framed.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets share it")]
mod framed;
#[path = "oracle/kpl.rs"]
#[expect(unreachable_pub, clippy::derive_partial_eq_without_eq, reason = "generated")]
mod kpl;
#[path = "oracle/naive_reader.rs"]
mod naive_reader;
#[path = "oracle/spelling.rs"]
#[expect(unreachable_pub, dead_code, reason = "the fuzz targets share it")]
mod spelling;

use decoding::{check, options};
use framed::framed;
use kinesis_agg::deaggregate::deaggregate;
use kinesis_agg::deaggregate::table::{HEADER_WORDS, KEYS_ARE_ASCII, Outcome, broken_record};
use kinesis_agg::error::Error;
use kinesis_agg::format::envelope::MAGIC;
use kpl::{AggregatedRecord, Record};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use prost::Message as _;

/// A Kinesis record: mostly a whole aggregate, else one with something wrong, or none.
fn kinesis_record() -> impl Strategy<Value = Vec<u8>> {
    let whole = || message().prop_map(|message| framed(&message).to_vec());
    let changed = (whole(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(mut data, place, byte)| {
        let place = place.index(data.len());
        data[place] = byte;
        data
    });
    let cut = (whole(), 0..40_usize).prop_map(|(mut data, len)| {
        data.truncate(len);
        data
    });
    prop_oneof![
        8 => whole(),
        1 => vec(any::<u8>(), 0..40).prop_map(|message| framed(&message).to_vec()),
        1 => changed,
        1 => cut,
        1 => Just(MAGIC.to_vec()),
        1 => vec(any::<u8>(), 0..40),
    ]
}

/// Tables and user records, in order or not; now and then an index points nowhere.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let record = (0..6_u64, proptest::option::weighted(0.3, 0..4_u64), data()).prop_map(
        |(partition_key_index, explicit_hash_key_index, data)| Record {
            partition_key_index,
            explicit_hash_key_index,
            data,
            tags: vec![],
        },
    );
    let explicit_hash_key = prop_oneof![
        4 => any::<u128>().prop_map(|number| number.to_string()),
        1 => (0..8_u8).prop_map(|number| number.to_string()),
        1 => "[-+]?0{0,3}[0-9]{0,3}",
    ];
    let partition_key = prop_oneof![6 => "[a-z]{0,5}", 1 => "[é漢]{1,3}", 1 => "[a-z]{130,140}"];
    (vec(partition_key, 5..9), vec(explicit_hash_key, 3..6), vec(record, 0..6), 0..9_u8).prop_map(
        |(partition_key_table, explicit_hash_key_table, records, order)| {
            let parts = [
                AggregatedRecord { partition_key_table, ..Default::default() },
                AggregatedRecord { explicit_hash_key_table, ..Default::default() },
                AggregatedRecord { records, ..Default::default() },
            ];
            let mut parts = parts.map(|part| part.encode_to_vec());
            match order {
                0 => parts.reverse(),
                1 => parts.swap(0, 1),
                // A key that is not UTF-8.
                2 => parts[1].extend([0x0A, 2, b'k', 0xFF]),
                _ => {}
            }
            parts.concat()
        },
    )
}

/// ASCII or not, of lengths around those that are looked at in one piece.
fn data() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => (0..100_usize).prop_map(|len| vec![b'd'; len]),
        1 => (0..100_usize, any::<prop::sample::Index>()).prop_map(|(len, place)| {
            let mut data = vec![b'd'; len + 1];
            data[place.index(len + 1)] = 0x80;
            data
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_table_is_that_of_a_slow_reader(records in vec(kinesis_record(), 0..4), choice in 0..16_u8) {
        check(&records.iter().map(Vec::as_slice).collect::<Vec<_>>(), &options(choice));
    }
}

#[test]
fn a_header_tells_the_error_of_a_broken_record() {
    assert_eq!(broken_record(Outcome::NotAggregated as u32, 7), None);
    assert_eq!(broken_record(Outcome::Aggregated as u32, 7), None);
    assert_eq!(broken_record(Outcome::Checksum as u32, 7), Some(Error::Checksum));
    assert_eq!(broken_record(Outcome::Malformed as u32, 7), Some(Error::Malformed { offset: 7 }));
    assert_eq!(broken_record(Outcome::Index as u32, 7), Some(Error::Index { user_record: 7 }));
}

#[test]
fn keys_that_no_user_record_names_are_not_listed_where_they_are_many() {
    let mut message = Vec::new();
    for number in 0..5000 {
        message.extend(
            AggregatedRecord { partition_key_table: vec![format!("{number:05}")], ..Default::default() }
                .encode_to_vec(),
        );
        let explicit_hash_key_table = vec![format!("1{number:05}")];
        message.extend(AggregatedRecord { explicit_hash_key_table, ..Default::default() }.encode_to_vec());
    }
    let named = [(4000, Some(7)), (12, None), (4999, Some(4999)), (4000, Some(0))];
    let records = named.map(|(partition_key_index, explicit_hash_key_index)| Record {
        partition_key_index,
        explicit_hash_key_index,
        ..Default::default()
    });
    message.extend(AggregatedRecord { records: records.to_vec(), ..Default::default() }.encode_to_vec());

    let data = framed(&message);
    let mut table = Vec::new();
    deaggregate(&[&data], &[], &options(0), &mut table);
    assert_eq!(table[..HEADER_WORDS][..5], [Outcome::Aggregated as u32, 4, 8, 3, 3]);
    check(&[&data], &options(0));
    check(&[&data], &options(1));
}

/// Where the header says that all keys lie, if they are ASCII and little else lies there.
fn key_region(parts: &[&[u8]]) -> Option<(u32, u32)> {
    let data = framed(&parts.concat());
    let mut table = Vec::new();
    deaggregate(&[&data], &[], &options(0), &mut table);
    let [outcome, .., flags, start, end] = table[..HEADER_WORDS] else { panic!("a header has eight words") };
    assert_eq!(outcome, Outcome::Aggregated as u32);
    (flags & KEYS_ARE_ASCII != 0).then_some((start, end))
}

#[test]
fn ascii_keys_that_follow_each_other_make_one_region() {
    let record: &[u8] = b"\x1A\x05\x08\x00\x1A\x01d";
    // Four bytes of magic number, then a tag and a length before each key.
    assert_eq!(key_region(&[b"\x0A\x01k", record]), Some((6, 7)));
    assert_eq!(key_region(&[b"\x0A\x05alpha\x0A\x04beta\x12\x0242", record]), Some((6, 21)));
    // Nothing between the tables and the records belongs to it.
    assert_eq!(key_region(&[b"\x0A\x01k", b"\x20\x00\x20\x00", record]), Some((6, 7)));
    // The length of a long key takes two bytes, of which one is not ASCII.
    let long_key = [b"\x0A\x80\x01", &[b'k'; 128][..]].concat();
    assert_eq!(key_region(&[b"\x0A\x01k", &long_key, record]), Some((6, 7 + 3 + 128)));
}

#[test]
fn keys_that_are_not_ascii_or_lie_apart_make_no_region() {
    let record: &[u8] = b"\x1A\x05\x08\x00\x1A\x01d";
    assert_eq!(key_region(&[b"\x0A\x02\xC3\xA9", record]), None, "é");
    assert_eq!(key_region(&[b"\x0A\x01k\x0A\x01\xFF", record]), None, "not even UTF-8");
    assert_eq!(key_region(&[b"\x0A\x01k\x20\x00\x0A\x01l", record]), None, "four bytes between two keys");
    assert_eq!(key_region(&[b"\x0A\x01k", record, b"\x12\x0242"]), None, "a user record between them");
    assert_eq!(key_region(&[b"\x12\x0242\x0A\x01k", record]), None, "the second table first");
    assert_eq!(key_region(&[b"\x20\x00"]), None, "no key");
}
