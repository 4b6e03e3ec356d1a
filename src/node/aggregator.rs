//! The aggregator: user records come as rows, closed aggregates leave through a function that collects them.

use std::cell::{RefCell, RefMut};

use napi::bindgen_prelude::{Env, FnArgs, Function, Result, Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;

use super::calls::call;
use super::output::Output;
use super::rows::{Rows, SharedRows, saturated};
use super::thrown::{number, throw};
use crate::aggregate::{
    self, AggregatedRecord, Aggregator, ExplicitHashKeys, Fit, Headroom, Lanes, Options, Outbox, Request, Routing,
    ShardMap, UserRecord,
};
use crate::error::Error;
use crate::hash_key::{HashKey, HashKeyRange};

/// Numbers that JavaScript has found to be whole and not negative.
#[napi(object)]
pub struct AggregatorRequest {
    /// `pinned`, `lanes`, `shards`, `partitionKey` or `first`.
    pub routing: String,
    /// The number of lanes.
    pub lanes: Option<f64>,
    /// The open shards' first and last hash keys in turn, in decimal.
    pub shards: Option<Vec<String>>,
    /// `maxRecordBytes`
    pub max_record_bytes: Option<f64>,
    /// `maxAggregateBytes`
    pub max_aggregate_bytes: Option<f64>,
    /// `maxUserRecords`
    pub max_user_records: Option<f64>,
    /// `maxOpenAggregates`
    pub max_open_aggregates: Option<f64>,
    /// `wrapSingle`
    pub wrap_single: Option<bool>,
    /// `explicitHashKeys: 'ignore'`
    pub ignores_explicit_hash_keys: bool,
    /// `nested: 'keep'`
    pub keeps_nested: bool,
    /// See [`Request::drop_in`].
    pub drop_in: bool,
    /// Hand closed aggregates over when their MD5s cost the least, not as soon as each closes.
    pub hands_over_together: bool,
    /// Say which user records each aggregate holds, and leave its MD5 to [`seal`].
    pub tracks: bool,
}

impl AggregatorRequest {
    fn parse(&self) -> std::result::Result<Options, Error> {
        let routing = match (self.routing.as_str(), self.lanes, &self.shards) {
            ("pinned", ..) => Routing::Pinned,
            ("lanes", Some(lanes), _) => Routing::Lanes(Lanes::new(whole(lanes))?),
            ("shards", _, Some(shards)) => Routing::Shards(shard_map(shards)?),
            ("shards", _, None) if self.tracks => Routing::ShardsToCome,
            ("partitionKey", ..) => Routing::PartitionKey,
            ("first", ..) => Routing::First,
            _ => {
                let must_be = "'pinned', 'partitionKey', 'first', { lanes: number } or { shards: Shard[] }".into();
                return Err(Error::Option { name: "routing", must_be });
            }
        };
        let request = Request {
            max_record_bytes: self.max_record_bytes.map(whole),
            max_aggregate_bytes: self.max_aggregate_bytes.map(whole),
            max_user_records: self.max_user_records.map(whole),
            max_open_aggregates: self.max_open_aggregates.map(whole),
            wrap_single: self.wrap_single,
            explicit_hash_keys: if self.ignores_explicit_hash_keys {
                ExplicitHashKeys::Ignore
            } else {
                ExplicitHashKeys::Keep
            },
            keeps_nested: self.keeps_nested,
            drop_in: self.drop_in,
            tracks: self.tracks,
        };
        Options::new(routing, &request)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and then is out of range")]
fn whole(number: f64) -> u64 {
    number as u64
}

fn shard_map(bounds: &[String]) -> std::result::Result<ShardMap, Error> {
    let parse = |decimal: &String| {
        HashKey::from_decimal(decimal.as_bytes())
            .ok_or_else(|| Error::ShardMap { problem: "a HashKeyRange is not two decimals from 0 to 2^128 - 1".into() })
    };
    bounds
        .chunks_exact(2)
        .map(|bounds| Ok(HashKeyRange { start: parse(&bounds[0])?, end: parse(&bounds[1])? }))
        .collect::<std::result::Result<_, _>>()
        .and_then(ShardMap::new)
}

/// Gets a closed aggregate: data, partition key, explicit hash key, number of user records, whether it is an
/// aggregate and no lone record as it came; of one that is tracked also the number of its group and the ordinals of its
/// user records. It is a function of lib/ and only collects: a caller's would
/// call an aggregator that is borrowed.
type Collect<'a> = Function<'a, FnArgs<Collected<'a>>, ()>;
type Collected<'a> = (&'a Output, String, Option<String>, f64, bool, u32, Option<Uint32ArraySlice<'a>>);

/// The core's aggregator, held by one JavaScript object.
#[napi]
pub struct NativeAggregator {
    state: RefCell<State>,
}

struct State {
    aggregator: Aggregator,
    outbox: Outbox<Output>,
    hands_over_together: bool,
    tracks: bool,
}

#[napi]
impl NativeAggregator {
    #[napi(constructor, catch_unwind)]
    pub fn new(env: &Env, request: AggregatorRequest) -> Result<Self> {
        let options = request.parse().map_err(|error| throw(env, &error, None))?;
        let aggregator = Aggregator::new(options);
        let AggregatorRequest { hands_over_together, tracks, .. } = request;
        Ok(Self { state: RefCell::new(State { aggregator, outbox: Outbox::default(), hands_over_together, tracks }) })
    }

    /// Takes `count` rows: the first ones unseen, as a headroom promised, and those from `checked` on all or none.
    #[napi(catch_unwind)]
    pub fn add(
        &self,
        env: &Env,
        words: Uint32ArraySlice,
        bytes: Uint8ArraySlice,
        count: u32,
        checked: u32,
        last_data: Option<Uint8ArraySlice>,
        collect: Collect,
    ) -> Result<()> {
        let mut state = self.state()?;
        let mut shared = SharedRows::new(words, bytes);
        let mut rows = shared.first(count as usize, last_data.as_deref());
        state.take(env, rows.by_ref().take(checked as usize));
        let outcome = state.add(env, rows);
        shared.none_waits();
        if let Some(headroom) = outcome? {
            shared.set_headroom(headroom);
            state.hand_over(env, &collect, false)?;
        }
        Ok(())
    }

    /// What would happen to the row behind those that wait: 0, nothing closes; 1, something does; 2, it is too large.
    #[napi(catch_unwind)]
    pub fn fit(
        &self,
        env: &Env,
        words: Uint32ArraySlice,
        bytes: Uint8ArraySlice,
        last_data: Option<Uint8ArraySlice>,
    ) -> Result<u32> {
        let mut state = self.state()?;
        let mut shared = SharedRows::new(words, bytes);
        let (waiting, count) = (shared.waiting(), shared.waiting() + 1);
        let mut rows = shared.first(count, last_data.as_deref());
        state.take(env, rows.by_ref().take(waiting));
        let outcome = rows.next().map_or(Ok((Fit::Joins, 0)), |(record, _)| match state.aggregator.check(&record) {
            Ok(()) | Err(Error::RecordTooLarge { .. }) => {
                Ok((state.aggregator.fit(&record), state.aggregator.added_len(&record)))
            }
            Err(error) => Err(throw(env, &error, Some(0))),
        });
        shared.none_waits();
        let (fit, added) = outcome?;
        shared.set_added_bytes(added);
        Ok(match fit {
            Fit::Joins => 0,
            Fit::Closes => 1,
            Fit::TooLarge => 2,
        })
    }

    #[napi(catch_unwind)]
    pub fn flush(&self, env: &Env, collect: Collect) -> Result<()> {
        let mut state = self.state()?;
        let State { aggregator, outbox, .. } = &mut *state;
        aggregator.flush(|closed| outbox.push(closed, |len| Output::new(env, len)));
        state.hand_over(env, &collect, true)
    }

    #[napi(catch_unwind)]
    pub fn clear(&self) -> Result<()> {
        let mut state = self.state()?;
        state.aggregator.clear();
        if state.hands_over_together {
            // Only a call that has failed clears such an aggregator: nobody will come for what has closed.
            state.outbox = Outbox::default();
        }
        Ok(())
    }

    #[napi(catch_unwind)]
    pub fn set_shards(&self, env: &Env, bounds: Vec<String>, collect: Collect) -> Result<()> {
        let mut state = self.state()?;
        let State { aggregator, outbox, .. } = &mut *state;
        shard_map(&bounds)
            .and_then(|shards| aggregator.set_shards(shards, |closed| outbox.push(closed, |len| Output::new(env, len))))
            .map_err(|error| throw(env, &error, None))?;
        state.hand_over(env, &collect, true)
    }

    /// Four numbers for each group of which something is open, in the order of opening: its number, the lowest ordinal, how
    /// many user records, how many bytes.
    #[napi(catch_unwind)]
    pub fn open_groups<'env>(&self, env: &'env Env) -> Result<Uint32ArraySlice<'env>> {
        let rows = self.state()?.aggregator.open_groups().into_iter();
        let words: Vec<u32> =
            rows.flat_map(|row| [row.group, row.lowest, saturated(row.user_records), saturated(row.bytes)]).collect();
        Uint32ArraySlice::copy_from(env, words)
    }

    #[napi(catch_unwind)]
    pub fn close_groups(&self, env: &Env, groups: Uint32ArraySlice, collect: Collect) -> Result<()> {
        let mut state = self.state()?;
        let State { aggregator, outbox, .. } = &mut *state;
        aggregator.close_groups(&groups, |closed| outbox.push(closed, |len| Output::new(env, len)));
        state.hand_over(env, &collect, true)
    }

    #[napi(catch_unwind)]
    pub fn release_groups(&self, groups: Uint32ArraySlice) -> Result<()> {
        self.state()?.aggregator.release_groups(&groups);
        Ok(())
    }

    #[napi(catch_unwind)]
    pub fn user_record_count(&self) -> Result<f64> {
        Ok(number(self.state()?.aggregator.user_record_count()))
    }

    #[napi(catch_unwind)]
    pub fn size_bytes(&self) -> Result<f64> {
        Ok(number(self.state()?.aggregator.size_bytes()))
    }

    /// Nobody calls an aggregator from inside its own call, unless a prototype of the language was changed.
    fn state(&self) -> Result<RefMut<'_, State>> {
        self.state.try_borrow_mut().map_err(|_| napi::Error::from_reason("the aggregator is called from inside itself"))
    }
}

