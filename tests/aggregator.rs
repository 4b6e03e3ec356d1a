//! The promises of the aggregator over random streams of records, under every routing.

mod oracle;

use kinesis_agg::aggregate::{
    Aggregator, ClosedAggregate, Credit, Lanes, Options, Request, Routing, ShardMap, UserRecord, seal,
};
use kinesis_agg::error::Error;
use kinesis_agg::format::envelope::{MAGIC, begins_with_magic};
use kinesis_agg::hash_key::{HashKey, HashKeyRange};
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

fn put(closed: &[ClosedAggregate]) -> Vec<Put> {
    let mut data: Vec<Vec<u8>> = closed.iter().map(|aggregate| vec![0; aggregate.data_len()]).collect();
    closed.iter().zip(&mut data).for_each(|(aggregate, data)| aggregate.write(data));
    seal(&mut data.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>());
    let text = |key: &[u8]| String::from_utf8(key.to_vec()).expect("keys went in as UTF-8");
    closed
        .iter()
        .zip(data)
        .map(|(aggregate, data)| {
            let partition_key = text(aggregate.partition_key());
            let explicit_hash_key = aggregate.explicit_hash_key().map(text);
            let lone = || OwnedUserRecord {
                partition_key: partition_key.clone(),
                explicit_hash_key: explicit_hash_key.clone(),
                data: data.clone(),
            };
            let user_records = if begins_with_magic(&data) { user_records(&data) } else { vec![lone()] };
            assert_eq!(user_records.len(), aggregate.user_record_count());
            Put { partition_key, explicit_hash_key, data, user_records }
        })
        .collect()
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
            let fits = aggregator.fits(&borrowed(record));
            let before = (aggregator.user_record_count(), aggregator.size_bytes());
            match aggregator.add(&borrowed(record)) {
                Ok(closed) => {
                    assert_eq!(closed.is_none(), fits, "fits foretells whether an aggregate closes");
                    puts.extend(put(closed.as_slice()));
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
        let flushed = put(&aggregator.flush());
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
            puts.extend(put(aggregator.add(&borrowed(record)).ok().flatten().as_slice()));
        }
        puts.extend(put(&aggregator.flush()));
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
            puts.extend(put(aggregator.add(&borrowed(&record)).expect("it fits").as_slice()));
            expected.push((record.partition_key, record.data));
        }
        puts.extend(put(&aggregator.flush()));
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
        let closed: Vec<_> = records.iter().filter_map(|record| one_by_one.add(&borrowed(record)).expect("small")).collect();
        let closed_at_once = at_once.take_all(records.iter().map(borrowed));
        let bytes = |closed: &[ClosedAggregate]| put(closed).into_iter().map(|put| put.data).collect::<Vec<_>>();
        assert_eq!(bytes(&closed_at_once), bytes(&closed));
        assert_eq!(bytes(&at_once.flush()), bytes(&one_by_one.flush()));
    }

    #[test]
    fn what_a_credit_covers_is_taken_and_closes_nothing(
        routing in routing(),
        request in request(),
        max_aggregate_bytes in 64..40_000_u64,
        before in vec(record(), 0..30),
        covered in vec((partition_key(), data()), 0..200),
    ) {
        let request = Request { max_aggregate_bytes: Some(max_aggregate_bytes), max_record_bytes: Some(40_000), ..request };
        let mut aggregator = Aggregator::new(Options::new(routing.clone(), &request_for(&routing, request)).expect("in range"));
        for record in &before {
            let _ = aggregator.add(&borrowed(record));
        }
        let mut credit = aggregator.credit();
        for (partition_key, data) in covered {
            let cost = data.len() + partition_key.len() + Credit::COST_PER_RECORD;
            if cost > credit.bytes || credit.user_records == 0 {
                break;
            }
            credit.bytes -= cost;
            credit.user_records -= 1;
            let record = OwnedUserRecord { partition_key, explicit_hash_key: None, data };
            assert!(matches!(aggregator.add(&borrowed(&record)), Ok(None)), "{routing:?}");
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
                puts.extend(put(&aggregator.set_shards(shards(&after)).expect("routed by shards")));
            }
            if let Ok(closed) = aggregator.add(&borrowed(record)) {
                puts.extend(put(closed.as_slice()));
                taken += 1;
            }
        }
        // One open aggregate per shard and explicit hash key, each owned by one shard of the new map.
        puts.extend(put(&aggregator.flush()));
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
        assert!(aggregator.add(&borrowed(&record_of("k", 4))).expect("it fits").is_none());
        let closed = aggregator.add(&borrowed(&record_of("k", second))).expect("it fits");
        assert_eq!(closed.is_some(), closes, "64 bytes and {second}");
    }
}

