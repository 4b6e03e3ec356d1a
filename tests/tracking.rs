//! What an aggregator that tracks says beside what every aggregator does: which user records went where.

mod oracle;

use std::collections::HashMap;

use kinesis_agg::aggregate::{
    Aggregator, Lanes, OpenGroup, Options, Outbox, Request, Routing, ShardMap, Track, UserRecord, seal,
};
use kinesis_agg::error::Error;
use kinesis_agg::format::envelope::is_aggregated;
use kinesis_agg::hash_key::{HashKey, HashKeyRange};
use oracle::closing::{self, AggregatedRecord};
use oracle::{OwnedUserRecord, user_records};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};

fn aggregator(routing: Routing, tracks: bool) -> Aggregator {
    let request = Request {
        max_aggregate_bytes: Some(300),
        max_open_aggregates: Some(3),
        max_user_records: Some(7),
        tracks,
        ..Request::default()
    };
    Aggregator::new(Options::new(routing, &request).expect("in range"))
}

fn halves() -> ShardMap {
    let middle = u128::MAX / 2;
    let range = |start, end| HashKeyRange { start: HashKey(start), end: HashKey(end) };
    ShardMap::new(vec![range(0, middle), range(middle + 1, u128::MAX)]).expect("no hole, no overlap")
}

fn user_record(record: &OwnedUserRecord) -> UserRecord<'_> {
    UserRecord {
        partition_key: record.partition_key.as_bytes(),
        explicit_hash_key: record.explicit_hash_key.as_deref().map(str::as_bytes),
        data: &record.data,
    }
}

fn record(partition_key: &str, data: &str) -> OwnedUserRecord {
    let data = data.as_bytes().to_vec();
    OwnedUserRecord { partition_key: partition_key.into(), explicit_hash_key: None, data }
}

fn take(aggregator: &mut Aggregator, record: &OwnedUserRecord, ordinal: u32) -> Vec<AggregatedRecord> {
    closing::closed(|sink| aggregator.take_numbered([(user_record(record), ordinal)].into_iter(), sink))
}

fn set_shards(aggregator: &mut Aggregator) -> Vec<AggregatedRecord> {
    closing::closed(|sink| aggregator.set_shards(halves(), sink).expect("it goes by shards"))
}

fn close(aggregator: &mut Aggregator, groups: &[u32]) -> Vec<AggregatedRecord> {
    closing::closed(|sink| aggregator.close_groups(groups, sink))
}

fn track(record: &AggregatedRecord) -> &Track {
    record.track.as_ref().expect("it tracks")
}

fn numbers(aggregator: &Aggregator) -> Vec<u32> {
    aggregator.open_groups().iter().map(|open| open.group).collect()
}

#[derive(Clone, Debug)]
enum Call {
    Add(OwnedUserRecord),
    SetShards,
    CloseOne(usize),
    ReleaseAll,
}

fn call() -> impl Strategy<Value = Call> {
    let key = option::weighted(0.2, prop_oneof![Just("7".to_owned()), Just(u128::MAX.to_string())]);
    let added = ("[a-e]", key, vec(any::<u8>(), 0..90)).prop_map(|(partition_key, explicit_hash_key, data)| {
        Call::Add(OwnedUserRecord { partition_key, explicit_hash_key, data })
    });
    prop_oneof![
        20 => added,
        1 => Just(Call::SetShards),
        2 => (0..4_usize).prop_map(Call::CloseOne),
        1 => Just(Call::ReleaseAll),
    ]
}