impl State {
    fn take<'a>(&mut self, env: &Env, rows: impl Iterator<Item = (UserRecord<'a>, u32)>) {
        let Self { aggregator, outbox, .. } = self;
        aggregator.take_numbered(rows, |closed| outbox.push(closed, |len| Output::new(env, len)));
    }

    /// The headroom afterwards, if there are any rows.
    fn add(&mut self, env: &Env, rows: Rows) -> Result<Option<Headroom>> {
        let Some((last, _)) = rows.clone().last() else { return Ok(None) };
        for (index, (record, _)) in rows.clone().enumerate() {
            self.aggregator.check(&record).map_err(|error| throw(env, &error, Some(index)))?;
        }
        self.take(env, rows);
        Ok(Some(self.aggregator.headroom_after(&last)))
    }

    fn hand_over(&mut self, env: &Env, collect: &Collect, all: bool) -> Result<()> {
        let waits = self.hands_over_together && !all && self.outbox.len() < Outbox::<Output>::FULL;
        if self.outbox.is_empty() || waits {
            return Ok(());
        }
        let allocate = |len| Output::new(env, len);
        let sink = |record: &mut AggregatedRecord<Output>| {
            let text = |key: &[u8]| String::from_utf8_lossy(key).into_owned();
            let partition_key = text(&record.partition_key);
            let explicit_hash_key = record.explicit_hash_key.as_deref().map(text);
            let user_record_count = number(record.user_record_count);
            let (group, members) = match &record.track {
                Some(track) => (track.group, Some(Uint32ArraySlice::copy_from(env, &track.members)?)),
                None => (0, None),
            };
            let collected = (
                &record.data,
                partition_key,
                explicit_hash_key,
                user_record_count,
                record.is_aggregate,
                group,
                members,
            );
            call(env, collect, collected.into())
        };
        if self.tracks { self.outbox.hand_over_unsealed(allocate, sink) } else { self.outbox.hand_over(allocate, sink) }
    }
}

/// Fills in the MD5s of aggregates that an aggregator which tracks has closed, all computed together.
#[napi(catch_unwind)]
pub fn seal(records: Vec<Uint8ArraySlice>) {
    let mut records = records;
    aggregate::seal(records.iter_mut().map(bytes_of));
}

#[expect(unsafe_code, reason = "napi-rs cannot know that nobody else writes to the memory")]
fn bytes_of<'a>(record: &'a mut Uint8ArraySlice) -> &'a mut [u8] {
    // SAFETY: lib/aggregate/tracked-aggregator.ts seals each Buffer once, before anybody else has it, and no JavaScript runs
    // meanwhile.
    unsafe { record.as_mut() }
}
