//! Which open aggregate a user record joins, and which keys that aggregate carries outside.
//!
//! Every routing but [`Routing::First`] keeps one invariant: all user records of an aggregate have one and the same
//! hash key, and it is the aggregate's own. The KCL drops a whole aggregate if one user record's hash key lies outside
//! the shard that it reads (`AggregatorUtil` of awslabs/amazon-kinesis-client), so nothing less is safe.

use std::cell::OnceCell;
use std::ops::Deref;

use super::UserRecord;
use crate::error::Error;
use crate::hash_key::{HashKey, HashKeyRange, Lane};
use crate::md5::Digest;

/// How user records are put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Routing {
    /// One open aggregate takes every record; it is pinned to the hash key of its first partition key.
    Pinned,
    /// The hash key space is cut into equal lanes, each with an open aggregate pinned to the lane's middle.
    Lanes(Lanes),
    /// An open aggregate for each open shard, pinned to the hash key of its first partition key.
    Shards(ShardMap),
    /// By shards as soon as there is a map of them. Until then as [`Routing::PartitionKey`]: each record goes to the shard
    /// that it would go to alone.
    ShardsToCome,
    /// An open aggregate for each partition key; nothing synthetic is written.
    PartitionKey,
    /// One open aggregate takes every record in order whatever its keys, as the old packages do. The KCL may drop it.
    First,
}

/// What is made of an explicit hash key that comes with a user record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExplicitHashKeys {
    /// It counts, unless it is the hash key of the record's own partition key, which says nothing. The Java aggregator
    /// writes such a key on every user record; a relay of its stream must not make an aggregate of each.
    #[default]
    Keep,
    /// The record is routed as if it had none.
    Ignore,
    /// It counts, whatever it says: as the old packages do.
    AsWritten,
}

/// A user record as its routing sees it.
#[derive(Debug)]
pub(super) struct Routed<'a> {
    record: UserRecord<'a>,
    /// Of the partition key, found when it is asked for: many routings do not.
    hash_key: OnceCell<HashKey>,
}

impl<'a> Routed<'a> {
    pub(super) fn new(record: &UserRecord<'a>, explicit_hash_keys: ExplicitHashKeys) -> Self {
        Self::with(record, OnceCell::new(), explicit_hash_keys)
    }

    /// `digest` is the partition key's.
    pub(super) fn hashed(record: &UserRecord<'a>, digest: Digest, explicit_hash_keys: ExplicitHashKeys) -> Self {
        Self::with(record, HashKey::from_digest(digest).into(), explicit_hash_keys)
    }

    fn with(record: &UserRecord<'a>, hash_key: OnceCell<HashKey>, explicit_hash_keys: ExplicitHashKeys) -> Self {
        let mut routed = Self { record: *record, hash_key };
        let counts = match (record.explicit_hash_key, explicit_hash_keys) {
            (None, _) | (_, ExplicitHashKeys::AsWritten) => true,
            (_, ExplicitHashKeys::Ignore) => false,
            (Some(key), ExplicitHashKeys::Keep) => HashKey::from_decimal(key) != Some(routed.hash_key()),
        };
        if !counts {
            routed.record.explicit_hash_key = None;
        }
        routed
    }

    fn hash_key(&self) -> HashKey {
        *self.hash_key.get_or_init(|| HashKey::of_partition_key(self.record.partition_key))
    }
}

impl<'a> Deref for Routed<'a> {
    type Target = UserRecord<'a>;

    fn deref(&self) -> &Self::Target {
        &self.record
    }
}

/// What the records of one open aggregate have in common. Generic over the storage of keys, so that looking one up
/// copies nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Group<Key> {
    /// Everything: [`Routing::Pinned`] and [`Routing::First`].
    Shared,
    /// The lane of that position.
    Lane(usize),
    /// The shard whose hash keys begin there: one that outlives a change of the map stays the same group.
    Shard(HashKey),
    /// One explicit hash key that came with the records, as they spell it.
    ExplicitHashKey(Key),
    /// One partition key, with or without an explicit hash key.
    PartitionKey(Key, Option<Key>),
}

