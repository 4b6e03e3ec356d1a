//! The promises of the aggregator over random streams of records, under every routing.

mod oracle;

use kinesis_agg::aggregate::{
    Aggregator, ExplicitHashKeys, Fit, Headroom, Lanes, Options, Outbox, Request, Routing, ShardMap, UserRecord,
};
use kinesis_agg::error::Error;
use kinesis_agg::format::envelope::{MAGIC, begins_with_magic};
use kinesis_agg::hash_key::{HashKey, HashKeyRange};
use oracle::closing::{self, AggregatedRecord, flush};
use oracle::{OwnedUserRecord, user_records};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};

/// A Kinesis record as it would be put, with the user records that it holds.
#[derive(Debug)]
struct Put {
    partition_key: String,
    explicit_hash_key: Option<String>,
    data: Vec<u8>,
    user_records: Vec<OwnedUserRecord>,
}

impl Put {
    fn hash_key(&self) -> HashKey {
        hash_key(&self.partition_key, self.explicit_hash_key.as_deref())
    }
}

fn hash_key(partition_key: &str, explicit_hash_key: Option<&str>) -> HashKey {
    match explicit_hash_key {
        Some(decimal) => HashKey::from_decimal(decimal.as_bytes()).expect("a valid explicit hash key"),
        None => HashKey::of_partition_key(partition_key.as_bytes()),
    }
}

fn put(closed: Vec<AggregatedRecord>) -> Vec<Put> {
    let text = |key: Vec<u8>| String::from_utf8(key).expect("keys went in as UTF-8");
    closed
        .into_iter()
        .map(|AggregatedRecord { partition_key, explicit_hash_key, data, user_record_count, .. }| {
            let (partition_key, explicit_hash_key) = (text(partition_key), explicit_hash_key.map(text));
            let lone = || OwnedUserRecord {
                partition_key: partition_key.clone(),
                explicit_hash_key: explicit_hash_key.clone(),
                data: data.clone(),
            };
            let user_records = if begins_with_magic(&data) { user_records(&data) } else { vec![lone()] };
            assert_eq!(user_records.len(), user_record_count);
            Put { partition_key, explicit_hash_key, data, user_records }
        })
        .collect()
}

fn add(aggregator: &mut Aggregator, record: &OwnedUserRecord) -> Result<Vec<AggregatedRecord>, Error> {
    closing::add(aggregator, &borrowed(record))
}

fn set_shards(aggregator: &mut Aggregator, shards: ShardMap) -> Vec<AggregatedRecord> {
    let mut outcome = Ok(());
    let closed = closing::closed(|sink| outcome = aggregator.set_shards(shards, sink));
    assert_eq!(outcome, Ok(()), "routed by shards");
    closed
}

fn borrowed(record: &OwnedUserRecord) -> UserRecord<'_> {
    UserRecord {
        partition_key: record.partition_key.as_bytes(),
        explicit_hash_key: record.explicit_hash_key.as_deref().map(str::as_bytes),
        data: &record.data,
    }
}

fn shards(inner_bounds: &[u128]) -> ShardMap {
    let mut starts: Vec<u128> = inner_bounds.iter().copied().filter(|start| *start > 0).chain([0]).collect();
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([u128::MAX]);
    let ranges = starts.iter().zip(ends).map(|(start, end)| HashKeyRange { start: HashKey(*start), end: HashKey(end) });
    ShardMap::new(ranges.collect()).expect("no hole, no overlap")
}

fn routing() -> impl Strategy<Value = Routing> {
    prop_oneof![
        Just(Routing::Pinned),
        (1..=9_u64).prop_map(|count| Routing::Lanes(Lanes::new(count).expect("in range"))),
        vec(any::<u128>(), 0..5).prop_map(|bounds| Routing::Shards(shards(&bounds))),
        Just(Routing::PartitionKey),
        Just(Routing::First),
    ]
}

/// Few distinct keys, so that they meet again; some of two- and three-byte characters; lengths around a varint's edge.
fn partition_key() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-e]",
        1 => "[é漢😀]{1,3}",
        1 => (126..130_usize).prop_map(|len| "k".repeat(len)),
        1 => "[ -~]{1,40}",
    ]
}

