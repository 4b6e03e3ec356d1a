//! Any spelling of an explicit hash key and any shard map, against slow readers of both.

#![no_main]

use kinesis_agg::aggregate::ShardMap;
use kinesis_agg::hash_key::{HashKey, HashKeyRange};
use kinesis_agg_fuzz::spelling::{from_decimal, from_integer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], Vec<(u128, u128)>)| {
    let (text, bounds) = input;
    assert_eq!(HashKey::from_decimal(text), from_decimal(text));
    assert_eq!(HashKey::from_integer(text), from_integer(text));
    if let Some(hash_key) = HashKey::from_decimal(text) {
        assert_eq!(hash_key.to_string().as_bytes(), text, "there is one spelling");
    }

    check_map(bounds.iter().map(|(start, end)| range(*start, *end)).collect());
    // The same numbers as the inner bounds of a map without a hole.
    let mut starts: Vec<u128> = bounds.iter().map(|(start, _)| *start).chain([0]).collect();
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([u128::MAX]);
    check_map(starts.iter().zip(ends).map(|(start, end)| range(*start, end)).collect());
});

fn range(start: u128, end: u128) -> HashKeyRange {
    HashKeyRange { start: HashKey(start), end: HashKey(end) }
}

fn check_map(ranges: Vec<HashKeyRange>) {
    let owners = |hash_key: HashKey| ranges.iter().filter(|range| range.contains(hash_key)).count();
    // If a hash key has no owner, or two, then so has an end of the space or a neighbour of a bound.
    let neighbours = |HashKey(bound): HashKey| [bound.wrapping_sub(1), bound, bound.wrapping_add(1)].map(HashKey);
    let bounds = ranges.iter().flat_map(|range| [range.start, range.end]).chain([HashKey(0), HashKey::MAX]);
    let is_whole =
        ranges.iter().all(|range| range.start <= range.end) && bounds.flat_map(neighbours).all(|key| owners(key) == 1);
    assert_eq!(ShardMap::new(ranges.clone()).ok().map(|map| map.count()), is_whole.then_some(ranges.len()));
}
