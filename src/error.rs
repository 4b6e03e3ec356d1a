//! Everything that can be wrong with an input, each with the position that helps to find it.

use std::fmt;

/// Why an input was refused, or why a Kinesis record that begins with the magic number is handed out as it came.
///
/// Messages name the field, the limit and the length of what was given, never its content: they end up in logs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The partition key is not 1 to 256 code points long (`PutRecordsRequestEntry` in the Kinesis API reference).
    PartitionKey {
        /// Its length in Unicode code points.
        code_points: usize,
    },
    /// The explicit hash key is not a decimal from 0 to 2^128 - 1 without sign and leading zeros.
    ExplicitHashKey {
        /// Its length in bytes.
        bytes: usize,
    },
    /// The data is an aggregated record with a right checksum.
    Nested {
        /// How long the data is.
        bytes: usize,
    },
    /// Data and partition key fit into no Kinesis record of this stream, wrapped or not.
    RecordTooLarge {
        /// The smallest Kinesis record that would hold it: data plus the UTF-8 bytes of the outer partition key.
        bytes: usize,
        /// The stream's limit, `maxRecordBytes`.
        limit: usize,
    },
    /// An option is out of range, or does not go with another one.
    Option {
        /// The option's public name.
        name: &'static str,
        /// What it has to be, as the end of the sentence "`name` must be ...".
        must_be: String,
    },
    /// The open shards do not cover every hash key exactly once.
    ShardMap {
        /// What is wrong and where.
        problem: String,
    },
    /// The MD5 at the end differs from that of the protobuf message.
    Checksum,
    /// The framing or the protobuf message is broken, or a required field is missing.
    Malformed {
        /// Where in the Kinesis record's data the reader stopped.
        offset: usize,
    },
    /// A user record points past the end of a key table.
    Index {
        /// The first such user record's position in the aggregate.
        user_record: usize,
    },
}

impl Error {
    /// The error's public code. This is the one place that knows the codes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::PartitionKey { .. } => "ERR_KPL_PARTITION_KEY",
            Self::ExplicitHashKey { .. } => "ERR_KPL_EXPLICIT_HASH_KEY",
            Self::Nested { .. } => "ERR_KPL_DATA",
            Self::RecordTooLarge { .. } => "ERR_KPL_RECORD_TOO_LARGE",
            Self::Option { .. } => "ERR_KPL_OPTION",
            Self::ShardMap { .. } => "ERR_KPL_SHARD_MAP",
            Self::Checksum => "ERR_KPL_CHECKSUM",
            Self::Malformed { .. } => "ERR_KPL_MALFORMED",
            Self::Index { .. } => "ERR_KPL_INDEX",
        }
    }

    /// Where in the data the problem is, for the errors that have such a place.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        match self {
            Self::Malformed { offset } => Some(*offset),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PartitionKey { code_points } => {
                write!(formatter, "partitionKey must have 1 to 256 Unicode code points, got {code_points}")
            }
            Self::ExplicitHashKey { bytes } => write!(
                formatter,
                "explicitHashKey must be a decimal from 0 to 2^128 - 1 without sign or leading zeros; what was given, of \
                 {bytes} bytes, is not"
            ),
            Self::Nested { bytes } => write!(
                formatter,
                "data of {bytes} bytes is already aggregated, and no consumer opens an aggregate inside an aggregate: put \
                 it as it is, or deaggregate it first; nested: 'keep' takes it as bytes"
            ),
            Self::RecordTooLarge { bytes, limit } => write!(
                formatter,
                "the user record needs a Kinesis record of {bytes} bytes (data and partition key), maxRecordBytes is \
                 {limit}: raise it if the stream's MaxRecordSizeInKiB allows, or send less data"
            ),
            Self::Option { name, must_be } => write!(formatter, "{name} must be {must_be}"),
            Self::ShardMap { problem } => write!(formatter, "the shard map is not usable: {problem}"),
            Self::Checksum => formatter.write_str("the MD5 does not match"),
            Self::Malformed { offset } => {
                write!(formatter, "not a valid aggregated record from byte {offset} on")
            }
            Self::Index { user_record } => {
                write!(formatter, "user record {user_record} of the aggregate points past the end of a key table")
            }
        }
    }
}

impl std::error::Error for Error {}