fn explicit_hash_key() -> impl Strategy<Value = Option<String>> {
    let number = prop_oneof![Just(0), Just(7), Just(u128::MAX), any::<u128>()];
    option::weighted(0.3, number.prop_map(|number| number.to_string()))
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => vec(any::<u8>(), 0..60),
        2 => (120..140_usize).prop_map(|len| vec![7; len]),
        1 => (600..1200_usize).prop_map(|len| vec![9; len]),
        1 => vec(any::<u8>(), 0..40).prop_map(|rest| [&[0xF3, 0x89, 0x9A, 0xC2], rest.as_slice()].concat()),
    ]
}

fn record() -> impl Strategy<Value = OwnedUserRecord> {
    (partition_key(), explicit_hash_key(), data())
        .prop_map(|(partition_key, explicit_hash_key, data)| OwnedUserRecord { partition_key, explicit_hash_key, data })
}

fn request() -> impl Strategy<Value = Request> {
    let max_record_bytes = 700..2000_u64;
    (max_record_bytes, 64..=700_u64, option::of(1..9_u64), option::of(1..6_u64), any::<bool>()).prop_map(
        |(max_record_bytes, max_aggregate_bytes, max_user_records, max_open_aggregates, wrap_single)| Request {
            max_record_bytes: Some(max_record_bytes),
            max_aggregate_bytes: Some(max_aggregate_bytes),
            max_user_records,
            max_open_aggregates,
            wrap_single: Some(wrap_single),
            keeps_nested: true,
            ..Request::default()
        },
    )
}