impl<Key: AsRef<[u8]>> Group<Key> {
    pub(super) fn takes_records_without_explicit_hash_key(&self) -> bool {
        !matches!(self, Self::ExplicitHashKey(_) | Self::PartitionKey(_, Some(_)))
    }

    pub(super) fn borrowed(&self) -> Group<&[u8]> {
        match self {
            Self::Shared => Group::Shared,
            Self::Lane(position) => Group::Lane(*position),
            Self::Shard(start) => Group::Shard(*start),
            Self::ExplicitHashKey(key) => Group::ExplicitHashKey(key.as_ref()),
            Self::PartitionKey(key, explicit) => {
                Group::PartitionKey(key.as_ref(), explicit.as_ref().map(AsRef::as_ref))
            }
        }
    }
}

impl Group<&[u8]> {
    pub(super) fn to_owned(&self) -> Group<Box<[u8]>> {
        match *self {
            Self::Shared => Group::Shared,
            Self::Lane(position) => Group::Lane(position),
            Self::Shard(start) => Group::Shard(start),
            Self::ExplicitHashKey(key) => Group::ExplicitHashKey(key.into()),
            Self::PartitionKey(key, explicit) => Group::PartitionKey(key.into(), explicit.map(Into::into)),
        }
    }
}

/// The keys that a Kinesis record carries outside its data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OuterKeys {
    pub(super) partition_key: Vec<u8>,
    pub(super) explicit_hash_key: Option<Vec<u8>>,
    /// The explicit hash key is the routing's own: it is written on every user record that brings none.
    pub(super) pins: bool,
}

impl OuterKeys {
    /// What is written on the user records that bring no explicit hash key.
    pub(super) fn pin(&self) -> Option<&[u8]> {
        self.explicit_hash_key.as_deref().filter(|_| self.pins)
    }
}

impl Routing {
    /// Which open aggregate the record joins.
    pub(super) fn group<'a>(&self, record: &Routed<'a>) -> Group<&'a [u8]> {
        match (self, record.explicit_hash_key) {
            (Self::First, _) | (Self::Pinned, None) => Group::Shared,
            (Self::PartitionKey | Self::ShardsToCome, explicit) => Group::PartitionKey(record.partition_key, explicit),
            (_, Some(explicit)) => Group::ExplicitHashKey(explicit),
            (Self::Lanes(lanes), None) => Group::Lane(lanes.lane_of(record.hash_key())),
            (Self::Shards(shards), None) => Group::Shard(shards.starts[shards.shard_of(record.hash_key())]),
        }
    }

    /// The outer keys of an aggregate that `record` opens.
    pub(super) fn outer_keys(&self, record: &Routed) -> OuterKeys {
        let (partition_key, pin) = match (self, record.explicit_hash_key) {
            (Self::First | Self::PartitionKey | Self::ShardsToCome, _) | (_, Some(_)) => {
                (record.partition_key.to_vec(), None)
            }
            (Self::Pinned | Self::Shards(_), None) => (record.partition_key.to_vec(), Some(record.hash_key())),
            (Self::Lanes(lanes), None) => {
                let lane = lanes.lane(lanes.lane_of(record.hash_key()));
                (lane.to_string().into_bytes(), Some(lane.middle()))
            }
        };
        OuterKeys {
            partition_key,
            pins: pin.is_some(),
            explicit_hash_key: pin
                .map(|hash_key| hash_key.to_string().into_bytes())
                .or_else(|| record.explicit_hash_key.map(<[u8]>::to_vec)),
        }
    }

    pub(super) fn goes_by_hash_key(&self) -> bool {
        matches!(self, Self::Lanes(_) | Self::Shards(_))
    }

    /// How many groups there are of records without explicit hash keys; `None` if there is no saying.
    pub(super) fn group_count(&self) -> Option<usize> {
        match self {
            Self::Pinned | Self::First => Some(1),
            Self::Lanes(lanes) => Some(lanes.count()),
            Self::Shards(shards) => Some(shards.count()),
            Self::PartitionKey | Self::ShardsToCome => None,
        }
    }

    /// Whether a lone record may be put as it came. Under lanes the outer partition key is the lane's and not its own,
    /// and what keeps the order.
    pub(super) fn may_unwrap(&self) -> bool {
        !matches!(self, Self::Lanes(_))
    }

    /// Lanes and shards are known in number, so that each gets its place unless the caller says otherwise.
    pub(super) fn default_max_open_aggregates(&self) -> usize {
        const DEFAULT: usize = 64;

        match self {
            Self::Lanes(lanes) => lanes.count().max(DEFAULT),
            Self::Shards(shards) => shards.count().max(DEFAULT),
            Self::Pinned | Self::PartitionKey | Self::ShardsToCome | Self::First => DEFAULT,
        }
    }

    /// The old packages write what they are given.
    pub(super) fn explicit_hash_keys(&self, asked: ExplicitHashKeys) -> ExplicitHashKeys {
        match (self, asked) {
            (Self::First, ExplicitHashKeys::Keep) => ExplicitHashKeys::AsWritten,
            _ => asked,
        }
    }

    /// Takes a map, the first or another.
    ///
    /// # Errors
    ///
    /// [`Error::Option`] if it does not go by shards; then nothing has changed.
    pub(super) fn set_shards(&mut self, shards: ShardMap) -> Result<(), Error> {
        match self {
            Self::Shards(_) | Self::ShardsToCome => {
                *self = Self::Shards(shards);
                Ok(())
            }
            _ => Err(Error::Option { name: "routing", must_be: "{ shards } for setShards".into() }),
        }
    }
}