#[test]
fn the_least_recently_used_aggregate_makes_room() {
    let mut aggregator = open(Routing::PartitionKey, &Request { max_open_aggregates: Some(2), ..Request::default() });
    let mut add = |key: &str| aggregator.add(&borrowed(&record_of(key, 1))).expect("it fits");
    let closed_key = |closed: Option<ClosedAggregate>| closed.map(|closed| closed.partition_key().to_vec());
    assert_eq!(closed_key(add("a")), None);
    assert_eq!(closed_key(add("b")), None);
    assert_eq!(closed_key(add("a")), None);
    assert_eq!(closed_key(add("c")), Some(b"b".to_vec()), "a was used since");
    assert_eq!(closed_key(add("b")), Some(b"a".to_vec()));
    let order: Vec<_> = aggregator.flush().iter().map(|closed| closed.partition_key().to_vec()).collect();
    assert_eq!(order, [b"c", b"b"], "in the order in which they were opened");
}

#[test]
fn lanes_name_the_outer_keys() {
    let lanes = Lanes::new(4).expect("in range");
    let mut aggregator = open(Routing::Lanes(lanes), &Request::default());
    aggregator.add(&borrowed(&record_of("a", 1))).expect("it fits");
    // "a" hashes to 0x0cc1..., in the first quarter.
    let closed = aggregator.flush();
    assert_eq!(closed[0].partition_key(), b"lane-0-of-4");
    assert_eq!(closed[0].explicit_hash_key(), Some((1_u128 << 125).to_string().as_bytes()));
}