fn routing() -> impl Strategy<Value = Routing> {
    prop_oneof![
        Just(Routing::Pinned),
        Just(Routing::Lanes(Lanes::new(4).expect("in range"))),
        Just(Routing::Shards(halves())),
        Just(Routing::ShardsToCome),
        Just(Routing::PartitionKey),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn members_are_what_an_aggregate_holds(routing in routing(), calls in vec(call(), 1..80), first in any::<u32>()) {
        let goes_by_shards = matches!(routing, Routing::Shards(_) | Routing::ShardsToCome);
        let mut tracking = aggregator(routing.clone(), true);
        let mut plain = aggregator(routing, false);
        let (mut taken, mut settled) = (HashMap::new(), 0);
        let mut next = first;
        for call in calls {
            let closed = match &call {
                Call::Add(record) => {
                    let closed = take(&mut tracking, record, next);
                    assert_eq!(without_tracks(&closed), closing::add(&mut plain, &user_record(record)).expect("fits"));
                    taken.insert(next, record.clone());
                    next = next.wrapping_add(1);
                    closed
                }
                Call::SetShards if goes_by_shards => {
                    let closed = set_shards(&mut tracking);
                    assert_eq!(without_tracks(&closed), set_shards(&mut plain));
                    closed
                }
                Call::SetShards | Call::CloseOne(_) => vec![],
                Call::ReleaseAll => {
                    let all: Vec<u32> = (0..200).collect();
                    tracking.release_groups(&all);
                    vec![]
                }
            };
            settled += check(&closed, &taken);
            check_open(&tracking, settled, &taken);
            if let Call::CloseOne(position) = call
                && let Some(group) = numbers(&tracking).get(position)
            {
                // The twin cannot follow, so that it ends here.
                let closed = close(&mut tracking, &[*group]);
                assert_eq!(closed.iter().map(|closed| track(closed).group).collect::<Vec<_>>(), [*group]);
                settled += check(&closed, &taken);
                check_open(&tracking, settled, &taken);
                break;
            }
        }
        let rest = closing::flush(&mut tracking);
        settled += check(&rest, &taken);
        assert_eq!(settled, taken.len());
        assert_eq!(tracking.open_groups(), []);
    }
}

fn without_tracks(closed: &[AggregatedRecord]) -> Vec<AggregatedRecord> {
    closed.iter().map(|closed| AggregatedRecord { track: None, ..closed.clone() }).collect()
}

/// Each ordinal is that of the user record in its place; gives how many there are.
fn check(closed: &[AggregatedRecord], taken: &HashMap<u32, OwnedUserRecord>) -> usize {
    let check_one = |closed: &AggregatedRecord| {
        let members = &track(closed).members;
        let datas: Vec<&Vec<u8>> = members.iter().map(|ordinal| &taken[ordinal].data).collect();
        let held = user_records(&closed.data);
        assert_eq!(held.iter().map(|record| &record.data).collect::<Vec<_>>(), datas);
        members.len()
    };
    closed.iter().map(check_one).sum()
}

fn check_open(aggregator: &Aggregator, settled: usize, taken: &HashMap<u32, OwnedUserRecord>) {
    let open = aggregator.open_groups();
    assert_eq!(open.iter().map(|row| row.user_records).sum::<usize>(), taken.len() - settled);
    assert_eq!(open.iter().map(|row| row.bytes).sum::<usize>(), aggregator.size_bytes());
    assert!(open.iter().all(|row| taken.contains_key(&row.lowest)));
}

#[test]
fn ordinals_stay_with_their_records_when_a_map_comes() {
    let mut aggregator = aggregator(Routing::ShardsToCome, true);
    let first = u32::MAX - 2;
    let keys = ["a", "b", "c", "a", "b", "c"];
    let taken: Vec<OwnedUserRecord> = keys.iter().enumerate().map(|(i, key)| record(key, &i.to_string())).collect();
    for (i, record) in (0..).zip(&taken) {
        assert_eq!(take(&mut aggregator, record, first.wrapping_add(i)), []);
    }
    assert_eq!(aggregator.open_groups().len(), 3);
    assert_eq!(set_shards(&mut aggregator), []);
    // The MD5 of "a" begins with 0c, that of "b" with 92, that of "c" with 4a.
    let row = |open: &OpenGroup| (open.lowest.wrapping_sub(first), open.user_records);
    assert_eq!(aggregator.open_groups().iter().map(row).collect::<Vec<_>>(), [(0, 4), (1, 2)]);
    let closed = closing::flush(&mut aggregator);
    let members: Vec<Vec<u32>> =
        closed.iter().map(|closed| track(closed).members.iter().map(|it| it.wrapping_sub(first)).collect()).collect();
    assert_eq!(members, [vec![0, 3, 2, 5], vec![1, 4]]);
}

#[test]
fn a_record_keeps_its_explicit_hash_key_when_a_map_comes() {
    let mut aggregator = aggregator(Routing::ShardsToCome, true);
    let own = OwnedUserRecord { explicit_hash_key: Some("7".into()), ..record("a", "x") };
    take(&mut aggregator, &own, 0);
    take(&mut aggregator, &record("a", "y"), 1);
    set_shards(&mut aggregator);
    let closed = closing::flush(&mut aggregator);
    let keys: Vec<_> = closed.iter().map(|closed| closed.explicit_hash_key.clone()).collect();
    assert_eq!(keys[0], Some(b"7".to_vec()));
    assert_eq!(closed.iter().map(|closed| track(closed).members.clone()).collect::<Vec<_>>(), [[0], [1]]);
}

#[test]
fn only_shards_that_are_to_come_can_be_given() {
    let mut aggregator = aggregator(Routing::PartitionKey, true);
    assert!(matches!(aggregator.set_shards(halves(), drop), Err(Error::Option { name: "routing", .. })));
}

#[test]
fn a_group_keeps_its_number_until_it_is_released() {
    let mut aggregator = aggregator(Routing::PartitionKey, true);
    take(&mut aggregator, &record("a", "1"), 0);
    let [group] = numbers(&aggregator)[..] else { panic!("one is open") };
    close(&mut aggregator, &[group]);
    take(&mut aggregator, &record("a", "2"), 1);
    assert_eq!(numbers(&aggregator), [group]);
    // It is open, so it stays.
    aggregator.release_groups(&[group]);
    assert_eq!(numbers(&aggregator), [group]);
    close(&mut aggregator, &[group]);
    aggregator.release_groups(&[group]);
    take(&mut aggregator, &record("a", "3"), 2);
    assert_ne!(numbers(&aggregator), [group]);
}

#[test]
fn a_group_keeps_its_number_when_its_records_stay_under_another_map() {
    let mut aggregator = aggregator(Routing::Shards(halves()), true);
    take(&mut aggregator, &record("b", "1"), 0);
    let before = numbers(&aggregator);
    set_shards(&mut aggregator);
    assert_eq!(numbers(&aggregator), before);
}

#[test]
fn what_is_cleared_gives_its_number_up_unless_something_has_closed() {
    for (closes, keeps) in [(false, false), (true, true)] {
        let mut aggregator = aggregator(Routing::PartitionKey, true);
        take(&mut aggregator, &record("a", "1"), 0);
        let number = numbers(&aggregator);
        if closes {
            close(&mut aggregator, &number);
            take(&mut aggregator, &record("a", "2"), 1);
        }
        aggregator.clear();
        take(&mut aggregator, &record("a", "3"), 2);
        assert_eq!(numbers(&aggregator) == number, keeps);
    }
}

#[test]
fn what_is_handed_over_unsealed_can_be_sealed() {
    let mut aggregator = aggregator(Routing::PartitionKey, true);
    let mut outbox = Outbox::default();
    let allocate = |len| Ok::<_, Error>(vec![0_u8; len]);
    for (i, key) in (0..).zip(["a", "b", "c"]) {
        aggregator.take_numbered([(user_record(&record(key, "x")), i)].into_iter(), drop);
    }
    aggregator.flush(|closed| outbox.push(closed, allocate));
    let mut datas = vec![];
    let handed_over = outbox.hand_over_unsealed(allocate, |record| {
        assert!(record.is_aggregate);
        datas.push(record.data.clone());
        Ok(())
    });
    assert_eq!((handed_over, outbox.is_empty()), (Ok(()), true));
    assert!(datas.iter().all(|data| !is_aggregated(data)));
    datas.push(b"a lone record".to_vec());
    seal(datas.iter_mut().map(Vec::as_mut_slice));
    assert_eq!(datas.pop(), Some(b"a lone record".to_vec()));
    assert!(datas.iter().all(|data| is_aggregated(data)));
}

#[test]
fn a_shard_that_outlives_a_change_of_the_map_keeps_its_number() {
    let mut aggregator = aggregator(Routing::Shards(halves()), true);
    // Its hash key is in the upper half.
    take(&mut aggregator, &record("b", "1"), 0);
    let [group] = numbers(&aggregator)[..] else { panic!("one is open") };
    close(&mut aggregator, &[group]);

    let (quarter, middle) = (u128::MAX / 4, u128::MAX / 2);
    let range = |start, end| HashKeyRange { start: HashKey(start), end: HashKey(end) };
    let split = vec![range(0, quarter), range(quarter + 1, middle), range(middle + 1, u128::MAX)];
    aggregator.set_shards(ShardMap::new(split).expect("no hole, no overlap"), drop).expect("it goes by shards");
    // The key of this one is in the second quarter, which now has the place that the upper half had.
    take(&mut aggregator, &record("c", "2"), 1);
    take(&mut aggregator, &record("b", "3"), 2);
    let [other, same] = numbers(&aggregator)[..] else { panic!("two are open") };
    assert_eq!(same, group);
    assert_ne!(other, group);
}
