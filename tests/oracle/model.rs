//! The aggregator once more, slow and obviously right: lists that are searched, and sizes that prost is asked for.

use kinesis_agg::format::envelope::{FRAME_BYTES, MAGIC};
use md5::{Digest as _, Md5};
use prost::Message as _;

use crate::framed::framed;
use crate::kpl::{AggregatedRecord, Record};

/// A user record with bytes of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRecord {
    /// The partition key.
    pub partition_key: String,
    /// The explicit hash key, a decimal.
    pub explicit_hash_key: Option<String>,
    /// The user's bytes.
    pub data: Vec<u8>,
}

/// A Kinesis record as it is to be put.
#[derive(Debug, PartialEq, Eq)]
pub struct Put {
    /// `PartitionKey`
    pub partition_key: String,
    /// `ExplicitHashKey`
    pub explicit_hash_key: Option<String>,
    /// `Data`
    pub data: Vec<u8>,
    /// How many user records are in it.
    pub user_record_count: usize,
}

/// How user records are put together.
#[derive(Clone, Debug)]
pub enum Routing {
    /// In one aggregate.
    Pinned,
    /// By lanes, so many.
    Lanes(u16),
    /// By shards, each with its first and last hash key.
    Shards(Vec<(u128, u128)>),
    /// By partition key.
    PartitionKey,
    /// In one aggregate, with their own keys.
    First,
}

/// The limits of an aggregator, all of them given.
#[derive(Clone, Debug)]
pub struct Limits {
    /// `maxRecordBytes`
    pub max_record_bytes: usize,
    /// `maxAggregateBytes`
    pub max_aggregate_bytes: usize,
    /// `maxUserRecords`
    pub max_user_records: usize,
    /// `maxOpenAggregates`
    pub max_open_aggregates: usize,
    /// `wrapSingle`
    pub wrap_single: bool,
    /// `explicitHashKeys: 'ignore'`
    pub ignores_explicit_hash_keys: bool,
    /// As the drop-in has it.
    pub drop_in: bool,
}

/// The open aggregates of one producer, in the order in which they were opened.
#[derive(Debug)]
pub struct Aggregator {
    routing: Routing,
    limits: Limits,
    open: Vec<OpenAggregate>,
    uses: usize,
}

#[derive(Clone, Debug)]
struct OpenAggregate {
    group: Group,
    partition_key: String,
    explicit_hash_key: Option<String>,
    /// The explicit hash key of user records that bring none.
    pin: Option<String>,
    records: Vec<UserRecord>,
    used: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Group {
    One,
    Part(usize),
    ExplicitHashKey(String),
    Keys(String, Option<String>),
}

impl Aggregator {
    /// An aggregator with nothing open.
    #[must_use]
    pub fn new(routing: Routing, limits: Limits) -> Self {
        Self { routing, limits, open: vec![], uses: 0 }
    }

    /// Whether the record fits into any Kinesis record.
    #[must_use]
    pub fn takes(&self, record: &UserRecord) -> bool {
        let joins = || self.find(record).is_some_and(|place| self.can_join(place, record));
        self.fits_alone(record) || (self.limits.drop_in && joins())
    }

    fn fits_alone(&self, record: &UserRecord) -> bool {
        self.opened(record).size() <= self.limits.max_record_bytes
            || (!self.limits.drop_in
                && self.may_unwrap(record)
                && record.data.len() + record.partition_key.len() <= self.limits.max_record_bytes)
    }

    /// Takes a record that [`Aggregator::takes`] has said yes to.
    pub fn add(&mut self, record: &UserRecord) -> Option<Put> {
        let record = &self.routed(record);
        self.uses += 1;
        let uses = self.uses;
        let place = self.find(record);
        if let Some(place) = place
            && self.can_join(place, record)
        {
            self.open[place].records.push(record.clone());
            self.open[place].used = uses;
            return None;
        }
        let is_full = self.open.len() >= self.limits.max_open_aggregates;
        let closed = place.or_else(|| is_full.then(|| self.least_recently_used())).map(|place| self.close(place));
        self.open.push(OpenAggregate { used: uses, ..self.opened(record) });
        closed
    }

