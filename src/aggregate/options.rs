//! The limits of an aggregator, checked once.

use std::ops::RangeInclusive;

use super::routing::{ExplicitHashKeys, Routing};
use crate::error::Error;

/// What a stream takes by default: data plus partition key (1 MiB, `MaxRecordSizeInKiB` of the Kinesis API).
pub const DEFAULT_MAX_RECORD_BYTES: u64 = 1024 * 1024;
/// The most that a stream can be set to take.
pub const LARGEST_MAX_RECORD_BYTES: u64 = 10 * 1024 * 1024;
/// The least size at which an aggregate can be told to close.
pub const SMALLEST_MAX_AGGREGATE_BYTES: u64 = 64;

/// Two PUT payload units of 25 KB: where the KPL closes an aggregate (`AggregationMaxSize` of amazon-kinesis-producer).
/// Much larger ones put half of a producer's records on one of few shards.
pub const DEFAULT_MAX_AGGREGATE_BYTES: u64 = 51_200;

/// What a caller asks for; what is `None` takes its default.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `maxRecordBytes`
    pub max_record_bytes: Option<u64>,
    /// `maxAggregateBytes`
    pub max_aggregate_bytes: Option<u64>,
    /// `maxUserRecords`
    pub max_user_records: Option<u64>,
    /// `maxOpenAggregates`
    pub max_open_aggregates: Option<u64>,
    /// `wrapSingle`
    pub wrap_single: Option<bool>,
    /// `explicitHashKeys`
    pub explicit_hash_keys: ExplicitHashKeys,
    /// `nested: 'keep'`: data that is an aggregate itself is taken.
    pub keeps_nested: bool,
    /// As the drop-in for the old package has it: any keys are taken, and each explicit hash key is written; data may be
    /// an aggregate; a record that fits only unwrapped is refused; an aggregate may be as large as a record; sizes are those
    /// of messages, without the frame.
    pub drop_in: bool,
    /// Says which user records each aggregate holds: see [`Track`](super::Track).
    pub tracks: bool,
}

/// Options that go together.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Options {
    pub(super) routing: Routing,
    pub(super) max_record_bytes: usize,
    pub(super) max_aggregate_bytes: usize,
    pub(super) max_user_records: usize,
    pub(super) wrap_single: bool,
    pub(super) explicit_hash_keys: ExplicitHashKeys,
    pub(super) keeps_nested: bool,
    pub(super) drop_in: bool,
    pub(super) tracks: bool,
    max_open_aggregates: Option<usize>,
}

impl Options {
    /// # Errors
    ///
    /// [`Error::Option`] names the first option that is out of range or does not go with the routing.
    pub fn new(routing: Routing, request: &Request) -> Result<Self, Error> {
        let max_record_bytes = in_range(
            "maxRecordBytes",
            request.max_record_bytes.unwrap_or(DEFAULT_MAX_RECORD_BYTES),
            SMALLEST_MAX_AGGREGATE_BYTES..=LARGEST_MAX_RECORD_BYTES,
        )?;
        let default_max_aggregate_bytes =
            if request.drop_in { DEFAULT_MAX_RECORD_BYTES } else { DEFAULT_MAX_AGGREGATE_BYTES };
        let max_aggregate_bytes = in_range(
            "maxAggregateBytes",
            request.max_aggregate_bytes.unwrap_or(default_max_aggregate_bytes.min(max_record_bytes as u64)),
            SMALLEST_MAX_AGGREGATE_BYTES..=max_record_bytes as u64,
        )?;
        let max_user_records =
            request.max_user_records.map(|count| at_least_one("maxUserRecords", count)).transpose()?;
        let max_open_aggregates =
            request.max_open_aggregates.map(|count| at_least_one("maxOpenAggregates", count)).transpose()?;
        let wrap_single = request.wrap_single.unwrap_or(true);
        if !wrap_single && !routing.may_unwrap() {
            let must_be = "true under lanes, where every record carries its lane's keys".into();
            return Err(Error::Option { name: "wrapSingle", must_be });
        }
        Ok(Self {
            explicit_hash_keys: routing.explicit_hash_keys(if request.drop_in {
                ExplicitHashKeys::AsWritten
            } else {
                request.explicit_hash_keys
            }),
            routing,
            max_record_bytes,
            max_aggregate_bytes,
            max_user_records: max_user_records.unwrap_or(usize::MAX),
            max_open_aggregates,
            wrap_single,
            keeps_nested: request.keeps_nested,
            drop_in: request.drop_in,
            tracks: request.tracks,
        })
    }

    pub(super) fn max_open_aggregates(&self) -> usize {
        self.max_open_aggregates.unwrap_or_else(|| self.routing.default_max_open_aggregates())
    }
}

fn in_range(name: &'static str, value: u64, range: RangeInclusive<u64>) -> Result<usize, Error> {
    usize::try_from(value).ok().filter(|_| range.contains(&value)).ok_or_else(|| Error::Option {
        name,
        must_be: format!("an integer from {} to {}, got {value}", range.start(), range.end()),
    })
}

/// A count without an upper end; one beyond what memory can hold is no limit at all.
fn at_least_one(name: &'static str, count: u64) -> Result<usize, Error> {
    if count == 0 {
        return Err(Error::Option { name, must_be: "an integer of 1 or more, got 0".into() });
    }
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}
