//! Reading many Kinesis records in one call.

use std::cell::RefCell;

use napi::ScopedTask;
use napi::bindgen_prelude::{AsyncTask, Env, Result, Uint8Array, Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;

use super::hash_key::PartitionKey;
use super::thrown::throw;
use crate::deaggregate::table::SPAN_WORDS;
use crate::deaggregate::{Options, deaggregate};
use crate::error::Error;
use crate::format::key_text::key_text;
use crate::format::reader::Span;
use crate::hash_key::{HashKey, HashKeyRange};

/// What JavaScript asks for, checked once per call.
#[napi(object)]
pub struct ReadOptions {
    /// Compute and compare MD5s.
    pub verify_checksum: bool,
    /// Tell which records hold ASCII only.
    pub inspect_data: bool,
    /// First hash key of the range to keep, in decimal; with the last or not at all.
    pub starting_hash_key: Option<String>,
    /// Last hash key of the range to keep, in decimal.
    pub ending_hash_key: Option<String>,
}

impl ReadOptions {
    fn parse(&self) -> std::result::Result<Options, Error> {
        let hash_key_range = match (&self.starting_hash_key, &self.ending_hash_key) {
            (Some(start), Some(end)) => {
                let start = bound("hashKeyRange.StartingHashKey", start)?;
                let end = bound("hashKeyRange.EndingHashKey", end)?;
                if start > end {
                    let must_be = "a range whose start is not after its end: it would keep nothing".into();
                    return Err(Error::Option { name: "hashKeyRange", must_be });
                }
                Some(HashKeyRange { start, end })
            }
            _ => None,
        };
        Ok(Options { verify_checksum: self.verify_checksum, inspect_data: self.inspect_data, hash_key_range })
    }
}

fn bound(name: &'static str, decimal: &str) -> std::result::Result<HashKey, Error> {
    let must_be = || "a decimal from 0 to 2^128 - 1, as DescribeStream returns it".into();
    HashKey::from_decimal(decimal.as_bytes()).ok_or_else(|| Error::Option { name, must_be: must_be() })
}

/// The table of these records. `partition_keys` are their own; where there is none, what is written is shown.
#[napi(catch_unwind)]
pub fn read_records<'env>(
    env: &'env Env,
    records: Vec<Uint8ArraySlice>,
    partition_keys: Vec<Option<PartitionKey>>,
    options: ReadOptions,
) -> Result<Uint32ArraySlice<'env>> {
    let options = options.parse().map_err(|error| throw(env, &error, None))?;
    let records: Vec<&[u8]> = records.iter().map(|record| &**record).collect();
    TABLE.with_borrow_mut(|table| {
        deaggregate(&records, &borrowed(&partition_keys), &options, table);
        // A copy, since memory of ours that JavaScript only borrows would wait for a turn of the event loop to be freed.
        let copy = Uint32ArraySlice::copy_from(env, &table);
        table.shrink_to(RESTING_WORDS);
        copy
    })
}

thread_local! {
    /// Where tables are made: memory that was touched before needs no page faults.
    static TABLE: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// What stays between calls: enough for a full Lambda event of small user records.
const RESTING_WORDS: usize = 1 << 20;

/// The same, off the event loop. JavaScript keeps the records' memory to itself until it is done.
#[napi(catch_unwind)]
pub fn read_records_async(
    env: &Env,
    records: Vec<Uint8Array>,
    partition_keys: Vec<Option<PartitionKey>>,
    options: ReadOptions,
) -> Result<AsyncTask<Read>> {
    let options = options.parse().map_err(|error| throw(env, &error, None))?;
    Ok(AsyncTask::new(Read { records, partition_keys, options }))
}

/// A read on a thread of libuv's pool.
pub struct Read {
    records: Vec<Uint8Array>,
    partition_keys: Vec<Option<PartitionKey>>,
    options: Options,
}

impl<'task> ScopedTask<'task> for Read {
    type Output = Vec<u32>;
    type JsValue = Uint32ArraySlice<'task>;

    fn compute(&mut self) -> Result<Self::Output> {
        let records: Vec<&[u8]> = self.records.iter().map(|record| &**record).collect();
        let mut table = Vec::new();
        deaggregate(&records, &borrowed(&self.partition_keys), &self.options, &mut table);
        Ok(table)
    }

    fn resolve(&mut self, env: &'task Env, table: Self::Output) -> Result<Self::JsValue> {
        Uint32ArraySlice::copy_from(env, table)
    }
}

fn borrowed(partition_keys: &[Option<PartitionKey>]) -> Vec<Option<&[u8]>> {
    partition_keys.iter().map(|key| key.as_ref().map(PartitionKey::as_bytes)).collect()
}

/// Keys of which some are not UTF-8, as text. `spans` is the part of the table that lists them.
#[napi(catch_unwind)]
pub fn keys_as_text(payload: Uint8ArraySlice, spans: Uint32ArraySlice) -> Vec<String> {
    let (spans, _) = spans.as_chunks::<SPAN_WORDS>();
    let key = |[start, len]: &[u32; SPAN_WORDS]| Span { start: *start, len: *len };
    spans.iter().map(|span| key_text(key(span).of(&payload)).into_owned()).collect()
}
