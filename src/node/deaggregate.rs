//! Reading many Kinesis records in one call.

use std::cell::RefCell;

use napi::ScopedTask;
use napi::bindgen_prelude::{AsyncTask, Env, Result, Uint8Array, Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;

use super::thrown::throw;
use crate::deaggregate::{Options, deaggregate};
use crate::error::Error;
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

/// The table of `deaggregate.rs` for these records.
#[napi(catch_unwind)]
pub fn read_records<'env>(
    env: &'env Env,
    records: Vec<Uint8ArraySlice>,
    options: ReadOptions,
) -> Result<Uint32ArraySlice<'env>> {
    let options = options.parse().map_err(|error| throw(env, &error, None))?;
    let records: Vec<&[u8]> = records.iter().map(|record| &**record).collect();
    TABLE.with_borrow_mut(|table| {
        deaggregate(&records, &options, table);
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
pub fn read_records_async(env: &Env, records: Vec<Uint8Array>, options: ReadOptions) -> Result<AsyncTask<Read>> {
    let options = options.parse().map_err(|error| throw(env, &error, None))?;
    Ok(AsyncTask::new(Read { records, options }))
}

/// A read on a thread of libuv's pool.
pub struct Read {
    records: Vec<Uint8Array>,
    options: Options,
}

impl<'task> ScopedTask<'task> for Read {
    type Output = Vec<u32>;
    type JsValue = Uint32ArraySlice<'task>;

    fn compute(&mut self) -> Result<Self::Output> {
        let records: Vec<&[u8]> = self.records.iter().map(|record| &**record).collect();
        let mut table = Vec::new();
        deaggregate(&records, &self.options, &mut table);
        Ok(table)
    }

    fn resolve(&mut self, env: &'task Env, table: Self::Output) -> Result<Self::JsValue> {
        Uint32ArraySlice::copy_from(env, table)
    }
}
