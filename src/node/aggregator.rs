//! The aggregator: user records come as a batch of rows, closed aggregates leave as Buffers.

use napi::bindgen_prelude::{Array, BufferSlice, Env, FromNapiValue, Result, Uint8ArraySlice, Uint32ArraySlice, sys};
use napi::check_status;
use napi_derive::napi;

use super::thrown::{number, throw};
use crate::aggregate::{
    Aggregator, ClosedAggregate, Credit, Lanes, Options, Request, Routing, ShardMap, UserRecord, seal,
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
    /// Refuse keys that Kinesis would refuse.
    pub check_keys: bool,
    /// Leave the MD5s of what closes to [`seal_aggregates`].
    pub seal_later: bool,
}

impl AggregatorRequest {
    fn parse(&self) -> std::result::Result<Options, Error> {
        let routing = match (self.routing.as_str(), self.lanes, &self.shards) {
            ("pinned", ..) => Routing::Pinned,
            ("lanes", Some(lanes), _) => Routing::Lanes(Lanes::new(whole(lanes))?),
            ("shards", _, Some(shards)) => Routing::Shards(shard_map(shards)?),
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

/// The core's aggregator, held by one JavaScript object.
#[napi]
pub struct NativeAggregator {
    pub(super) aggregator: Aggregator,
    check_keys: bool,
    seal_later: bool,
}

#[napi]
impl NativeAggregator {
    #[napi(constructor, catch_unwind)]
    pub fn new(env: &Env, request: AggregatorRequest) -> Result<Self> {
        let options = request.parse().map_err(|error| throw(env, &error, None))?;
        Ok(Self {
            aggregator: Aggregator::new(options),
            check_keys: request.check_keys,
            seal_later: request.seal_later,
        })
    }

    /// Takes all rows or, if one is refused, none. Rows that a credit covers need no check.
    #[napi(catch_unwind)]
    pub fn add<'env>(
        &mut self,
        env: &'env Env,
        rows: Uint32ArraySlice,
        count: u32,
        keys: Uint8ArraySlice,
        data: Uint8ArraySlice,
        is_covered: bool,
    ) -> Result<Option<Array<'env>>> {
        let batch = Batch::new(&rows, count, &keys, &data);
        if !is_covered {
            self.check(env, &batch)?;
        }
        let closed = self.aggregator.take_all(batch);
        self.hand_over(env, closed)
    }

    /// Whether the one row would go in without closing anything.
    #[napi(catch_unwind)]
    pub fn fits(
        &self,
        env: &Env,
        rows: Uint32ArraySlice,
        count: u32,
        keys: Uint8ArraySlice,
        data: Uint8ArraySlice,
    ) -> Result<bool> {
        let mut batch = Batch::new(&rows, count, &keys, &data);
        self.check_keys(env, &batch)?;
        Ok(batch.all(|record| self.aggregator.fits(&record)))
    }

    #[napi(catch_unwind)]
    pub fn flush<'env>(&mut self, env: &'env Env) -> Result<Option<Array<'env>>> {
        let closed = self.aggregator.flush();
        self.hand_over(env, closed)
    }

    #[napi(catch_unwind)]
    pub fn clear(&mut self) {
        self.aggregator.clear();
    }

    #[napi(catch_unwind)]
    pub fn set_shards<'env>(&mut self, env: &'env Env, bounds: Vec<String>) -> Result<Option<Array<'env>>> {
        let closed = shard_map(&bounds)
            .and_then(|shards| self.aggregator.set_shards(shards))
            .map_err(|error| throw(env, &error, None))?;
        self.hand_over(env, closed)
    }

    /// Bytes and user records that can be added unseen, and what a record costs beyond its data and partition key.
    #[napi(catch_unwind)]
    pub fn credit(&self) -> [u32; 3] {
        let saturated = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let Credit { bytes, user_records } = self.aggregator.credit();
        [saturated(bytes), saturated(user_records), saturated(Credit::COST_PER_RECORD)]
    }

    #[napi(catch_unwind)]
    pub fn user_record_count(&self) -> f64 {
        number(self.aggregator.user_record_count())
    }

    #[napi(catch_unwind)]
    pub fn size_bytes(&self) -> f64 {
        number(self.aggregator.size_bytes())
    }
}

