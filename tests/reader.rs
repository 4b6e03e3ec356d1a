//! The reader against a slow second one, on messages from well-formed to random.

#[path = "oracle/kpl.rs"]
#[expect(unreachable_pub, clippy::derive_partial_eq_without_eq, reason = "generated")]
mod kpl;
#[path = "oracle/naive_reader.rs"]
mod naive_reader;

use kinesis_agg::error::Error;
use kinesis_agg::format::reader::Outline;
use kpl::{AggregatedRecord, Record, Tag};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use prost::Message as _;

/// Holds both readers against each other. Says whether the message could be read.
fn check(message: &[u8]) -> bool {
    const OFFSET: usize = 4;

    let data = [&[0; OFFSET], message].concat();
    let mut outline = Outline::default();
    let read = outline.read(message, OFFSET);
    let Some(expected) = naive_reader::read(message) else {
        assert!(
            matches!(read, Err(Error::Malformed { offset }) if (OFFSET..=data.len()).contains(&offset)),
            "{read:?}"
        );
        return false;
    };

    let points_nowhere = |(partition_key, explicit_hash_key, _): &(u64, Option<u64>, Vec<u8>)| {
        *partition_key >= expected.partition_keys.len() as u64
            || explicit_hash_key.is_some_and(|index| index >= expected.explicit_hash_keys.len() as u64)
    };
    if let Some(user_record) = expected.user_records.iter().position(points_nowhere) {
        assert_eq!(read, Err(Error::Index { user_record }));
        return false;
    }

    assert_eq!(read, Ok(()));
    let keys = |spans: &[kinesis_agg::format::reader::Span]| -> Vec<Vec<u8>> {
        spans.iter().map(|span| span.of(&data).to_vec()).collect()
    };
    assert_eq!(keys(&outline.partition_keys), expected.partition_keys);
    assert_eq!(keys(&outline.explicit_hash_keys), expected.explicit_hash_keys);
    let user_records: Vec<_> = outline
        .user_records
        .iter()
        .map(|record| {
            let explicit_hash_key = u64::from(record.explicit_hash_key).checked_sub(1);
            (u64::from(record.partition_key), explicit_hash_key, record.data.of(&data).to_vec())
        })
        .collect();
    assert_eq!(user_records, expected.user_records);
    true
}

/// Pieces that a message may be made of: whole fields, and bytes that are none.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let record = (0..4_u64, proptest::option::of(0..3_u64), vec(any::<u8>(), 0..150), any::<bool>()).prop_map(
        |(partition_key_index, explicit_hash_key_index, data, has_tag)| {
            let tags = if has_tag { vec![Tag { key: "t".into(), value: None }] } else { vec![] };
            let record = Record { partition_key_index, explicit_hash_key_index, data, tags };
            AggregatedRecord { records: vec![record], ..Default::default() }.encode_to_vec()
        },
    );
    let table = (vec("[a-z]{0,5}", 0..4), vec("[0-9]{1,3}", 0..3)).prop_map(|(partition_keys, explicit_hash_keys)| {
        AggregatedRecord {
            partition_key_table: partition_keys,
            explicit_hash_key_table: explicit_hash_keys,
            records: vec![],
        }
        .encode_to_vec()
    });
    let record_bytes = (vec(field_bytes(), 0..6)).prop_map(|fields| {
        let fields = fields.concat();
        [vec![0x1A, u8::try_from(fields.len()).unwrap_or(0)], fields].concat()
    });
    prop_oneof![4 => table, 6 => record, 3 => record_bytes, 1 => field_bytes(), 1 => vec(any::<u8>(), 0..6)]
}