/// The hash key space, cut into equal parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lanes {
    count: u16,
}

impl Lanes {
    /// The most lanes that there may be.
    pub const MAX: u16 = Lane::MAX_COUNT;
    pub(super) const LONGEST_NAME: &str = "lane-1023-of-1024";

    /// # Errors
    ///
    /// [`Error::Option`] if `count` is not 1 to 1024.
    pub fn new(count: u64) -> Result<Self, Error> {
        u16::try_from(count)
            .ok()
            .filter(|count| (1..=Self::MAX).contains(count))
            .map(|count| Self { count })
            .ok_or_else(|| Error::Option { name: "routing.lanes", must_be: format!("1 to {}, got {count}", Self::MAX) })
    }

    /// How many lanes there are.
    #[must_use]
    pub fn count(self) -> usize {
        usize::from(self.count)
    }

    /// floor(hash key x N / 2^128), by halves, since the product has up to 138 bits.
    fn lane_of(self, hash_key: HashKey) -> usize {
        let count = u128::from(self.count);
        let low = (hash_key.0 & u128::from(u64::MAX)) * count;
        let high = (hash_key.0 >> 64) * count + (low >> 64);
        usize::try_from(high >> 64).expect("a lane is less than the number of lanes")
    }

    fn lane(self, index: usize) -> Lane {
        Lane::new(index, self.count).expect("the index is less than the number of lanes")
    }
}

/// The open shards of a stream, which own every hash key exactly once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardMap {
    /// Where each shard starts, ascending; the first is 0.
    starts: Vec<HashKey>,
}

impl ShardMap {
    /// Takes the ranges of the open shards in any order.
    ///
    /// # Errors
    ///
    /// [`Error::ShardMap`] if they leave a hole or overlap.
    pub fn new(mut ranges: Vec<HashKeyRange>) -> Result<Self, Error> {
        let refuse = |problem: String| Err(Error::ShardMap { problem });

        ranges.sort_unstable_by_key(|range| range.start);
        let mut next = Some(HashKey(0));
        for range in &ranges {
            match next {
                _ if range.start > range.end => {
                    return refuse(format!("a shard starts at {} and ends before", range.start));
                }
                Some(expected) if range.start > expected => {
                    return refuse(format!(
                        "no open shard owns the hash keys from {expected} to {}",
                        range.start.0 - 1
                    ));
                }
                Some(expected) if range.start == expected => {}
                _ => return refuse(format!("two open shards own the hash key {}", range.start)),
            }
            next = range.end.0.checked_add(1).map(HashKey);
        }
        match next {
            Some(_) if ranges.is_empty() => refuse("it has no open shard".into()),
            Some(expected) => refuse(format!("no open shard owns the hash keys from {expected} on")),
            None => Ok(Self { starts: ranges.iter().map(|range| range.start).collect() }),
        }
    }

