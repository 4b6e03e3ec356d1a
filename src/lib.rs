//! The Kinesis Producer Library's aggregated record format: many user records in one Kinesis record.
//!
//! ```text
//! offset 0..3        F3 89 9A C2              magic number
//! offset 4..N-17     AggregatedRecord         protobuf, proto/kpl.proto
//! offset N-16..N-1   MD5 of bytes 4..N-17     16 raw bytes
//!
//! 0A len key         a partition key, each distinct one once
//! 12 len key         an explicit hash key, each distinct one once
//! 1A len             a user record:
//!    08 index          its partition key
//!   [10 index]         its explicit hash key, if it has one
//!    1A len data       its bytes
//! ```
//!
//! From the bytes up: [`md5`] and [`hash_key`] stand alone; [`format`] frames, reads and writes; [`aggregate`] puts user
//! records together and [`deaggregate`] takes them apart; `node` (feature `node`) is the only part that knows Node.js.
//! Its JavaScript half is in `lib/`, the public contract in `index.d.ts`.
//!
//! What [`aggregate`] writes can be read back by [`format::reader`]:
//!
//! ```
//! use kinesis_agg::aggregate::{Aggregator, Options, Outbox, Request, Routing, UserRecord};
//! use kinesis_agg::format::envelope::{Envelope, MAGIC};
//! use kinesis_agg::format::reader::Outline;
//!
//! let mut aggregator = Aggregator::new(Options::new(Routing::First, &Request::default())?);
//! let mut outbox = Outbox::default();
//! let allocate = |len| Ok::<_, kinesis_agg::error::Error>(vec![0; len]);
//! let record = UserRecord { partition_key: b"a", explicit_hash_key: None, data: b"x" };
//! aggregator.add(&record, |closed| outbox.push(closed, allocate))?;
//! aggregator.flush(|closed| outbox.push(closed, allocate));
//!
//! outbox.hand_over(allocate, |record| {
//!     let mut outline = Outline::default();
//!     outline.read(Envelope::open(&record.data).expect("it is framed").message, MAGIC.len())?;
//!     assert_eq!(outline.user_records[0].data.of(&record.data), b"x");
//!     Ok(())
//! })?;
//! # Ok::<(), kinesis_agg::error::Error>(())
//! ```

// `unsafe` has its two places, `md5` and `node`; Cargo.toml makes it ask there. Everywhere else it is out of the question.
#[forbid(unsafe_code)]
pub mod aggregate;
#[forbid(unsafe_code)]
pub mod deaggregate;
#[forbid(unsafe_code)]
pub mod error;
#[forbid(unsafe_code)]
pub mod format;
#[forbid(unsafe_code)]
pub mod hash_key;
pub mod md5;
#[cfg(feature = "node")]
#[expect(
    missing_docs,
    clippy::missing_errors_doc,
    clippy::must_use_candidate,
    clippy::needless_pass_by_value,
    clippy::struct_excessive_bools,
    clippy::too_many_arguments,
    clippy::trivially_copy_pass_by_ref,
    reason = "its callers are in lib/, documented by lib/native/addon.d.ts, and #[napi] decides how arguments are passed"
)]
pub mod node;
