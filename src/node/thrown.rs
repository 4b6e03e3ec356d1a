//! Errors on their way to JavaScript, which makes its own `KplError` of them: one made here would belong to another
//! realm than the caller's `Error` under Jest.

use napi::bindgen_prelude::{Env, Object, Result, Uint8ArraySlice};
use napi::{Error as NapiError, Status};
use napi_derive::napi;

use crate::deaggregate::diagnosis;
use crate::deaggregate::table::broken_record;
use crate::error::Error;

/// Throws `{ code, message, recordIndex?, offset? }`.
pub(super) fn throw(env: &Env, error: &Error, record_index: Option<usize>) -> NapiError {
    match describe(env, error, record_index).and_then(|thrown| env.throw(thrown)) {
        Ok(()) => NapiError::new(Status::PendingException, ""),
        Err(failure) => failure,
    }
}

/// The code of the error that a broken record's header in the table stands for.
#[napi(catch_unwind)]
pub fn code_of_broken_record(outcome: u32) -> Option<&'static str> {
    broken_record(outcome, 0).map(|error| error.code())
}

/// That error, with what can be known of the record.
#[napi(catch_unwind)]
pub fn describe_broken_record<'env>(
    env: &'env Env,
    outcome: u32,
    position: u32,
    payload: Uint8ArraySlice,
) -> Result<Option<Object<'env>>> {
    let Some(error) = broken_record(outcome, position as usize) else { return Ok(None) };
    let mut thrown = describe(env, &error, None)?;
    if error == Error::Checksum {
        thrown.set("message", format!("{error}: {}", diagnosis::of_failed_checksum(&payload)))?;
    }
    Ok(Some(thrown))
}

fn describe<'env>(env: &'env Env, error: &Error, record_index: Option<usize>) -> Result<Object<'env>> {
    let mut thrown = Object::new(env)?;
    thrown.set("code", error.code())?;
    thrown.set("message", error.to_string())?;
    if let Some(index) = record_index {
        thrown.set("recordIndex", number(index))?;
    }
    if let Some(offset) = error.offset() {
        thrown.set("offset", number(offset))?;
    }
    Ok(thrown)
}

/// A count as JavaScript counts.
#[expect(clippy::cast_precision_loss, reason = "counts of records and bytes in memory stay far below 2^53")]
pub(super) fn number(count: usize) -> f64 {
    count as f64
}