/// Under lanes a lone record has to be wrapped, so the request says so.
fn request_for(routing: &Routing, request: Request) -> Request {
    match routing {
        Routing::Lanes(_) => Request { wrap_single: None, ..request },
        _ => request,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_is_lost_and_every_limit_holds(routing in routing(), request in request(), records in vec(record(), 0..60)) {
        let request = request_for(&routing, request);
        let limit = usize::try_from(request.max_record_bytes.expect("set")).expect("small");
        let max_aggregate_bytes = usize::try_from(request.max_aggregate_bytes.expect("set")).expect("small");
        let max_user_records = request.max_user_records.map_or(usize::MAX, |count| usize::try_from(count).expect("small"));
        let mut aggregator = Aggregator::new(Options::new(routing.clone(), &request).expect("in range"));

        let (mut puts, mut taken) = (Vec::new(), Vec::new());
        for record in &records {
            let fits = aggregator.fit(&borrowed(record)) == Fit::Joins;
            let before = (aggregator.user_record_count(), aggregator.size_bytes());
            match add(&mut aggregator, record) {
                Ok(closed) => {
                    assert_eq!(closed.is_empty(), fits, "fit foretells whether an aggregate closes");
                    puts.extend(put(closed));
                    taken.push(record.clone());
                }
                Err(error) => {
                    assert_eq!(error.code(), "ERR_KPL_RECORD_TOO_LARGE");
                    let outer = record.partition_key.len().max("lane-0-of-9".len());
                    let unwrapped = record.data.len() + record.partition_key.len();
                    assert!(unwrapped + 80 + outer > limit, "it is near the limit at least");
                    assert_eq!((aggregator.user_record_count(), aggregator.size_bytes()), before);
                }
            }
        }
        let announced = (aggregator.user_record_count(), aggregator.size_bytes());
        let flushed = put(flush(&mut aggregator));
        let handed_out = (
            flushed.iter().map(|put| put.user_records.len()).sum(),
            flushed.iter().map(|put| put.data.len()).sum(),
        );
        assert_eq!(announced, handed_out, "userRecordCount and sizeBytes are what flush gives");
        assert_eq!((aggregator.user_record_count(), aggregator.size_bytes()), (0, 0));
        puts.extend(flushed);

        for put in &puts {
            let size = put.data.len() + put.partition_key.len();
            assert!(size <= limit, "no Kinesis record is larger than the stream takes");
            assert!(size <= max_aggregate_bytes || put.user_records.len() == 1, "only a lone record exceeds maxAggregateBytes");
            assert!(put.user_records.len() <= max_user_records);
        }
        assert_eq!(sorted(taken.iter().map(identity)), sorted(puts.iter().flat_map(|put| &put.user_records).map(identity)));
    }

    #[test]
    fn an_aggregate_has_one_hash_key(routing in routing(), request in request(), records in vec(record(), 1..60)) {
        if routing == Routing::First {
            return Ok(());
        }
        let mut aggregator = Aggregator::new(Options::new(routing.clone(), &request_for(&routing, request)).expect("in range"));
        let mut puts = Vec::new();
        for record in &records {
            puts.extend(put(add(&mut aggregator, record).unwrap_or_default()));
        }
        puts.extend(put(flush(&mut aggregator)));
        for put in &puts {
            for record in &put.user_records {
                let own = hash_key(&record.partition_key, record.explicit_hash_key.as_deref());
                assert_eq!(own, put.hash_key(), "{routing:?}");
            }
        }
    }

    #[test]
    fn a_partition_key_s_records_keep_their_order(
        routing in routing().prop_filter("order across aggregates", |routing| !matches!(routing, Routing::Pinned | Routing::First)),
        request in request(),
        records in vec((partition_key(), 0..200_usize), 1..80),
    ) {
        let mut aggregator = Aggregator::new(Options::new(routing.clone(), &request_for(&routing, request)).expect("in range"));
        let mut puts = Vec::new();
        let mut expected = Vec::new();
        for (index, (partition_key, len)) in records.iter().enumerate() {
            let data = [format!("{index} ").as_bytes(), &vec![b'.'; *len]].concat();
            let record = OwnedUserRecord { partition_key: partition_key.clone(), explicit_hash_key: None, data };
            puts.extend(put(add(&mut aggregator, &record).expect("it fits")));
            expected.push((record.partition_key, record.data));
        }
        puts.extend(put(flush(&mut aggregator)));
        let mut arrived: Vec<_> =
            puts.into_iter().flat_map(|put| put.user_records).map(|record| (record.partition_key, record.data)).collect();
        // Stable: within a partition key the order is left as it came.
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        arrived.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(arrived, expected);
    }

    #[test]
    fn many_at_once_are_taken_as_one_by_one(
        routing in routing(),
        request in request(),
        records in vec(record().prop_filter("small", |record| record.data.len() < 200), 0..600),
    ) {
        let options = Options::new(routing.clone(), &request_for(&routing, request)).expect("in range");
        let (mut one_by_one, mut at_once) = (Aggregator::new(options.clone()), Aggregator::new(options));
        let closed: Vec<_> = records.iter().flat_map(|record| add(&mut one_by_one, record).expect("small")).collect();
        let closed_at_once = closing::closed(|sink| at_once.take_all(records.iter().map(borrowed), sink));
        assert_eq!(closed_at_once, closed);
        assert_eq!(flush(&mut at_once), flush(&mut one_by_one));
    }

    #[test]
    fn what_a_headroom_covers_is_taken_and_closes_nothing(
        routing in routing(),
        request in request(),
        max_aggregate_bytes in 64..40_000_u64,
        before in vec(record(), 0..30),
        covered in vec((partition_key(), data()), 0..200),
    ) {
        let request = Request { max_aggregate_bytes: Some(max_aggregate_bytes), max_record_bytes: Some(40_000), ..request };
        let mut aggregator = Aggregator::new(Options::new(routing.clone(), &request_for(&routing, request)).expect("in range"));
        for record in &before {
            let _ = add(&mut aggregator, record);
        }
        let mut headroom = aggregator.headroom();
        for (partition_key, data) in covered {
            let cost = data.len() + partition_key.len() + Headroom::COST_PER_RECORD;
            if cost > headroom.bytes || headroom.user_records == 0 {
                break;
            }
            headroom.bytes -= cost;
            headroom.user_records -= 1;
            let record = OwnedUserRecord { partition_key, explicit_hash_key: None, data };
            assert_eq!(add(&mut aggregator, &record), Ok(vec![]), "{routing:?}");
        }
    }

    #[test]
    fn a_new_shard_map_re_routes_what_is_open(
        before in vec(any::<u128>(), 0..5),
        after in vec(any::<u128>(), 0..5),
        request in request(),
        records in vec(record(), 1..60),
    ) {
        let options = Options::new(Routing::Shards(shards(&before)), &request).expect("in range");
        let mut aggregator = Aggregator::new(options);
        let (mut puts, mut taken) = (Vec::new(), 0);
        for (index, record) in records.iter().enumerate() {
            if index == records.len() / 2 {
                puts.extend(put(set_shards(&mut aggregator, shards(&after))));
            }
            if let Ok(closed) = add(&mut aggregator, record) {
                puts.extend(put(closed));
                taken += 1;
            }
        }
        // One open aggregate per shard and explicit hash key, each owned by one shard of the new map.
        puts.extend(put(flush(&mut aggregator)));
        assert_eq!(puts.iter().map(|put| put.user_records.len()).sum::<usize>(), taken);
        for put in &puts {
            for record in &put.user_records {
                assert_eq!(hash_key(&record.partition_key, record.explicit_hash_key.as_deref()), put.hash_key());
            }
        }
    }
}

/// A user record without the explicit hash key that a routing may have written.
fn identity(record: &OwnedUserRecord) -> (&str, &[u8]) {
    (&record.partition_key, &record.data)
}

fn sorted<'a>(records: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<(&'a str, &'a [u8])> {
    let mut records: Vec<_> = records.collect();
    records.sort_unstable();
    records
}