impl NativeAggregator {
    fn check(&self, env: &Env, batch: &Batch) -> Result<()> {
        self.check_keys(env, batch)?;
        for (index, record) in batch.clone().enumerate() {
            self.aggregator.check_size(&record).map_err(|error| throw(env, &error, Some(index)))?;
        }
        Ok(())
    }

    fn check_keys(&self, env: &Env, batch: &Batch) -> Result<()> {
        if !self.check_keys {
            return Ok(());
        }
        for (index, record) in batch.clone().enumerate() {
            record.check_keys().map_err(|error| throw(env, &error, Some(index)))?;
        }
        Ok(())
    }

    /// Four values for each aggregate: data, partition key, explicit hash key, number of user records.
    fn hand_over<'env>(&mut self, env: &'env Env, closed: Vec<ClosedAggregate>) -> Result<Option<Array<'env>>> {
        if closed.is_empty() {
            return Ok(None);
        }
        let mut buffers =
            closed.iter().map(|aggregate| new_buffer(env, aggregate.data_len())).collect::<Result<Vec<_>>>()?;
        closed.iter().zip(&mut buffers).for_each(|(aggregate, buffer)| aggregate.write(buffer));
        if !self.seal_later {
            seal(&mut buffers.iter_mut().map(|buffer| &mut **buffer).collect::<Vec<_>>());
        }

        let mut values = env.create_array(0)?;
        for (aggregate, buffer) in closed.into_iter().zip(&buffers) {
            values.insert(buffer)?;
            values.insert(String::from_utf8_lossy(aggregate.partition_key()).into_owned())?;
            values.insert(aggregate.explicit_hash_key().map(|key| String::from_utf8_lossy(key).into_owned()))?;
            values.insert(number(aggregate.user_record_count()))?;
            self.aggregator.reclaim(aggregate);
        }
        Ok(Some(values))
    }
}

/// Fills in the MD5s of what aggregators that seal later have closed, many together.
#[napi(catch_unwind)]
pub fn seal_aggregates(mut buffers: Vec<BufferSlice>) {
    seal(&mut buffers.iter_mut().map(|buffer| &mut **buffer).collect::<Vec<_>>());
}

/// User records as JavaScript lays them out: rows of three numbers, keys end to end, data end to end.
///
/// A row is the partition key's bytes, the explicit hash key's bytes plus one (0: it has none), the data's bytes.
#[derive(Clone)]
pub(super) struct Batch<'a> {
    rows: &'a [u32],
    keys: &'a [u8],
    data: &'a [u8],
}

impl<'a> Batch<'a> {
    pub(super) fn new(rows: &'a [u32], count: u32, keys: &'a [u8], data: &'a [u8]) -> Self {
        Self { rows: &rows[..3 * count as usize], keys, data }
    }
}

impl<'a> Iterator for Batch<'a> {
    type Item = UserRecord<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let [partition_key, explicit_hash_key, data, ..] = *self.rows else { return None };
        self.rows = &self.rows[3..];
        Some(UserRecord {
            partition_key: take(&mut self.keys, partition_key),
            explicit_hash_key: explicit_hash_key.checked_sub(1).map(|len| take(&mut self.keys, len)),
            data: take(&mut self.data, data),
        })
    }
}

fn take<'a>(bytes: &mut &'a [u8], len: u32) -> &'a [u8] {
    bytes.split_off(..len as usize).expect("lib/aggregate/rows.js lays out as many bytes as its rows say")
}

/// A Buffer of Node's own memory: an external one would be freed only on a turn of the event loop.
#[expect(unsafe_code, reason = "napi-rs makes Buffers from data that is already there")]
fn new_buffer(env: &Env, len: usize) -> Result<BufferSlice<'_>> {
    let mut data = std::ptr::null_mut();
    let mut buffer = std::ptr::null_mut();
    // SAFETY: `env` is the environment of the call that we are in, the two places outlive the call.
    check_status!(unsafe { sys::napi_create_buffer(env.raw(), len, &raw mut data, &raw mut buffer) })?;
    // SAFETY: `buffer` is a Buffer of `env`, made above.
    unsafe { BufferSlice::from_napi_value(env.raw(), buffer) }
}