    /// How many open shards there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    fn shard_of(&self, hash_key: HashKey) -> usize {
        // The first start is 0, so at least one lies at or before any hash key.
        self.starts.partition_point(|start| *start <= hash_key) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_begins_where_the_fraction_says() {
        // Thirds of 2^128 end between two numbers, and only the lower half of the product tells between which.
        let lanes = Lanes { count: 3 };
        let third = u128::MAX / 3;
        assert_eq!([third, third + 1].map(|number| lanes.lane_of(HashKey(number))), [0, 1]);
        assert_eq!([2 * third, 2 * third + 1].map(|number| lanes.lane_of(HashKey(number))), [1, 2]);
        assert_eq!([0, u128::MAX].map(|number| lanes.lane_of(HashKey(number))), [0, 2]);
    }

    #[test]
    fn lanes_cut_the_hash_key_space_evenly() {
        let lanes = Lanes { count: 4 };
        let quarter = 1_u128 << 126;
        for lane in 0..4_u8 {
            let first = quarter * u128::from(lane);
            assert_eq!(lanes.lane_of(HashKey(first)), usize::from(lane));
            assert_eq!(lanes.lane_of(HashKey(first + (quarter - 1))), usize::from(lane));
            assert_eq!(lanes.lane(usize::from(lane)).middle().0, first + quarter / 2);
        }
    }

    #[test]
    fn the_middle_of_a_lane_lies_in_it() {
        for count in 1..=Lanes::MAX {
            let lanes = Lanes { count };
            for lane in 0..lanes.count() {
                assert_eq!(lanes.lane_of(lanes.lane(lane).middle()), lane, "lane {lane} of {count}");
            }
        }
        // floor(2^127 / 3), worked out by hand.
        assert_eq!(Lanes { count: 3 }.lane(0).middle().0, 56_713_727_820_156_410_577_229_101_238_628_035_242);
    }

    #[test]
    fn there_are_1_to_1024_lanes() {
        for count in [1, 1024] {
            assert_eq!(Lanes::new(count).map(Lanes::count), Ok(usize::try_from(count).expect("small")));
        }
        for count in [0, 1025, u64::MAX] {
            assert!(matches!(Lanes::new(count), Err(Error::Option { name: "routing.lanes", .. })), "{count}");
        }
    }

    fn range(start: u128, end: u128) -> HashKeyRange {
        HashKeyRange { start: HashKey(start), end: HashKey(end) }
    }

    #[test]
    fn a_shard_map_owns_every_hash_key_once() {
        let map = ShardMap::new(vec![range(100, u128::MAX), range(0, 9), range(10, 99)]).expect("no hole, no overlap");
        for (hash_key, shard) in [(0, 0), (9, 0), (10, 1), (99, 1), (100, 2), (u128::MAX, 2)] {
            assert_eq!(map.shard_of(HashKey(hash_key)), shard, "{hash_key}");
        }
    }

    #[test]
    fn a_shard_map_with_a_hole_or_an_overlap_is_refused() {
        for (ranges, problem) in [
            (vec![], "it has no open shard"),
            (vec![range(1, u128::MAX)], "no open shard owns the hash keys from 0 to 0"),
            (vec![range(0, 9), range(11, u128::MAX)], "no open shard owns the hash keys from 10 to 10"),
            (vec![range(0, 9)], "no open shard owns the hash keys from 10 on"),
            (vec![range(0, 9), range(9, u128::MAX)], "two open shards own the hash key 9"),
            (vec![range(0, u128::MAX), range(7, 9)], "two open shards own the hash key 7"),
            (vec![range(0, u128::MAX), range(0, u128::MAX)], "two open shards own the hash key 0"),
            (vec![range(9, 0)], "a shard starts at 9 and ends before"),
        ] {
            assert_eq!(ShardMap::new(ranges), Err(Error::ShardMap { problem: problem.into() }));
        }
    }
}