fn open(routing: Routing, request: &Request) -> Aggregator {
    Aggregator::new(Options::new(routing, request).expect("in range"))
}

fn record_of(partition_key: &str, data_bytes: usize) -> OwnedUserRecord {
    OwnedUserRecord { partition_key: partition_key.into(), explicit_hash_key: None, data: vec![b'd'; data_bytes] }
}

#[test]
fn an_aggregate_may_be_exactly_as_large_as_max_bytes() {
    // 20 of frame, 3 of key table, a record of 6 + 4 and one of 6 + n, 1 of outer partition key.
    for (second, closes) in [(24, false), (25, true)] {
        let mut aggregator = open(Routing::First, &Request { max_aggregate_bytes: Some(64), ..Request::default() });
        assert_eq!(add(&mut aggregator, &record_of("k", 4)), Ok(vec![]));
        let closed = add(&mut aggregator, &record_of("k", second)).expect("it fits");
        assert_eq!(!closed.is_empty(), closes, "64 bytes and {second}");
    }
}

#[test]
fn the_least_recently_used_aggregate_makes_room() {
    let mut aggregator = open(Routing::PartitionKey, &Request { max_open_aggregates: Some(2), ..Request::default() });
    let keys =
        |closed: Vec<AggregatedRecord>| -> Vec<_> { put(closed).into_iter().map(|put| put.partition_key).collect() };
    for (key, closes) in [("a", vec![]), ("b", vec![]), ("a", vec![]), ("c", vec!["b"]), ("b", vec!["a"])] {
        let closed = add(&mut aggregator, &record_of(key, 1)).expect("it fits");
        assert_eq!(keys(closed), closes, "a was used again before c came");
    }
    assert_eq!(keys(flush(&mut aggregator)), ["c", "b"], "in the order in which they were opened");
}

#[test]
fn lanes_name_the_outer_keys() {
    let lanes = Lanes::new(4).expect("in range");
    let mut aggregator = open(Routing::Lanes(lanes), &Request::default());
    add(&mut aggregator, &record_of("a", 1)).expect("it fits");
    // "a" hashes to 0x0cc1..., in the first quarter.
    let put = put(flush(&mut aggregator)).remove(0);
    assert_eq!(put.partition_key, "lane-0-of-4");
    assert_eq!(put.explicit_hash_key, Some((1_u128 << 125).to_string()));
}

#[test]
fn only_shards_can_be_replaced() {
    let mut aggregator = open(Routing::Pinned, &Request::default());
    let outcome = aggregator.set_shards(shards(&[]), |_| ());
    assert_eq!(outcome.map_err(|error| error.code()), Err("ERR_KPL_OPTION"));
}

#[test]
fn options_out_of_range_are_named() {
    let name = |request: Request| match Options::new(Routing::Pinned, &request) {
        Err(error) => error.to_string(),
        Ok(_) => String::new(),
    };
    let default = Request::default;
    assert_eq!(name(default()), "");
    assert!(
        name(Request { max_record_bytes: Some(10 * 1024 * 1024 + 1), ..default() }).starts_with("maxRecordBytes must")
    );
    assert!(
        name(Request { max_aggregate_bytes: Some(63), ..default() })
            .starts_with("maxAggregateBytes must be an integer from 64 to 1048576")
    );
    assert!(
        name(Request { max_aggregate_bytes: Some(1024 * 1024 + 1), ..default() }).starts_with("maxAggregateBytes must")
    );
    assert_eq!(name(Request { max_record_bytes: Some(500), max_aggregate_bytes: Some(500), ..default() }), "");
    assert!(name(Request { max_user_records: Some(0), ..default() }).starts_with("maxUserRecords must"));
    assert!(name(Request { max_open_aggregates: Some(0), ..default() }).starts_with("maxOpenAggregates must"));
    let lanes = Routing::Lanes(Lanes::new(2).expect("in range"));
    assert!(Options::new(lanes, &Request { wrap_single: Some(false), ..default() }).is_err());
}

