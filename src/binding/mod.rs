//! The Node.js binding: each item converts, calls the core and converts back. No rule of the format lives here.

pub mod aggregator;
pub mod base64;
pub mod deaggregate;
pub mod join;
pub mod thrown;

use napi::bindgen_prelude::{Env, Result, Uint8ArraySlice};
use napi_derive::napi;

use crate::aggregate::UserRecord;
use crate::format::envelope;
use crate::hash_key::HashKey;
use crate::md5;
use thrown::throw;

/// The hash key of a well-formed partition key, in decimal.
#[napi(catch_unwind)]
pub fn hash_key(env: &Env, partition_key: String) -> Result<String> {
    let record = UserRecord { partition_key: partition_key.as_bytes(), explicit_hash_key: None, data: &[] };
    record.check_keys().map_err(|error| throw(env, &error, None))?;
    Ok(HashKey::of_partition_key(record.partition_key).to_string())
}

/// What computes digests on this machine: tests of a platform ask.
#[napi(catch_unwind)]
pub fn lanes() -> &'static str {
    md5::lanes()
}

/// Whether the data is framed as an aggregated record and its MD5 holds.
#[napi(catch_unwind)]
pub fn is_aggregated(data: Uint8ArraySlice) -> bool {
    envelope::is_aggregated(&data)
}