    /// Whether the record would go in without closing an aggregate.
    #[must_use]
    pub fn fits(&self, record: &UserRecord) -> bool {
        self.takes(record) && self.find(record).map_or(self.has_place(), |place| self.can_join(place, record))
    }

    /// Closes all.
    pub fn flush(&mut self) -> Vec<Put> {
        (0..self.open.len()).map(|_| self.close(0)).collect()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.open.clear();
    }

    /// Routes by other shards, what is open included.
    pub fn set_shards(&mut self, shards: Vec<(u128, u128)>) -> Vec<Put> {
        self.routing = Routing::Shards(shards);
        // Partition keys where there was no map yet.
        let is_routed = |aggregate: &OpenAggregate| matches!(aggregate.group, Group::Part(_) | Group::Keys(..));
        let (routed, rest) = std::mem::take(&mut self.open).into_iter().partition(is_routed);
        self.open = rest;
        let routed: Vec<OpenAggregate> = routed;
        let records = routed.into_iter().flat_map(|aggregate| aggregate.records);
        let mut closed: Vec<Put> = records.filter_map(|record| self.add(&record)).collect();
        while self.open.len() > self.limits.max_open_aggregates {
            closed.push(self.close(self.least_recently_used()));
        }
        closed
    }

    /// How many user records are open.
    #[must_use]
    pub fn user_record_count(&self) -> usize {
        self.open.iter().map(|aggregate| aggregate.records.len()).sum()
    }

    /// How much data [`Aggregator::flush`] would give.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        let size = |aggregate: &OpenAggregate| {
            if self.limits.drop_in { aggregate.message().encoded_len() } else { self.put(aggregate).data.len() }
        };
        self.open.iter().map(size).sum()
    }

    fn has_place(&self) -> bool {
        self.open.len() < self.limits.max_open_aggregates
    }

    fn find(&self, record: &UserRecord) -> Option<usize> {
        let group = self.opened(record).group;
        self.open.iter().position(|aggregate| aggregate.group == group)
    }

    fn can_join(&self, place: usize, record: &UserRecord) -> bool {
        let mut joined = self.open[place].clone();
        joined.records.push(self.routed(record));
        joined.records.len() <= self.limits.max_user_records && joined.size() <= self.limits.max_aggregate_bytes
    }

    fn least_recently_used(&self) -> usize {
        let oldest = self.open.iter().enumerate().min_by_key(|(_, aggregate)| aggregate.used);
        oldest.expect("something is open").0
    }

    fn close(&mut self, place: usize) -> Put {
        let aggregate = self.open.remove(place);
        self.put(&aggregate)
    }

    fn put(&self, aggregate: &OpenAggregate) -> Put {
        let first = &aggregate.records[0];
        let user_record_count = aggregate.records.len();
        if user_record_count == 1
            && self.may_unwrap(first)
            && (!self.limits.wrap_single || aggregate.size() > self.limits.max_record_bytes)
        {
            let UserRecord { partition_key, explicit_hash_key, data } = first.clone();
            return Put { partition_key, explicit_hash_key, data, user_record_count };
        }
        Put {
            partition_key: aggregate.partition_key.clone(),
            explicit_hash_key: aggregate.explicit_hash_key.clone(),
            data: framed(&aggregate.message().encode_to_vec()).into(),
            user_record_count,
        }
    }

    /// The record without an explicit hash key that does not count.
    fn routed(&self, record: &UserRecord) -> UserRecord {
        let own = u128::from_be_bytes(Md5::digest(&record.partition_key).into()).to_string();
        let counts = match &record.explicit_hash_key {
            _ if self.limits.drop_in => true,
            _ if self.limits.ignores_explicit_hash_keys => false,
            Some(key) => *key != own || matches!(self.routing, Routing::First),
            None => true,
        };
        let explicit_hash_key = record.explicit_hash_key.clone().filter(|_| counts);
        UserRecord { explicit_hash_key, ..record.clone() }
    }

    fn may_unwrap(&self, record: &UserRecord) -> bool {
        !record.data.starts_with(&MAGIC) && !matches!(self.routing, Routing::Lanes(_))
    }

    /// The aggregate that a record opens.
    fn opened(&self, record: &UserRecord) -> OpenAggregate {
        let record = &self.routed(record);
        let UserRecord { partition_key, explicit_hash_key, .. } = record.clone();
        let hash_key = || u128::from_be_bytes(Md5::digest(&record.partition_key).into());
        let own = |group| (group, partition_key.clone(), explicit_hash_key.clone(), None);
        let pinned =
            |group, partition_key, pin: u128| (group, partition_key, Some(pin.to_string()), Some(pin.to_string()));
        let (group, partition_key, explicit_hash_key, pin) = match (&self.routing, &explicit_hash_key) {
            (Routing::First, _) => own(Group::One),
            (Routing::PartitionKey, _) => own(Group::Keys(partition_key.clone(), explicit_hash_key.clone())),
            (_, Some(key)) => own(Group::ExplicitHashKey(key.clone())),
            (Routing::Pinned, None) => pinned(Group::One, partition_key, hash_key()),
            (Routing::Shards(shards), None) => {
                let owns = |(start, end): &(u128, u128)| (*start..=*end).contains(&hash_key());
                let shard = shards.iter().position(owns).expect("every hash key has an owner");
                pinned(Group::Part(shard), partition_key, hash_key())
            }
            (Routing::Lanes(count), None) => {
                let lane = lane_of(hash_key(), *count);
                let middle = shifted_quotient(2 * lane + 1, 127, u64::from(*count));
                let place = usize::try_from(lane).expect("lanes are few");
                pinned(Group::Part(place), format!("lane-{lane}-of-{count}"), middle)
            }
        };
        OpenAggregate { group, partition_key, explicit_hash_key, pin, records: vec![record.clone()], used: 0 }
    }
}

