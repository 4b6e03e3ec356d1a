//! Putting user records together: which aggregate one joins, when an aggregate closes, how large it is.
//!
//! ```
//! use kinesis_agg::aggregate::{Aggregator, Options, Request, Routing, UserRecord, seal};
//!
//! let mut aggregator = Aggregator::new(Options::new(Routing::Pinned, &Request::default())?);
//! let record = UserRecord { partition_key: b"sensor-7", explicit_hash_key: None, data: b"21.5" };
//! assert!(aggregator.add(&record)?.is_none());
//!
//! let closed = aggregator.flush();
//! let mut data = vec![0; closed[0].data_len()];
//! seal(&closed, &mut [&mut data]);
//! assert_eq!(data[..4], [0xF3, 0x89, 0x9A, 0xC2]);
//! # Ok::<(), kinesis_agg::error::Error>(())
//! ```
//!
//! Whether a record is taken depends on the record and the options alone, never on what is open; so a batch can be
//! checked as a whole before its first record is taken.

mod open;
mod open_set;
mod options;
mod routing;

pub use open::{ClosedAggregate, seal};
pub use options::{DEFAULT_MAX_RECORD_BYTES, LARGEST_MAX_RECORD_BYTES, Options, Request, SMALLEST_MAX_BYTES};
pub use routing::{Lanes, Routing, ShardMap};

use open::OpenAggregate;
use open_set::OpenSet;
use routing::Group;

use crate::error::Error;
use crate::format::envelope::begins_with_magic;
use crate::format::reader::Outline;
use crate::hash_key::HashKey;

/// One user record, borrowed from the caller.
#[derive(Clone, Copy, Debug)]
pub struct UserRecord<'a> {
    /// The partition key in UTF-8. The aggregator itself takes any bytes.
    pub partition_key: &'a [u8],
    /// The explicit hash key as it is spelled. The aggregator itself takes any bytes: no routing reads the number.
    pub explicit_hash_key: Option<&'a [u8]>,
    /// The user's bytes.
    pub data: &'a [u8],
}

impl UserRecord<'_> {
    const MAX_CODE_POINTS: usize = 256;

    /// Whether Kinesis would take the keys. A step of its own, since the drop-in takes what the old package took.
    ///
    /// # Errors
    ///
    /// [`Error::PartitionKey`] or [`Error::ExplicitHashKey`].
    pub fn check_keys(&self) -> Result<(), Error> {
        let is_code_point_start = |byte: &&u8| **byte & 0xC0 != 0x80;
        let code_points = self.partition_key.iter().filter(is_code_point_start).count();
        if !(1..=Self::MAX_CODE_POINTS).contains(&code_points) {
            return Err(Error::PartitionKey { code_points });
        }
        match self.explicit_hash_key {
            Some(key) if HashKey::from_decimal(key).is_none() => Err(Error::ExplicitHashKey { bytes: key.len() }),
            _ => Ok(()),
        }
    }

    fn hash_key(&self) -> HashKey {
        HashKey::of_partition_key(self.partition_key)
    }
}

/// The open aggregates of one producer.
#[derive(Debug)]
pub struct Aggregator {
    options: Options,
    open: OpenSet,
}