/// The most that an aggregate takes beside its first record's data and its key inside: frame, fields, explicit hash key,
/// and the longest partition key outside.
const OPENING: usize = 20 + 25 + 5 + 39 + 1024;

#[test]
fn a_headroom_is_all_that_is_left() {
    let request = Request { max_aggregate_bytes: Some(10_000), max_user_records: Some(7), ..Request::default() };
    let mut aggregator = open(Routing::Pinned, &request);
    assert_eq!(aggregator.headroom(), Headroom { bytes: 10_000 - OPENING, user_records: 7 });
    add(&mut aggregator, &record_of("key", 30)).expect("it fits");
    // The one aggregate that there can be is open: nothing has to be left for another.
    let used = aggregator.size_bytes() + "key".len();
    assert_eq!(aggregator.headroom(), Headroom { bytes: 10_000 - used, user_records: 6 });
}

#[test]
fn a_headroom_leaves_a_place_for_each_aggregate_that_may_open() {
    let of = |count| Routing::Lanes(Lanes::new(count).expect("in range"));
    for (lanes, places, user_records) in [(2, 2, usize::MAX), (3, 2, 2), (2, 3, usize::MAX)] {
        let request = Request { max_open_aggregates: Some(places), ..Request::default() };
        let aggregator = open(of(lanes), &request);
        assert_eq!(aggregator.headroom().user_records, user_records, "{lanes} lanes, {places} places");
    }
    assert_eq!(open(of(1000), &Request::default()).headroom().user_records, usize::MAX, "a place for each lane");
    let mut aggregator = open(of(3), &Request { max_open_aggregates: Some(2), ..Request::default() });
    add(&mut aggregator, &record_of("a", 1)).expect("it fits");
    assert_eq!(aggregator.headroom().user_records, 1, "two lanes may still open, and one place is free");
}

#[test]
fn a_headroom_holds_for_records_with_the_longest_numbers() {
    let limit = 10 << 20;
    let request = Request { max_record_bytes: Some(limit), max_aggregate_bytes: Some(limit), ..Request::default() };
    let mut aggregator = open(Routing::Pinned, &request);
    // An index of three bytes, then lengths of four.
    for index in 0..=1_u32 << 14 {
        add(&mut aggregator, &record_of(&index.to_string(), 0)).expect("it fits");
    }
    let partition_key = "k".repeat(256);
    let spent = |data: usize| data + partition_key.len() + Headroom::COST_PER_RECORD;
    let data = aggregator.headroom().bytes - spent(0);
    assert_eq!(add(&mut aggregator, &record_of(&partition_key, data)), Ok(vec![]));
    let size = aggregator.size_bytes();
    assert!(size + flush(&mut aggregator)[0].partition_key.len() <= 10 << 20, "and it does fit");
}

#[test]
fn a_headroom_leaves_room_for_the_partition_key_outside() {
    let request = Request { max_record_bytes: Some(5000), max_aggregate_bytes: Some(5000), ..Request::default() };
    assert_eq!(open(Routing::Pinned, &request).headroom().bytes, 5000 - OPENING);
}

#[test]
fn a_headroom_covers_no_record_that_is_refused() {
    let request = Request { max_record_bytes: Some(722), max_aggregate_bytes: Some(675), ..Request::default() };
    let mut aggregator = open(Routing::Pinned, &request);
    add(&mut aggregator, &record_of("a", 0)).expect("it fits");
    // There is room for it, but alone, with its partition key outside as well, it would not fit; nor may it go unwrapped.
    let data = [MAGIC.as_slice(), &[7; 389]].concat();
    let record = OwnedUserRecord { data, ..record_of(&"k".repeat(138), 0) };
    assert!(aggregator.check(&borrowed(&record)).is_err());
    assert!(record.data.len() + record.partition_key.len() + Headroom::COST_PER_RECORD > aggregator.headroom().bytes);
}

