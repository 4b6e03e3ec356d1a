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
//! closed[0].write(&mut data);
//! seal(&mut [&mut data]);
//! assert_eq!(data[..4], [0xF3, 0x89, 0x9A, 0xC2]);
//! # Ok::<(), kinesis_agg::error::Error>(())
//! ```
//!
//! Whether a record is taken depends on the record and the options alone, never on what is open; so a batch can be
//! checked as a whole before its first record is taken.

mod join;
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
use crate::md5::{self, Digest};

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

    /// The most that the record adds to an aggregate that is open.
    fn cost(&self) -> usize {
        let explicit_hash_key = self.explicit_hash_key.map_or(0, |key| key.len() + 5);
        self.data.len() + self.partition_key.len() + Credit::COST_PER_RECORD + explicit_hash_key
    }

    fn hash_key(&self) -> HashKey {
        HashKey::of_partition_key(self.partition_key)
    }
}

/// What can be added unseen: see [`Aggregator::credit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// What the costs of all records may add up to.
    pub bytes: usize,
    /// How many records there may be.
    pub user_records: usize,
}

impl Credit {
    /// The most that a record without an explicit hash key adds to an aggregate, beyond its data and its partition key:
    /// tag, length, two indices with their tags and data's tag and length, then the key's tag and length. No number in
    /// an aggregate of 10 MiB takes more than four bytes.
    pub const COST_PER_RECORD: usize = 5 + 5 + 5 + 5 + 5;

    fn limit(&mut self, bytes: usize, user_records: usize) {
        self.bytes = self.bytes.min(bytes);
        self.user_records = self.user_records.min(user_records);
    }
}

/// The open aggregates of one producer.
#[derive(Debug)]
pub struct Aggregator {
    options: Options,
    open: OpenSet,
    /// A closed aggregate's memory, for the next one that opens.
    spare: Option<OpenAggregate>,
}

impl Aggregator {
    /// More than framing, tables, field headers and the explicit hash key of a lone record come to.
    const OVERHEAD_ALONE: usize = 128;

