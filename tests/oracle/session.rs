//! Any sequence of calls to the aggregator: it puts byte for byte what a slow model puts, at the same call, and what it
//! puts keeps the invariant of one hash key and reads back.

use arbitrary::{Arbitrary, Result, Unstructured};
use kinesis_agg::aggregate::{self, ClosedAggregate, Credit, Lanes, Options, Request, ShardMap, seal};
use kinesis_agg::deaggregate::table::{HEADER_WORDS, Outcome};
use kinesis_agg::deaggregate::{self, deaggregate};
use kinesis_agg::format::envelope::MAGIC;
use kinesis_agg::hash_key::{HashKey, HashKeyRange};

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
    #[arbitrary(with = all_that_there_are)]
    calls: Vec<Call>,
}

#[derive(Arbitrary, Debug)]
enum RoutingChoice {
    Pinned,
    Lanes(u16),
    Shards(Vec<u128>),
    PartitionKey,
    First,
}

#[derive(Arbitrary, Debug)]
enum Call {
    Add(Record),
    TakeAll(#[arbitrary(with = some)] Vec<Record>),
    Join(Record),
    SpendCredit(#[arbitrary(with = some)] Vec<Record>),
    SetShards(Vec<u128>),
    Flush,
    Clear,
}

#[derive(Arbitrary, Debug)]
struct Record {
    partition_key: Key,
    explicit_hash_key: Option<u128>,
    data_bytes: u16,
    begins_with_magic: bool,
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
        let options = Options::new(routing_of_core(&routing), &request(&limits)).expect("the limits are in range");
        let mut pair = Pair {
            goes_by_shards: matches!(routing, Routing::Shards(_)),
            invariant: !matches!(routing, Routing::First),
            core: aggregate::Aggregator::new(options),
            model: model::Aggregator::new(routing, limits),
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
                let closed = self.core.take_all(records.iter().map(borrowed));
                let expected: Vec<Put> = records.iter().filter_map(|record| self.model.add(record)).collect();
                self.check(closed, &expected);
            }
            Call::Join(record) => {
                let record = self.record(record);
                let joins = self.model.joins(&record);
                assert_eq!(self.core.joins(&borrowed(&record)), joins);
                assert_eq!(self.core.join(&borrowed(&record)), joins);
                if joins {
                    assert_eq!(self.model.add(&record), None);
                }
            }
            Call::SpendCredit(records) => self.spend_credit(records),
            Call::SetShards(bounds) => {
                let shards = shards(bounds);
                let closed = self.core.set_shards(map(&shards));
                assert_eq!(closed.is_ok(), self.goes_by_shards);
                if let Ok(closed) = closed {
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
        assert_eq!(self.core.fits(&borrowed(record)), self.model.fits(record));
        let takes = self.model.takes(record);
        assert_eq!(self.core.check_size(&borrowed(record)).is_ok(), takes);
        let added = self.core.add(&borrowed(record));
        assert_eq!(added.is_ok(), takes);
        if let Ok(closed) = added {
            let expected = self.model.add(record);
            self.check(closed.into_iter().collect(), expected.as_slice());
        }
    }

    /// What a credit covers closes nothing.
    fn spend_credit(&mut self, records: &[Record]) {
        let mut credit = self.core.credit();
        for record in records {
            let record = UserRecord { explicit_hash_key: None, ..self.record(record) };
            let cost = record.data.len() + record.partition_key.len() + Credit::COST_PER_RECORD;
            if cost > credit.bytes || credit.user_records == 0 {
                return;
            }
            credit.bytes -= cost;
            credit.user_records -= 1;
            assert!(self.core.fits(&borrowed(&record)));
            self.add(&record);
        }
    }

    fn flush(&mut self) {
        let announced = self.core.size_bytes();
        let closed = self.core.flush();
        assert_eq!(closed.iter().map(ClosedAggregate::data_len).sum::<usize>(), announced);
        let expected = self.model.flush();
        self.check(closed, &expected);
        assert_eq!((self.core.user_record_count(), self.core.size_bytes()), (0, 0));
    }

    fn check(&mut self, closed: Vec<ClosedAggregate>, expected: &[Put]) {
        let mut data: Vec<Box<[u8]>> = closed.iter().map(|closed| vec![0; closed.data_len()].into()).collect();
        closed.iter().zip(&mut data).for_each(|(closed, data)| closed.write(data));
        seal(&mut data.iter_mut().map(AsMut::as_mut).collect::<Vec<_>>());
        let text = |key: &[u8]| String::from_utf8(key.to_vec()).expect("keys went in as UTF-8");
        let puts: Vec<Put> = closed
            .iter()
            .zip(data)
            .map(|(closed, data)| Put {
                partition_key: text(closed.partition_key()),
                explicit_hash_key: closed.explicit_hash_key().map(text),
                data: data.into(),
                user_record_count: closed.user_record_count(),
            })
            .collect();
        assert_eq!(puts, expected);
        if self.invariant {
            puts.iter().for_each(check_hash_keys);
        }
        if let Some(closed) = closed.into_iter().last() {
            self.core.reclaim(closed);
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
            explicit_hash_key: record.explicit_hash_key.map(|number| number.to_string()),
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
            Self::PartitionKey => Routing::PartitionKey,
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