impl OpenAggregate {
    /// The size of the Kinesis record, wrapped, with its partition key.
    fn size(&self) -> usize {
        FRAME_BYTES + self.message().encoded_len() + self.partition_key.len()
    }

    fn message(&self) -> AggregatedRecord {
        let mut message = AggregatedRecord::default();
        for record in &self.records {
            let explicit_hash_key = record.explicit_hash_key.as_ref().or(self.pin.as_ref());
            message.records.push(Record {
                partition_key_index: position_of(&mut message.partition_key_table, &record.partition_key),
                explicit_hash_key_index: explicit_hash_key
                    .map(|key| position_of(&mut message.explicit_hash_key_table, key)),
                data: record.data.clone(),
                tags: vec![],
            });
        }
        message
    }
}

fn position_of(table: &mut Vec<String>, key: &String) -> u64 {
    let position = table.iter().position(|other| other == key).unwrap_or_else(|| {
        table.push(key.clone());
        table.len() - 1
    });
    position as u64
}

/// floor(hash key x count / 2^128): what is carried out of a multiplication on paper, with digits of 32 bits.
fn lane_of(hash_key: u128, count: u16) -> u64 {
    (0..4).fold(0, |carry, digit| {
        let digit = hash_key >> (32 * digit) & u128::from(u32::MAX);
        let digit = u64::try_from(digit).expect("it has 32 bits");
        (digit * u64::from(count) + carry) >> 32
    })
}

/// floor(dividend x 2^shift / divisor), bit by bit, modulo 2^128.
fn shifted_quotient(dividend: u64, shift: u32, divisor: u64) -> u128 {
    let bits = (0..64).rev().map(|place| dividend >> place & 1).chain((0..shift).map(|_| 0));
    let (mut quotient, mut remainder) = (0_u128, 0_u128);
    for bit in bits {
        remainder = remainder * 2 + u128::from(bit);
        quotient = quotient.wrapping_mul(2);
        if remainder >= u128::from(divisor) {
            remainder -= u128::from(divisor);
            quotient += 1;
        }
    }
    quotient
}