#[test]
fn only_shards_can_be_replaced() {
    let mut aggregator = open(Routing::Pinned, &Request::default());
    assert_eq!(
        aggregator.set_shards(shards(&[])).map(|closed| closed.len()).map_err(|error| error.code()),
        Err("ERR_KPL_OPTION")
    );
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

/// Frame, explicit hash key, and the longest partition key: what an aggregate takes before its first record.
const OPENING: usize = 20 + 41 + 1024;

#[test]
fn a_credit_is_all_that_is_left() {
    let request = Request { max_aggregate_bytes: Some(10_000), max_user_records: Some(7), ..Request::default() };
    let mut aggregator = open(Routing::Pinned, &request);
    assert_eq!(aggregator.credit(), Credit { bytes: 10_000 - OPENING, user_records: 7 });
    aggregator.add(&borrowed(&record_of("key", 30))).expect("it fits");
    // The one aggregate that there can be is open: nothing has to be left for another.
    let used = aggregator.size_bytes() + "key".len();
    assert_eq!(aggregator.credit(), Credit { bytes: 10_000 - used, user_records: 6 });
}

#[test]
fn a_credit_leaves_a_place_for_each_aggregate_that_may_open() {
    let of = |count| Routing::Lanes(Lanes::new(count).expect("in range"));
    for (lanes, places, user_records) in [(2, 2, usize::MAX), (3, 2, 2), (2, 3, usize::MAX)] {
        let request = Request { max_open_aggregates: Some(places), ..Request::default() };
        let aggregator = open(of(lanes), &request);
        assert_eq!(aggregator.credit().user_records, user_records, "{lanes} lanes, {places} places");
    }
    assert_eq!(open(of(1000), &Request::default()).credit().user_records, usize::MAX, "a place for each lane");
    let mut aggregator = open(of(3), &Request { max_open_aggregates: Some(2), ..Request::default() });
    aggregator.add(&borrowed(&record_of("a", 1))).expect("it fits");
    assert_eq!(aggregator.credit().user_records, 1, "two lanes may still open, and one place is free");
}

#[test]
fn a_credit_holds_for_records_with_the_longest_numbers() {
    let limit = 10 << 20;
    let request = Request { max_record_bytes: Some(limit), max_aggregate_bytes: Some(limit), ..Request::default() };
    let mut aggregator = open(Routing::Pinned, &request);
    // An index of three bytes, then lengths of four.
    for index in 0..=1_u32 << 14 {
        aggregator.add(&borrowed(&record_of(&index.to_string(), 0))).expect("it fits");
    }
    let partition_key = "k".repeat(256);
    let spent = |data: usize| data + partition_key.len() + Credit::COST_PER_RECORD;
    let data = aggregator.credit().bytes - spent(0);
    let closed = aggregator.add(&borrowed(&record_of(&partition_key, data))).expect("it fits");
    assert!(closed.is_none());
    assert!(aggregator.size_bytes() + aggregator.flush()[0].partition_key().len() <= 10 << 20, "and it does fit");
}

#[test]
fn a_credit_leaves_room_for_the_partition_key_outside() {
    let request = Request { max_record_bytes: Some(5000), max_aggregate_bytes: Some(5000), ..Request::default() };
    assert_eq!(open(Routing::Pinned, &request).credit().bytes, 5000 - 1024 - 128);
}

#[test]
fn a_credit_covers_no_record_that_is_refused() {
    let request = Request { max_record_bytes: Some(722), max_aggregate_bytes: Some(675), ..Request::default() };
    let mut aggregator = open(Routing::Pinned, &request);
    aggregator.add(&borrowed(&record_of("a", 0))).expect("it fits");
    // There is room for it, but alone, with its partition key outside as well, it would not fit; nor may it go unwrapped.
    let data = [MAGIC.as_slice(), &[7; 389]].concat();
    let record = OwnedUserRecord { data, ..record_of(&"k".repeat(138), 0) };
    assert!(aggregator.check_size(&borrowed(&record)).is_err());
    assert!(record.data.len() + record.partition_key.len() + Credit::COST_PER_RECORD > aggregator.credit().bytes);
}

#[test]
fn fewer_shards_leave_fewer_places() {
    let bounds: Vec<u128> = (1..66).map(|shard| shard << 121).collect();
    let mut aggregator = open(Routing::Shards(shards(&bounds)), &Request::default());
    for number in 0..66 {
        let record = OwnedUserRecord { explicit_hash_key: Some(number.to_string()), ..record_of("k", 1) };
        assert!(aggregator.add(&borrowed(&record)).expect("it fits").is_none(), "66 shards, 66 places");
    }
    let closed = |aggregator: &mut Aggregator, bounds: &[u128]| -> Vec<String> {
        let closed = put(&aggregator.set_shards(shards(bounds)).expect("routed by shards"));
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
            [0, 3, 300, 1024].into_iter().flat_map(|key| (0..1000).map(move |data| (key, data)))
        {
            // Such a record goes wrapped or not at all.
            let record = OwnedUserRecord {
                partition_key: "k".repeat(key_bytes),
                explicit_hash_key: explicit_hash_key.clone(),
                data: [begins_with, &vec![7; data_bytes]].concat(),
            };
            let alone = wrapped(&routing, &record);
            let bytes = alone.data_len() + alone.partition_key().len();
            let expected = if bytes <= 1000 { Ok(()) } else { Err(Error::RecordTooLarge { bytes, limit: 1000 }) };
            assert_eq!(aggregator.check_size(&borrowed(&record)), expected, "{routing:?}, {key_bytes}, {data_bytes}");
        }
    }
}

#[test]
fn a_lone_record_is_wrapped_up_to_the_last_byte_of_the_limit() {
    // 20 of frame, 3 of key table, a record of 8 + n, 1 of outer partition key.
    for (data_bytes, is_wrapped) in [(968, true), (969, false)] {
        let mut aggregator = open(Routing::First, &Request { max_record_bytes: Some(1000), ..Request::default() });
        let record = record_of("k", data_bytes);
        assert!(aggregator.add(&borrowed(&record)).expect("it fits").is_none());
        assert_eq!(aggregator.size_bytes(), if is_wrapped { 999 } else { data_bytes });
        let put = put(&aggregator.flush()).remove(0);
        assert_eq!(begins_with_magic(&put.data), is_wrapped, "{data_bytes} bytes of data");
        assert_eq!(put.user_records, [record]);
    }
}

/// The record in an aggregate of its own.
fn wrapped(routing: &Routing, record: &OwnedUserRecord) -> ClosedAggregate {
    let mut aggregator = open(routing.clone(), &Request::default());
    aggregator.add(&borrowed(record)).expect("it fits");
    aggregator.flush().remove(0)
}