#[test]
fn fewer_shards_leave_fewer_places() {
    let bounds: Vec<u128> = (1..66).map(|shard| shard << 121).collect();
    let mut aggregator = open(Routing::Shards(shards(&bounds)), &Request::default());
    for number in 0..66 {
        let record = OwnedUserRecord { explicit_hash_key: Some(number.to_string()), ..record_of("k", 1) };
        assert_eq!(add(&mut aggregator, &record), Ok(vec![]), "66 shards, 66 places");
    }
    let closed = |aggregator: &mut Aggregator, bounds: &[u128]| -> Vec<String> {
        let closed = put(set_shards(aggregator, shards(bounds)));
        closed.into_iter().filter_map(|put| put.explicit_hash_key).collect()
    };
    assert_eq!(closed(&mut aggregator, &bounds), [""; 0]);
    assert_eq!(closed(&mut aggregator, &[]), ["0", "1"], "64 places are the least");
    assert_eq!(closed(&mut aggregator, &[]), [""; 0]);
}

#[test]
fn a_record_is_taken_up_to_the_last_byte_of_the_limit() {
    let request = Request { max_record_bytes: Some(1000), ..Request::default() };
    for (routing, begins_with, explicit_hash_key) in [
        (Routing::Pinned, MAGIC.as_slice(), None),
        (Routing::First, &MAGIC, None),
        (Routing::First, &MAGIC, Some("1".repeat(39))),
        (Routing::Lanes(Lanes::new(1000).expect("in range")), b"", None),
    ] {
        let aggregator = open(routing.clone(), &request);
        for (key_bytes, data_bytes) in
            [1, 3, 200, 256].into_iter().flat_map(|key| (0..1000).map(move |data| (key, data)))
        {
            // Such a record goes wrapped or not at all.
            let record = OwnedUserRecord {
                partition_key: "k".repeat(key_bytes),
                explicit_hash_key: explicit_hash_key.clone(),
                data: [begins_with, &vec![7; data_bytes]].concat(),
            };
            let alone = wrapped(&routing, &record);
            let bytes = alone.data.len() + alone.partition_key.len();
            let expected = if bytes <= 1000 { Ok(()) } else { Err(Error::RecordTooLarge { bytes, limit: 1000 }) };
            assert_eq!(aggregator.check(&borrowed(&record)), expected, "{routing:?}, {key_bytes}, {data_bytes}");
        }
    }
}

#[test]
fn a_lone_record_is_wrapped_up_to_the_last_byte_of_the_limit() {
    // 20 of frame, 3 of key table, a record of 8 + n, 1 of outer partition key.
    for (data_bytes, is_wrapped) in [(968, true), (969, false)] {
        let mut aggregator = open(Routing::First, &Request { max_record_bytes: Some(1000), ..Request::default() });
        let record = record_of("k", data_bytes);
        assert_eq!(add(&mut aggregator, &record), Ok(vec![]));
        assert_eq!(aggregator.size_bytes(), if is_wrapped { 999 } else { data_bytes });
        let put = put(flush(&mut aggregator)).remove(0);
        assert_eq!(begins_with_magic(&put.data), is_wrapped, "{data_bytes} bytes of data");
        assert_eq!(put.user_records, [record]);
    }
}

/// The record in an aggregate of its own.
fn wrapped(routing: &Routing, record: &OwnedUserRecord) -> AggregatedRecord {
    let mut aggregator = open(routing.clone(), &Request::default());
    add(&mut aggregator, record).expect("it fits");
    flush(&mut aggregator).remove(0)
}

fn with_explicit_hash_key(partition_key: &str, explicit_hash_key: &str) -> OwnedUserRecord {
    OwnedUserRecord { explicit_hash_key: Some(explicit_hash_key.into()), ..record_of(partition_key, 1) }
}

