//! Partition keys in, hash keys out: called once a record, so nothing is allocated on the way.

use std::io::Write;

use napi::bindgen_prelude::{Env, FromNapiValue, Result, TypeName, ValidateNapiValue, sys};
use napi::{JsString, ValueType, check_status};
use napi_derive::napi;

use super::thrown::throw;
use crate::aggregate::UserRecord;
use crate::hash_key::HashKey;

/// The hash key of a well-formed partition key, in decimal.
#[napi(catch_unwind)]
pub fn hash_key(env: &Env, partition_key: PartitionKey) -> Result<JsString<'_>> {
    let record = UserRecord { partition_key: partition_key.as_bytes(), explicit_hash_key: None, data: &[] };
    record.check_keys().map_err(|error| throw(env, &error, None))?;

    let mut decimal = [0; HashKey::MAX_DIGITS];
    let mut rest = &mut decimal[..];
    write!(rest, "{}", HashKey::of_partition_key(record.partition_key)).expect("no hash key has more digits");
    let unused = rest.len();
    env.create_string_latin1(&decimal[..HashKey::MAX_DIGITS - unused])
}

/// A string in UTF-8, on the stack if it is as short as keys mostly are.
pub enum PartitionKey {
    Short { bytes: [u8; SHORT], len: usize },
    Long(String),
}

/// Node-API writes as much as there is room for and a zero: with less than that, nothing was cut off.
const SHORT: usize = 128;
const LONGEST_CHARACTER: usize = 4;

impl PartitionKey {
    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short { bytes, len } => &bytes[..*len],
            Self::Long(text) => text.as_bytes(),
        }
    }
}

impl TypeName for PartitionKey {
    fn type_name() -> &'static str {
        "string"
    }

    fn value_type() -> ValueType {
        ValueType::String
    }
}

impl ValidateNapiValue for PartitionKey {}

impl FromNapiValue for PartitionKey {
    #[expect(unsafe_code, reason = "napi-rs reads strings into the heap only")]
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        let mut bytes = [0; SHORT];
        let mut len = 0;
        // SAFETY: our caller passes on what Node-API gave it; both places outlive the call, and SHORT is the first's size.
        check_status!(unsafe {
            sys::napi_get_value_string_utf8(env, value, bytes.as_mut_ptr().cast(), SHORT, &raw mut len)
        })?;
        if len + LONGEST_CHARACTER < SHORT {
            return Ok(Self::Short { bytes, len });
        }
        // SAFETY: as above.
        unsafe { String::from_napi_value(env, value) }.map(Self::Long)
    }
}
