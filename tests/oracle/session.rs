//! Any sequence of calls to the aggregator: it puts byte for byte what a slow model puts, at the same call, and what it
//! puts keeps the invariant of one hash key and reads back.

use arbitrary::{Arbitrary, Result, Unstructured};
use kinesis_agg::aggregate::{self, Fit, Headroom, Lanes, Options, Request, ShardMap};
use kinesis_agg::deaggregate::table::{HEADER_WORDS, Outcome};
use kinesis_agg::deaggregate::{self, deaggregate};
use kinesis_agg::format::envelope::MAGIC;
use kinesis_agg::hash_key::{HashKey, HashKeyRange};

use crate::closing::{self, AggregatedRecord, closed};
use crate::model::{self, Limits, Put, Routing, UserRecord};

/// Limits, a routing, and calls.
#[derive(Arbitrary, Debug)]
pub struct Session {
    routing: RoutingChoice,
    max_record_bytes: u16,
    max_aggregate_bytes: u16,
    max_user_records: u8,
    max_open_aggregates: u8,
    wrap_single: bool,
    ignores_explicit_hash_keys: bool,
    drop_in: bool,
    #[arbitrary(with = all_that_there_are)]
    calls: Vec<Call>,
}

#[derive(Arbitrary, Debug)]
enum RoutingChoice {
    Pinned,
    Lanes(u16),
    Shards(Vec<u128>),
    ShardsToCome,
    PartitionKey,
    First,
}