    /// An aggregator with nothing open.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options, open: OpenSet::default(), spare: None }
    }

    /// Takes a record and gives the aggregate that it closes: the one that it belongs to and cannot join, or the least
    /// recently used one if another must open and no place is free. So at most one.
    ///
    /// # Errors
    ///
    /// [`Error::RecordTooLarge`]; then nothing has changed.
    pub fn add(&mut self, record: &UserRecord) -> Result<Option<ClosedAggregate>, Error> {
        self.check_size(record)?;
        Ok(self.take(record, || record.hash_key()))
    }

    /// Takes records that [`Aggregator::check_size`] or a credit has found good, and gives the aggregates that they
    /// close. Where the routing goes by hash keys, many are computed together.
    pub fn take_all<'a>(&mut self, mut records: impl Iterator<Item = UserRecord<'a>>) -> Vec<ClosedAggregate> {
        /// As many digests as keep all lanes busy, and no more memory than that takes.
        const CHUNK: usize = 256;

        let mut closed = Vec::new();
        if !self.options.routing.goes_by_hash_key() {
            closed.extend(records.filter_map(|record| self.take(&record, || record.hash_key())));
            return closed;
        }
        let mut digests = [Digest::default(); CHUNK];
        loop {
            let chunk: Vec<UserRecord> = records.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return closed;
            }
            let partition_keys: Vec<&[u8]> = chunk.iter().map(|record| record.partition_key).collect();
            let digests = &mut digests[..chunk.len()];
            md5::digest_many(&partition_keys, digests);
            for (record, digest) in chunk.iter().zip(digests) {
                closed.extend(self.take(record, || HashKey::from_digest(*digest)));
            }
        }
    }

    fn take(&mut self, record: &UserRecord, hash_key: impl Fn() -> HashKey) -> Option<ClosedAggregate> {
        let group = self.options.routing.group(record, &hash_key);
        let belongs_to = self.open.find(&group);
        if let Some(place) = belongs_to
            && self.can_join(place, record)
        {
            self.open.use_mut(place).push(record);
            return None;
        }

        let is_full = self.open.len() >= self.options.max_open_aggregates();
        let must_close = belongs_to.or_else(|| self.open.least_recently_used().filter(|_| is_full));
        let closed = must_close.map(|place| self.close(place));
        let outer = self.options.routing.outer_keys(record, hash_key);
        let mut opened = match self.spare.take() {
            Some(spare) => spare.reopen(outer),
            None => OpenAggregate::new(outer),
        };
        opened.push(record);
        self.open.insert(group.to_owned(), opened);
        closed
    }

    /// How much can be added before the next record has to be looked at. Records without explicit hash keys, with
    /// partition keys of at most 256 code points, are all taken and close nothing, if there are no more than
    /// `user_records` of them and their costs add up to no more than `bytes`. A record's cost is the length of its data
    /// and its partition key, plus [`Credit::COST_PER_RECORD`].
    #[must_use]
    pub fn credit(&self) -> Credit {
        /// 256 code points of four bytes.
        const LONGEST_PARTITION_KEY: usize = 1024;
        /// Frame, explicit hash key and outer partition key.
        const OPENING: usize = 20 + 41 + LONGEST_PARTITION_KEY;

        let Options { max_record_bytes, max_aggregate_bytes, max_user_records, .. } = self.options;
        // A record that would not fit alone, with its partition key outside as well, is refused even where it could join.
        let alone = max_record_bytes.saturating_sub(LONGEST_PARTITION_KEY + Self::OVERHEAD_ALONE);
        let mut credit = Credit { bytes: alone, user_records: usize::MAX };
        let mut open_count = 0;
        for (_, aggregate) in self.open.iter().filter(|(group, _)| group.takes_records_without_explicit_hash_key()) {
            let used = aggregate.wrapped_len() + aggregate.outer().partition_key.len();
            credit.limit(max_aggregate_bytes.saturating_sub(used), max_user_records - aggregate.user_record_count());
            open_count += 1;
        }

        let may_open = self.options.routing.group_count().map_or(usize::MAX, |groups| groups - open_count);
        if may_open > 0 {
            credit.limit(max_aggregate_bytes.saturating_sub(OPENING), max_user_records);
            let free_places = self.options.max_open_aggregates() - self.open.len();
            if may_open > free_places {
                credit.user_records = credit.user_records.min(free_places);
            }
        }
        credit
    }

    /// Takes back the memory of an aggregate that was sealed.
    pub fn reclaim(&mut self, sealed: ClosedAggregate) {
        self.spare = Some(sealed.into_memory());
    }

    /// Whether the record would go in without closing an aggregate.
    #[must_use]
    pub fn fits(&self, record: &UserRecord) -> bool {
        self.check_size(record).is_ok()
            && match self.open.find(&self.options.routing.group(record, || record.hash_key())) {
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
        let limit = self.options.max_record_bytes;
        let keys = 2 * record.partition_key.len() + record.explicit_hash_key.map_or(0, <[u8]>::len);
        // Nearly every record is far from the limit; only near it is a hash key worth its MD5.
        if record.data.len() + keys + Self::OVERHEAD_ALONE <= limit {
            return Ok(());
        }
        let alone = OpenAggregate::new(self.options.routing.outer_keys(record, || record.hash_key()));
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
    /// Never: what was written is well-formed.
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
            closed.extend(self.take_all(outline.user_records.iter().map(|record| UserRecord {
                partition_key: outline.partition_keys[record.partition_key as usize].of(&message),
                explicit_hash_key: None,
                data: record.data.of(&message),
            })));
        }
        // Fewer shards may leave fewer places than there are aggregates of explicit hash keys.
        while self.open.len() > self.options.max_open_aggregates()
            && let Some(place) = self.open.least_recently_used()
        {
            closed.push(self.close(place));
        }
        Ok(closed)
    }

    /// How many user records are open.
    #[must_use]
    pub fn user_record_count(&self) -> usize {
        self.open.iter().map(|(_, aggregate)| aggregate.user_record_count()).sum()
    }

    /// How much data [`Aggregator::flush`] would give now.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.open
            .iter()
            .map(
                |(_, aggregate)| {
                    if self.goes_unwrapped(aggregate) { aggregate.lone_data().len() } else { aggregate.wrapped_len() }
                },
            )
            .sum()
    }

    fn can_join(&self, place: usize, record: &UserRecord) -> bool {
        let aggregate = self.open.get(place);
        let room = self.options.max_aggregate_bytes.saturating_sub(aggregate.outer().partition_key.len());
        // Until the aggregate is nearly full, a bound that needs no look into the key tables says yes.
        let bound = aggregate.wrapped_len() + record.cost();
        aggregate.user_record_count() < self.options.max_user_records
            && (bound <= room || aggregate.wrapped_len_with(record) <= room)
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