impl Aggregator {
    /// An aggregator with nothing open.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options, open: OpenSet::default() }
    }

    /// Takes a record and gives the aggregate that it closes: the one that it belongs to and cannot join, or the least
    /// recently used one if another must open and no place is free. So at most one.
    ///
    /// # Errors
    ///
    /// [`Error::RecordTooLarge`]; then nothing has changed.
    pub fn add(&mut self, record: &UserRecord) -> Result<Option<ClosedAggregate>, Error> {
        self.check_size(record)?;
        let group = self.options.routing.group(record);
        let belongs_to = self.open.find(&group);
        if let Some(place) = belongs_to
            && self.can_join(place, record)
        {
            self.open.use_mut(place).push(record);
            return Ok(None);
        }

        let is_full = self.open.len() >= self.options.max_open_aggregates();
        let must_close = belongs_to.or_else(|| self.open.least_recently_used().filter(|_| is_full));
        let closed = must_close.map(|place| self.close(place));
        let mut opened = OpenAggregate::new(self.options.routing.outer_keys(record));
        opened.push(record);
        self.open.insert(group.to_owned(), opened);
        Ok(closed)
    }

    /// Whether the record would go in without closing an aggregate.
    #[must_use]
    pub fn fits(&self, record: &UserRecord) -> bool {
        self.check_size(record).is_ok()
            && match self.open.find(&self.options.routing.group(record)) {
                Some(place) => self.can_join(place, record),
                None => self.open.len() < self.options.max_open_aggregates(),
            }
    }

    /// Whether the record fits into a Kinesis record of its own, wrapped or not.
    ///
    /// # Errors
    ///
    /// [`Error::RecordTooLarge`]
    pub fn check_size(&self, record: &UserRecord) -> Result<(), Error> {
        /// More than framing, tables, field headers and the explicit hash key of a lone record come to.
        const OVERHEAD: usize = 128;

        let limit = self.options.max_record_bytes;
        let keys = 2 * record.partition_key.len() + record.explicit_hash_key.map_or(0, <[u8]>::len);
        // Nearly every record is far from the limit; only near it is a hash key worth its MD5.
        if record.data.len() + keys + OVERHEAD <= limit {
            return Ok(());
        }
        let alone = OpenAggregate::new(self.options.routing.outer_keys(record));
        let wrapped = alone.wrapped_len_with(record) + alone.outer().partition_key.len();
        let unwrapped = record.data.len() + record.partition_key.len();
        if wrapped <= limit || (unwrapped <= limit && self.may_unwrap(record.data)) {
            return Ok(());
        }
        let bytes = if self.may_unwrap(record.data) { unwrapped } else { wrapped };
        Err(Error::RecordTooLarge { bytes, limit })
    }

    /// Closes every open aggregate, in the order in which they were opened.
    pub fn flush(&mut self) -> Vec<ClosedAggregate> {
        self.open.in_order().into_iter().map(|place| self.close(place)).collect()
    }

    /// Forgets everything that is open.
    pub fn clear(&mut self) {
        self.open = OpenSet::default();
    }

    /// Routes by another shard map from now on, the user records that are still open included. Gives the aggregates that
    /// this closes. Aggregates of explicit hash keys stay open as they are.
    ///
    /// # Errors
    ///
    /// [`Error::Option`] if the routing is not by shards; then nothing has changed.
    ///
    /// # Panics
    ///
    /// Never: what was written is well-formed, and what was taken is taken again.
    pub fn set_shards(&mut self, shards: ShardMap) -> Result<Vec<ClosedAggregate>, Error> {
        if !matches!(self.options.routing, Routing::Shards(_)) {
            return Err(Error::Option { name: "routing", must_be: "{ shards } for setShards".into() });
        }
        self.options.routing = Routing::Shards(shards);

        let is_routed = |place: &usize| matches!(self.open.group(*place), Group::Part(_));
        let routed: Vec<usize> = self.open.in_order().into_iter().filter(is_routed).collect();
        let taken_out: Vec<OpenAggregate> = routed.into_iter().map(|place| self.open.remove(place)).collect();
        let mut closed = Vec::new();
        let mut outline = Outline::default();
        for aggregate in taken_out {
            let message = aggregate.close(false).message();
            outline.read(&message, 0).expect("the writer's messages are well-formed");
            for record in &outline.user_records {
                let taken = self.add(&UserRecord {
                    partition_key: outline.partition_keys[record.partition_key as usize].of(&message),
                    explicit_hash_key: None,
                    data: record.data.of(&message),
                });
                closed.extend(taken.expect("a record that was taken once is taken under any shard map"));
            }
        }
        Ok(closed)
    }

    /// How many user records are open.
    #[must_use]
    pub fn user_record_count(&self) -> usize {
        self.open.iter().map(OpenAggregate::user_record_count).sum()
    }

    /// How much data [`Aggregator::flush`] would give now.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.open
            .iter()
            .map(
                |aggregate| {
                    if self.goes_unwrapped(aggregate) { aggregate.lone_data().len() } else { aggregate.wrapped_len() }
                },
            )
            .sum()
    }

    fn can_join(&self, place: usize, record: &UserRecord) -> bool {
        let aggregate = self.open.get(place);
        aggregate.user_record_count() < self.options.max_user_records
            && aggregate.wrapped_len_with(record) + aggregate.outer().partition_key.len() <= self.options.max_bytes
    }

    fn close(&mut self, place: usize) -> ClosedAggregate {
        let aggregate = self.open.remove(place);
        let unwrapped = self.goes_unwrapped(&aggregate);
        aggregate.close(unwrapped)
    }

    /// A lone record goes as it is if the caller wants that, or if only that fits.
    fn goes_unwrapped(&self, aggregate: &OpenAggregate) -> bool {
        let too_large_wrapped =
            || aggregate.wrapped_len() + aggregate.outer().partition_key.len() > self.options.max_record_bytes;
        aggregate.user_record_count() == 1
            && self.may_unwrap(aggregate.lone_data())
            && (!self.options.wrap_single || too_large_wrapped())
    }

    /// A consumer would take data that begins with the magic number for an aggregate; under lanes the lane's keys are
    /// what keeps the order.
    fn may_unwrap(&self, data: &[u8]) -> bool {
        !begins_with_magic(data) && !matches!(self.options.routing, Routing::Lanes(_))
    }
}