#[derive(Arbitrary, Debug)]
enum Call {
    Add(Record),
    TakeAll(#[arbitrary(with = some)] Vec<Record>),
    SpendHeadroom(#[arbitrary(with = some)] Vec<Record>),
    SetShards(Vec<u128>),
    Flush,
    Clear,
}

#[derive(Arbitrary, Debug)]
struct Record {
    partition_key: Key,
    explicit_hash_key: ExplicitHashKey,
    data_bytes: u16,
    begins_with_magic: bool,
}

#[derive(Arbitrary, Debug)]
enum ExplicitHashKey {
    None,
    OfPartitionKey,
    Number(u128),
}

/// Few distinct keys, so that they meet again, and some of any characters and length.
#[derive(Arbitrary, Debug)]
enum Key {
    OneOf(u8),
    Long(u8),
    Any(String),
}

fn all_that_there_are(bytes: &mut Unstructured) -> Result<Vec<Call>> {
    let mut calls = Vec::new();
    while !bytes.is_empty() {
        calls.push(bytes.arbitrary()?);
    }
    Ok(calls)
}

fn some(bytes: &mut Unstructured) -> Result<Vec<Record>> {
    let count = bytes.int_in_range(0..=12)?;
    (0..count).map(|_| bytes.arbitrary()).collect()
}

impl Session {
    /// Makes the calls of the aggregator and of its model.
    pub fn run(&self) {
        let routing = self.routing.of_model();
        let limits = self.limits(&routing);
        let has_no_map_yet = matches!(self.routing, RoutingChoice::ShardsToCome);
        let core_routing = if has_no_map_yet { aggregate::Routing::ShardsToCome } else { routing_of_core(&routing) };
        let options = Options::new(core_routing, &request(&limits)).expect("the limits are in range");
        let mut pair = Pair {
            goes_by_shards: has_no_map_yet || matches!(routing, Routing::Shards(_)),
            invariant: !matches!(routing, Routing::First),
            core: aggregate::Aggregator::new(options),
            model: model::Aggregator::new(routing, limits),
            drop_in: self.drop_in,
            count: 0,
        };
        for call in &self.calls {
            pair.call(call);
        }
        pair.flush();
    }

    fn limits(&self, routing: &Routing) -> Limits {
        let max_record_bytes = 64 + usize::from(self.max_record_bytes % 4096);
        let or_unlimited = |count: u8| if count == 0 { usize::MAX } else { usize::from(count) };
        Limits {
            max_record_bytes,
            max_aggregate_bytes: 64 + usize::from(self.max_aggregate_bytes) % (max_record_bytes - 63),
            max_user_records: or_unlimited(self.max_user_records),
            max_open_aggregates: or_unlimited(self.max_open_aggregates % 16),
            wrap_single: self.wrap_single || matches!(routing, Routing::Lanes(_)),
            ignores_explicit_hash_keys: self.ignores_explicit_hash_keys,
            drop_in: self.drop_in,
        }
    }
}

/// The aggregator and its model, called alike.
struct Pair {
    core: aggregate::Aggregator,
    model: model::Aggregator,
    goes_by_shards: bool,
    /// Whether all user records of an aggregate have its hash key.
    invariant: bool,
    drop_in: bool,
    count: u32,
}

impl Pair {
    fn call(&mut self, call: &Call) {
        match call {
            Call::Add(record) => {
                let record = self.record(record);
                self.add(&record);
            }
            Call::TakeAll(records) => {
                let mut records: Vec<UserRecord> = records.iter().map(|record| self.record(record)).collect();
                records.retain(|record| self.model.takes(record));
                let closed = closed(|sink| self.core.take_all(records.iter().map(borrowed), sink));
                let expected: Vec<Put> = records.iter().filter_map(|record| self.model.add(record)).collect();
                self.check(closed, &expected);
            }
            Call::SpendHeadroom(records) => self.spend_headroom(records),
            Call::SetShards(bounds) => {
                let shards = shards(bounds);
                let mut outcome = Ok(());
                let closed = closed(|sink| outcome = self.core.set_shards(map(&shards), sink));
                assert_eq!(outcome.is_ok(), self.goes_by_shards);
                if outcome.is_ok() {
                    let expected = self.model.set_shards(shards);
                    self.check(closed, &expected);
                }
            }
            Call::Flush => self.flush(),
            Call::Clear => {
                self.core.clear();
                self.model.clear();
            }
        }
        assert_eq!(self.core.user_record_count(), self.model.user_record_count());
        assert_eq!(self.core.size_bytes(), self.model.size_bytes());
    }

    fn add(&mut self, record: &UserRecord) {
        let takes = self.model.takes(record);
        let fit = self.core.fit(&borrowed(record));
        assert_eq!((fit == Fit::Joins, fit != Fit::TooLarge), (self.model.fits(record), takes));
        assert_eq!(self.core.check(&borrowed(record)).is_ok(), takes);
        let before = self.core.size_bytes();
        let added = self.core.added_len(&borrowed(record));
        let outcome = closing::add(&mut self.core, &borrowed(record));
        assert_eq!(outcome.is_ok(), takes);
        if let Ok(closed) = outcome {
            if self.drop_in && closed.is_empty() && self.core.user_record_count() > 1 {
                assert_eq!(self.core.size_bytes() - before, added);
            }
            let expected = self.model.add(record);
            self.check(closed, expected.as_slice());
        }
    }

    /// What a headroom covers closes nothing.
    fn spend_headroom(&mut self, records: &[Record]) {
        let mut headroom = self.core.headroom();
        for record in records {
            let record = UserRecord { explicit_hash_key: None, ..self.record(record) };
            let cost = record.data.len() + record.partition_key.len() + Headroom::COST_PER_RECORD;
            if cost > headroom.bytes || headroom.user_records == 0 {
                return;
            }
            headroom.bytes -= cost;
            headroom.user_records -= 1;
            assert_eq!(self.core.fit(&borrowed(&record)), Fit::Joins);
            self.add(&record);
        }
    }

    fn flush(&mut self) {
        let announced = self.core.size_bytes();
        let closed = closing::flush(&mut self.core);
        if !self.drop_in {
            assert_eq!(closed.iter().map(|closed| closed.data.len()).sum::<usize>(), announced);
        }
        let expected = self.model.flush();
        self.check(closed, &expected);
        assert_eq!((self.core.user_record_count(), self.core.size_bytes()), (0, 0));
    }

    fn check(&mut self, closed: Vec<AggregatedRecord>, expected: &[Put]) {
        let text = |key: Vec<u8>| String::from_utf8(key).expect("keys went in as UTF-8");
        let puts: Vec<Put> = closed
            .into_iter()
            .map(|closed| Put {
                partition_key: text(closed.partition_key),
                explicit_hash_key: closed.explicit_hash_key.map(text),
                data: closed.data,
                user_record_count: closed.user_record_count,
            })
            .collect();
        assert_eq!(puts, expected);
        if self.invariant {
            puts.iter().for_each(check_hash_keys);
        }
    }

    /// A user record whose data differs from that of the ones before, if there is room for the difference.
    fn record(&mut self, record: &Record) -> UserRecord {
        self.count += 1;
        let magic: &[u8] = if record.begins_with_magic { &MAGIC } else { &[] };
        let mut data = [magic, &self.count.to_le_bytes()].concat();
        data.resize(usize::from(record.data_bytes % 2048), 7);
        UserRecord {
            partition_key: record.partition_key.text(),
            explicit_hash_key: match record.explicit_hash_key {
                ExplicitHashKey::None => None,
                ExplicitHashKey::OfPartitionKey => {
                    Some(HashKey::of_partition_key(record.partition_key.text().as_bytes()).to_string())
                }
                ExplicitHashKey::Number(number) => Some(number.to_string()),
            },
            data,
        }
    }
}

/// The reader hands all user records out under the range of the one hash key that the Kinesis record has.
fn check_hash_keys(put: &Put) {
    if !put.data.starts_with(&MAGIC) {
        return;
    }
    let own = match &put.explicit_hash_key {
        Some(decimal) => HashKey::from_decimal(decimal.as_bytes()).expect("a number"),
        None => HashKey::of_partition_key(put.partition_key.as_bytes()),
    };
    let options = deaggregate::Options {
        verify_checksum: true,
        hash_key_range: Some(HashKeyRange { start: own, end: own }),
        inspect_data: false,
    };
    let mut table = Vec::new();
    deaggregate(&[&put.data], &[], &options, &mut table);
    assert!(table.len() >= HEADER_WORDS);
    assert_eq!((table[0], table[1] as usize), (Outcome::Aggregated as u32, put.user_record_count));
}

impl RoutingChoice {
    fn of_model(&self) -> Routing {
        match self {
            Self::Pinned => Routing::Pinned,
            Self::Lanes(count) => Routing::Lanes(1 + count % 1024),
            Self::Shards(bounds) => Routing::Shards(shards(bounds)),
            // Until there is a map.
            Self::ShardsToCome | Self::PartitionKey => Routing::PartitionKey,
            Self::First => Routing::First,
        }
    }
}

impl Key {
    fn text(&self) -> String {
        match self {
            Self::OneOf(number) => char::from(b'a' + number % 8).to_string(),
            Self::Long(len) => "k".repeat(1 + usize::from(*len)),
            Self::Any(text) => text.chars().chain(['.']).take(256).collect(),
        }
    }
}

fn request(limits: &Limits) -> Request {
    Request {
        max_record_bytes: Some(limits.max_record_bytes as u64),
        max_aggregate_bytes: Some(limits.max_aggregate_bytes as u64),
        max_user_records: Some(limits.max_user_records as u64),
        max_open_aggregates: Some(limits.max_open_aggregates as u64),
        wrap_single: Some(limits.wrap_single),
        explicit_hash_keys: if limits.ignores_explicit_hash_keys {
            aggregate::ExplicitHashKeys::Ignore
        } else {
            aggregate::ExplicitHashKeys::Keep
        },
        keeps_nested: false,
        drop_in: limits.drop_in,
        tracks: false,
    }
}

fn routing_of_core(routing: &Routing) -> aggregate::Routing {
    match routing {
        Routing::Pinned => aggregate::Routing::Pinned,
        Routing::Lanes(count) => aggregate::Routing::Lanes(Lanes::new(u64::from(*count)).expect("in range")),
        Routing::Shards(shards) => aggregate::Routing::Shards(map(shards)),
        Routing::PartitionKey => aggregate::Routing::PartitionKey,
        Routing::First => aggregate::Routing::First,
    }
}

/// Shards that start at 0 and at each of the bounds, ascending.
fn shards(bounds: &[u128]) -> Vec<(u128, u128)> {
    let mut starts: Vec<u128> = bounds.iter().copied().chain([0]).collect();
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([u128::MAX]);
    starts.iter().copied().zip(ends).collect()
}

fn map(shards: &[(u128, u128)]) -> ShardMap {
    let range = |(start, end): &(u128, u128)| HashKeyRange { start: HashKey(*start), end: HashKey(*end) };
    ShardMap::new(shards.iter().map(range).collect()).expect("no hole, no overlap")
}

fn borrowed(record: &UserRecord) -> aggregate::UserRecord<'_> {
    aggregate::UserRecord {
        partition_key: record.partition_key.as_bytes(),
        explicit_hash_key: record.explicit_hash_key.as_deref().map(str::as_bytes),
        data: &record.data,
    }
}