/// Fields as a record may hold them, well-formed or not.
fn field_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        (0..3_u8).prop_map(|index| vec![0x08, index]),
        (0..3_u8).prop_map(|index| vec![0x10, index]),
        Just(vec![0x08, 0x81, 0x00]),
        Just(vec![0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02]),
        vec(any::<u8>(), 0..9).prop_map(|data| [vec![0x1A, u8::try_from(data.len()).unwrap_or(0)], data].concat()),
        Just(vec![0x1A, 0x80, 0x00]),
        // Tags: with a key, without one, with a field that is not one.
        Just(vec![0x22, 3, 0x0A, 1, b'k']),
        Just(vec![0x22, 0]),
        Just(vec![0x22, 2, 0x08, 1]),
        // Known fields of another wire type, unknown fields, groups.
        Just(vec![0x0A, 1, 7]),
        Just(vec![0x18, 7]),
        Just(vec![0x29, 1, 2, 3, 4, 5, 6, 7, 8]),
        Just(vec![0x2D, 1, 2, 3, 4]),
        Just(vec![0x2B, 0x08, 1, 0x2C]),
        Just(vec![0x2B, 0x33, 0x34, 0x2C]),
        Just(vec![0x2B, 0x34]),
        any::<u8>().prop_map(|byte| vec![byte]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn both_readers_agree_on_pieces_of_messages(pieces in vec(piece(), 0..8)) {
        check(&pieces.concat());
    }

    #[test]
    fn both_readers_agree_on_random_bytes(message in vec(any::<u8>(), 0..40)) {
        check(&message);
    }

    #[test]
    fn both_readers_agree_after_a_byte_has_changed(pieces in vec(piece(), 1..6), position in any::<u16>(), byte in any::<u8>()) {
        let mut message = pieces.concat();
        if !message.is_empty() {
            let position = usize::from(position) % message.len();
            message[position] = byte;
        }
        check(&message);
    }
}

#[test]
fn groups_nest_to_a_depth_of_100() {
    let groups = |depth: usize| [vec![0x2B; depth], vec![0x2C; depth]].concat();
    assert!(check(&groups(100)));
    assert!(!check(&groups(101)));

    // A user record is a level of its own, and so is a tag inside it.
    let inside = |tag: u8, fields: &[u8]| {
        let len = fields.len();
        let len = [0x80 | u8::try_from(len % 128).expect("7 bits"), u8::try_from(len / 128).expect("short")];
        [&[tag], len.as_slice(), fields].concat()
    };
    let aggregate = |more: &[u8]| {
        let record = [&[0x08, 0, 0x1A, 0], more].concat();
        [&[0x0A, 1, b'k'], inside(0x1A, &record).as_slice()].concat()
    };
    let tag = |depth| inside(0x22, &[&[0x0A, 0], groups(depth).as_slice()].concat());
    assert!(check(&aggregate(&groups(99))));
    assert!(!check(&aggregate(&groups(100))));
    assert!(check(&aggregate(&tag(0))));
    assert!(check(&aggregate(&tag(98))));
    assert!(!check(&aggregate(&tag(99))));
}

#[test]
fn spans_count_in_32_bits() {
    const MOST: usize = u32::MAX as usize;
    for (message, offset) in [(b"".as_slice(), MOST), (b"\x20\x00", MOST - 2)] {
        assert_eq!(Outline::default().read(message, offset), Ok(()));
        let offset = offset + 1;
        assert_eq!(Outline::default().read(message, offset), Err(Error::Malformed { offset }));
    }
}

#[test]
fn a_user_record_has_a_partition_key_and_data_whatever_else_it_looks_like() {
    let aggregate = |record: &[u8]| {
        let len = u8::try_from(record.len()).expect("short");
        [&[0x0A, 1, b'k', 0x1A, len], record].concat()
    };
    assert!(check(&aggregate(&[0x08, 0, 0x1A, 0])));
    assert!(check(&aggregate(&[0x08, 0, 0x1A, 2, 0x1A, 0])), "data that reads like a field of data");
    assert!(!check(&aggregate(&[0x10, 0, 0x1A, 0])), "an explicit hash key instead of the partition key");
    assert!(!check(&aggregate(&[0x08, 0, 0x22, 2, 0x0A, 0])), "a tag instead of data");
}

#[test]
fn there_is_no_field_0() {
    for tag in 0..8 {
        assert!(!check(&[tag, 0]));
        assert!(!check(&[0x1A, 6, 0x08, 0, 0x1A, 0, tag, 0]), "in a user record");
    }
}

#[test]
fn an_index_that_reads_like_a_tag_is_an_index() {
    // Index 26 is the byte of data's tag; the data's length is such that reading on one byte too early ends at the end as well.
    let keys = [0x0A, 1, b'k'].repeat(27);
    let record = [&[0x1A, 28, 0x08, 26, 0x1A, 24], [7; 24].as_slice()].concat();
    assert!(check(&[keys, record].concat()));
}
