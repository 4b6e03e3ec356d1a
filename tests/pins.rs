//! Explicit hash keys that a routing wrote are not handed out; those of users are.

#[path = "oracle/framed.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets share it")]
mod framed;
#[path = "oracle/kpl.rs"]
#[expect(unreachable_pub, clippy::derive_partial_eq_without_eq, reason = "generated")]
mod kpl;

use framed::framed;
use kinesis_agg::deaggregate::table::{
    BODY, EXPLICIT_HASH_KEYS, HEADER_WORDS, PARTITION_KEYS, ROW_EXPLICIT_HASH_KEY, ROW_WORDS, SPAN_WORDS, USER_RECORDS,
};
use kinesis_agg::deaggregate::{Options, deaggregate};
use kinesis_agg::hash_key::{HashKey, HashKeyRange};
use kpl::{AggregatedRecord, Record};
use prost::Message as _;

const OPTIONS: Options = Options { verify_checksum: true, hash_key_range: None, inspect_data: false };
/// MD5 of "a".
const OF_A: &str = "16955237001963240173058271559858726497";

/// An aggregate of one user record for each position in the table of explicit hash keys.
fn aggregate(table: &[&str], positions: &[Option<u64>]) -> Vec<u8> {
    let records = positions
        .iter()
        .map(|position| Record {
            partition_key_index: 0,
            explicit_hash_key_index: *position,
            data: b"x".to_vec(),
            tags: vec![],
        })
        .collect();
    let message = AggregatedRecord {
        partition_key_table: vec!["k".into()],
        explicit_hash_key_table: table.iter().map(ToString::to_string).collect(),
        records,
    };
    framed(&message.encode_to_vec()).to_vec()
}

/// For each Kinesis record, what its rows say of explicit hash keys.
fn rows(records: &[&[u8]], partition_keys: &[Option<&[u8]>], options: &Options) -> Vec<Vec<u32>> {
    let mut table = Vec::new();
    deaggregate(records, partition_keys, options, &mut table);
    let word = |index: usize, name: usize| table[index * HEADER_WORDS + name] as usize;
    (0..records.len())
        .map(|index| {
            let keys = word(index, PARTITION_KEYS) + word(index, EXPLICIT_HASH_KEYS);
            let first = word(index, BODY) + SPAN_WORDS * keys;
            (0..word(index, USER_RECORDS)).map(|row| table[first + ROW_WORDS * row + ROW_EXPLICIT_HASH_KEY]).collect()
        })
        .collect()
}

fn shown(record: &[u8], partition_key: Option<&str>) -> Vec<u32> {
    rows(&[record], &[partition_key.map(str::as_bytes)], &OPTIONS).remove(0)
}

#[test]
fn the_hash_key_of_the_partition_key_outside_is_a_routings() {
    let record = aggregate(&[OF_A], &[Some(0), Some(0)]);
    assert_eq!(shown(&record, Some("a")), [0, 0]);
    assert_eq!(shown(&record, Some("b")), [1, 1]);
    assert_eq!(shown(&record, None), [1, 1]);
}

#[test]
fn so_is_the_middle_of_the_lane_that_the_partition_key_outside_names() {
    let middle = (1_u128 << 126).to_string();
    let record = aggregate(&[&middle], &[Some(0), Some(0)]);
    assert_eq!(shown(&record, Some("lane-0-of-2")), [0, 0]);
    for other in
        ["lane-1-of-2", "lane-0-of-3", "lane-00-of-2", "lane-0-of-02", "lane-2-of-2", "lane-0-of-2048", "lane-0"]
    {
        assert_eq!(shown(&record, Some(other)), [1, 1], "{other}");
    }
}

#[test]
fn a_key_like_a_lanes_may_be_pinned_as_any_other() {
    let own = HashKey::of_partition_key(b"lane-0-of-2").to_string();
    assert_eq!(shown(&aggregate(&[&own], &[Some(0)]), Some("lane-0-of-2")), [0]);
}

#[test]
fn one_user_record_without_or_with_another_is_enough_for_all_to_be_shown() {
    assert_eq!(shown(&aggregate(&[OF_A], &[Some(0), None]), Some("a")), [1, 0]);
    assert_eq!(shown(&aggregate(&[OF_A], &[None, Some(0)]), Some("a")), [0, 1]);
    assert_eq!(shown(&aggregate(&[OF_A, "7"], &[Some(0), Some(1)]), Some("a")), [1, 2]);
    assert_eq!(shown(&aggregate(&["7", OF_A], &[Some(0), Some(1)]), Some("a")), [1, 2]);
}

#[test]
fn only_what_user_records_name_counts() {
    assert_eq!(shown(&aggregate(&["7", OF_A, "8"], &[Some(1), Some(1)]), Some("a")), [0, 0]);
    // The same text twice in the table is the same explicit hash key.
    assert_eq!(shown(&aggregate(&[OF_A, OF_A], &[Some(0), Some(1)]), Some("a")), [0, 0]);
}

#[test]
fn only_canonical_decimal_counts() {
    for odd in [format!("0{OF_A}"), format!("+{OF_A}"), format!("{OF_A} ")] {
        assert_eq!(shown(&aggregate(&[&odd], &[Some(0)]), Some("a")), [1], "{odd}");
    }
}

#[test]
fn an_aggregate_of_nothing_has_nothing_to_show() {
    assert_eq!(shown(&aggregate(&[OF_A], &[]), Some("a")), [0_u32; 0]);
}

#[test]
fn a_hash_key_range_judges_by_what_is_written() {
    let record = aggregate(&[OF_A], &[Some(0)]);
    let own = HashKey::of_partition_key(b"a");
    let other = HashKey::of_partition_key(b"k");
    let range = |hash_key| Options { hash_key_range: Some(HashKeyRange { start: hash_key, end: hash_key }), ..OPTIONS };
    assert_eq!(rows(&[&record], &[Some(b"a")], &range(own)), [vec![0]]);
    assert_eq!(rows(&[&record], &[Some(b"a")], &range(other)), [vec![]]);
}

#[test]
fn many_are_told_apart_in_one_call() {
    let keys: Vec<String> = (0..40).map(|number| format!("key {number}")).collect();
    let records: Vec<Vec<u8>> = keys
        .iter()
        .enumerate()
        .map(|(number, key)| match number % 4 {
            0 => aggregate(&[&HashKey::of_partition_key(key.as_bytes()).to_string()], &[Some(0)]),
            1 => aggregate(&["7"], &[Some(0)]),
            2 => b"not aggregated".to_vec(),
            _ => aggregate(&[&HashKey::of_partition_key(b"another").to_string()], &[Some(0), Some(0)]),
        })
        .collect();
    let records: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
    let keys: Vec<Option<&[u8]>> = keys.iter().map(|key| Some(key.as_bytes())).collect();
    let expected: Vec<Vec<u32>> =
        (0..40).map(|number| [vec![0], vec![1], vec![], vec![1, 1]][number % 4].clone()).collect();
    assert_eq!(rows(&records, &keys, &OPTIONS), expected);
}
