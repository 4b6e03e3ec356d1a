//! The Kinesis Producer Library's aggregated record format: many user records in one Kinesis record.

pub mod hash_key;
pub mod md5;
