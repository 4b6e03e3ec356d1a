//! The Node.js binding: each item converts, calls the core and converts back. No rule of the format lives here.

pub mod aggregator;
pub mod base64;
pub mod calls;
pub mod deaggregate;
pub mod hash_key;
mod output;
mod rows;
pub mod thrown;

use napi::bindgen_prelude::Uint8ArraySlice;
use napi_derive::napi;

use crate::format::envelope;
use crate::md5;

/// What computes digests on this machine: tests of a platform ask.
#[napi(catch_unwind)]
pub fn md5_path() -> &'static str {
    md5::path_in_use()
}

/// Data that begins otherwise is not an aggregate: what begins so is worth a look.
#[napi(catch_unwind)]
pub fn first_byte_of_aggregates() -> u8 {
    envelope::MAGIC[0]
}

/// Whether the data is framed as an aggregated record and its MD5 holds.
#[napi(catch_unwind)]
pub fn is_aggregated(data: Uint8ArraySlice) -> bool {
    envelope::is_aggregated(&data)
}