#[test]
fn an_explicit_hash_key_that_is_the_partition_key_s_own_says_nothing() {
    let own = |key: &str| with_explicit_hash_key(key, &HashKey::of_partition_key(key.as_bytes()).to_string());
    for (routing, aggregates) in [
        (Routing::Pinned, 1),
        (Routing::Lanes(Lanes::new(1).expect("in range")), 1),
        (Routing::Shards(shards(&[])), 1),
        (Routing::PartitionKey, 2),
    ] {
        let mut with = open(routing.clone(), &Request::default());
        let mut without = open(routing.clone(), &Request::default());
        for key in ["a", "b", "a"] {
            assert_eq!(add(&mut with, &own(key)), Ok(vec![]));
            assert_eq!(add(&mut without, &record_of(key, 1)), Ok(vec![]));
        }
        let closed = flush(&mut with);
        assert_eq!(closed.len(), aggregates, "{routing:?}");
        assert_eq!(closed, flush(&mut without), "{routing:?}");
    }
    // With a leading zero Kinesis would not take it, and as the drop-in takes it, it is not the same text.
    let mut first = open(Routing::First, &Request::default());
    add(&mut first, &own("a")).expect("it fits");
    let put = put(flush(&mut first)).remove(0);
    assert_eq!(put.user_records, [own("a")], "'first' writes what it is given");
}

#[test]
fn explicit_hash_keys_can_be_ignored() {
    let ignore = Request { explicit_hash_keys: ExplicitHashKeys::Ignore, ..Request::default() };
    for routing in [Routing::Pinned, Routing::PartitionKey, Routing::First] {
        let mut aggregator = open(routing.clone(), &ignore);
        let mut without = open(routing.clone(), &Request::default());
        for explicit_hash_key in ["7", "-130", "no number"] {
            assert_eq!(add(&mut aggregator, &with_explicit_hash_key("a", explicit_hash_key)), Ok(vec![]));
            assert_eq!(add(&mut without, &record_of("a", 1)), Ok(vec![]));
        }
        assert_eq!(flush(&mut aggregator), flush(&mut without), "{routing:?}");
    }
    let mut keeps = open(Routing::Pinned, &Request::default());
    assert!(matches!(add(&mut keeps, &with_explicit_hash_key("a", "-130")), Err(Error::ExplicitHashKey { bytes: 4 })));
}

#[test]
fn an_aggregate_is_not_aggregated_again() {
    let inner = OwnedUserRecord { data: wrapped(&Routing::Pinned, &record_of("a", 1)).data, ..record_of("a", 0) };
    let damaged = OwnedUserRecord { data: inner.data.iter().map(|byte| byte ^ 1).collect(), ..inner.clone() };
    let cut = OwnedUserRecord { data: inner.data[..inner.data.len() - 1].to_vec(), ..inner.clone() };
    let keep = Request { keeps_nested: true, ..Request::default() };
    for routing in [Routing::Pinned, Routing::First] {
        let mut refuses = open(routing.clone(), &Request::default());
        assert_eq!(add(&mut refuses, &inner), Err(Error::Nested { bytes: inner.data.len() }));
        assert_eq!(refuses.user_record_count(), 0);
        assert_eq!(add(&mut refuses, &damaged), Ok(vec![]));
        assert_eq!(add(&mut refuses, &cut), Ok(vec![]));
        let mut keeps = open(routing, &keep);
        assert_eq!(add(&mut keeps, &inner), Ok(vec![]));
        assert_eq!(put(flush(&mut keeps))[0].user_records[0].data, inner.data);
    }
}

#[test]
fn an_aggregate_stays_until_it_is_taken() {
    let mut aggregator = open(Routing::PartitionKey, &Request::default());
    for key in ["a", "b", "c", "d"] {
        add(&mut aggregator, &record_of(key, 1)).expect("it fits");
    }
    let mut outbox = Outbox::default();
    let mut failing = 2;
    let mut allocate = |len| {
        failing -= 1;
        if failing == 0 { Err("no memory") } else { Ok(vec![0; len]) }
    };
    aggregator.flush(|closed| outbox.push(closed, &mut allocate));
    assert_eq!(outbox.len(), 4);

    let mut seen = Vec::new();
    let mut taken = |record: &mut AggregatedRecord| {
        if seen.len() == 1 {
            return Err("no room");
        }
        seen.push(record.clone());
        Ok(())
    };
    assert_eq!(outbox.hand_over(&mut allocate, &mut taken), Err("no room"));
    assert_eq!(outbox.len(), 3);
    let rest = outbox.hand_over(allocate, |record| {
        seen.push(record.clone());
        Ok(())
    });
    assert_eq!((rest, outbox.is_empty()), (Ok(()), true));
    let keys: Vec<String> = put(seen).into_iter().map(|put| put.user_records[0].partition_key.clone()).collect();
    assert_eq!(keys, ["a", "b", "c", "d"]);
}
