//! Putting user records together: which aggregate one joins, when an aggregate closes, how large it is.
//!
//! ```
//! use kinesis_agg::aggregate::{Aggregator, Options, Outbox, Request, Routing, UserRecord};
//!
//! let mut aggregator = Aggregator::new(Options::new(Routing::Pinned, &Request::default())?);
//! let mut outbox = Outbox::default();
//! let allocate = |len| Ok::<_, kinesis_agg::error::Error>(vec![0; len]);
//!
//! let record = UserRecord { partition_key: b"sensor-7", explicit_hash_key: None, data: b"21.5" };
//! aggregator.add(&record, |closed| outbox.push(closed, allocate))?;
//! aggregator.flush(|closed| outbox.push(closed, allocate));
//!
//! outbox.hand_over(allocate, |record| {
//!     assert_eq!(record.partition_key, b"sensor-7");
//!     assert_eq!(record.data[..4], [0xF3, 0x89, 0x9A, 0xC2]);
//!     Ok(())
//! })?;
//! # Ok::<(), kinesis_agg::error::Error>(())
//! ```
//!
//! Whether a record is taken depends on the record and the options alone, never on what is open; so a batch can be
//! checked as a whole before its first record is taken. Whatever closes goes to a sink, in the order in which it closes.

mod closed;
mod headroom;
mod key_table;
mod open_aggregate;
mod open_set;
mod options;
mod routing;
mod spare;
mod tracking;
mod user_record;

pub use closed::{AggregatedRecord, ClosedAggregate, Outbox, seal};
pub use headroom::Headroom;
pub use options::{
    DEFAULT_MAX_AGGREGATE_BYTES, DEFAULT_MAX_RECORD_BYTES, LARGEST_MAX_RECORD_BYTES, Options, Request,
    SMALLEST_MAX_AGGREGATE_BYTES,
};
pub use routing::{ExplicitHashKeys, Lanes, Routing, ShardMap};
pub use tracking::{OpenGroup, Track};
pub use user_record::UserRecord;

use std::collections::HashSet;
use std::iter::repeat;

use open_aggregate::OpenAggregate;
use open_set::OpenSet;
use routing::{Group, Routed};
use tracking::GroupNumbers;

use crate::error::Error;
use crate::format::envelope::{FRAME_BYTES, begins_with_magic};
use crate::format::reader::Outline;
use crate::format::writer::MOST_FRAME_BYTES;
use crate::md5::{self, Digest};

/// What would happen to a record: see [`Aggregator::fit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It goes in, and nothing closes.
    Joins,
    /// It goes in, and an aggregate closes.
    Closes,
    /// It fits into no Kinesis record.
    TooLarge,
}

/// The ordinal of a record that nobody asks for.
const UNNUMBERED: u32 = 0;

/// The open aggregates of one producer.
#[derive(Debug)]
pub struct Aggregator {
    options: Options,
    open: OpenSet,
    /// If it tracks.
    group_numbers: Option<GroupNumbers>,
    user_record_count: usize,
    size_bytes: usize,
    /// How many records have yet to pay for the next look at the headroom.
    records_without_headroom: usize,
}

impl Aggregator {
    /// An aggregator with nothing open.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            group_numbers: options.tracks.then(GroupNumbers::default),
            options,
            open: OpenSet::default(),
            user_record_count: 0,
            size_bytes: 0,
            records_without_headroom: 0,
        }
    }

    /// Takes a record. If it closes an aggregate, `sink` gets it: the one that the record belongs to and cannot join, or
    /// the least recently used one if another must open and no place is free. So at most one.
    ///
    /// # Errors
    ///
    /// As [`Aggregator::check`]; then nothing has changed.
    pub fn add(&mut self, record: &UserRecord, sink: impl FnMut(ClosedAggregate)) -> Result<(), Error> {
        self.check(record)?;
        self.take(&self.routed(record), UNNUMBERED, sink);
        Ok(())
    }

    /// Whether the record is taken.
    ///
    /// # Errors
    ///
    /// [`Error::PartitionKey`] or [`Error::ExplicitHashKey`] for what Kinesis does not take, [`Error::Nested`] for an
    /// aggregate, [`Error::RecordTooLarge`] for what fits into no Kinesis record.
    pub fn check(&self, record: &UserRecord) -> Result<(), Error> {
        let Options { explicit_hash_keys, keeps_nested, drop_in, .. } = self.options;
        if drop_in {
            return if self.fit(record) == Fit::TooLarge { Err(self.too_large(&self.routed(record))) } else { Ok(()) };
        }
        match explicit_hash_keys {
            ExplicitHashKeys::Ignore => UserRecord { explicit_hash_key: None, ..*record }.check_keys()?,
            ExplicitHashKeys::Keep | ExplicitHashKeys::AsWritten => record.check_keys()?,
        }
        if !keeps_nested {
            record.check_nesting()?;
        }
        self.check_size(record)
    }

    /// Takes records that [`Aggregator::check`] or a headroom has found good. Where hash keys are needed, many are
    /// computed together.
    pub fn take_all<'a>(&mut self, records: impl Iterator<Item = UserRecord<'a>>, sink: impl FnMut(ClosedAggregate)) {
        self.take_numbered(records.map(|record| (record, UNNUMBERED)), sink);
    }

    /// The same, each record with its ordinal: which one, [`Track::members`] says.
    pub fn take_numbered<'a>(
        &mut self,
        mut records: impl Iterator<Item = (UserRecord<'a>, u32)>,
        mut sink: impl FnMut(ClosedAggregate),
    ) {
        /// As many digests as keep all lanes busy, and no more memory than that takes.
        const CHUNK: usize = 256;

        let explicit_hash_keys = self.options.explicit_hash_keys;
        let goes_by_hash_key = self.options.routing.goes_by_hash_key();
        let mut digests = [Digest::default(); CHUNK];
        if !goes_by_hash_key && explicit_hash_keys != ExplicitHashKeys::Keep {
            records.for_each(|(record, ordinal)| self.take(&self.routed(&record), ordinal, &mut sink));
            return;
        }
        loop {
            let chunk: Vec<(UserRecord, u32)> = records.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return;
            }
            if !goes_by_hash_key && chunk.iter().all(|(record, _)| record.explicit_hash_key.is_none()) {
                for (record, ordinal) in &chunk {
                    self.take(&self.routed(record), *ordinal, &mut sink);
                }
                continue;
            }
            let partition_keys: Vec<&[u8]> = chunk.iter().map(|(record, _)| record.partition_key).collect();
            let digests = &mut digests[..chunk.len()];
            md5::digest_many(&partition_keys, digests);
            for ((record, ordinal), digest) in chunk.iter().zip(digests) {
                self.take(&Routed::hashed(record, *digest, explicit_hash_keys), *ordinal, &mut sink);
            }
        }
    }

    /// What would happen to the record, whose keys and data are good.
    #[must_use]
    pub fn fit(&self, record: &UserRecord) -> Fit {
        let routed = self.routed(record);
        let fits_alone = self.check_size(record).is_ok();
        let joins = match self.open.find(&self.options.routing.group(&routed)) {
            // What would not fit alone is not taken, even where it could join: a batch is checked without a look at what
            // is open. The old package takes it.
            Some(place) => (fits_alone || self.options.drop_in) && self.can_join(place, &routed),
            None => fits_alone && self.open.len() < self.options.max_open_aggregates(),
        };
        match (joins, fits_alone) {
            (true, _) => Fit::Joins,
            (false, true) => Fit::Closes,
            (false, false) => Fit::TooLarge,
        }
    }

    /// How many bytes of message the record would add to the aggregate that it belongs to, keys that are new to its
    /// tables included.
    #[must_use]
    pub fn added_len(&self, record: &UserRecord) -> usize {
        let routed = self.routed(record);
        match self.open.find(&self.options.routing.group(&routed)) {
            Some(place) => self.open.get(place).added_len(&routed),
            None => open_aggregate::first_len(&self.options.routing.outer_keys(&routed), &routed),
        }
    }

    /// Closes every open aggregate, in the order in which they were opened.
    pub fn flush(&mut self, mut sink: impl FnMut(ClosedAggregate)) {
        for place in self.open.in_order() {
            sink(self.close(place));
        }
        // Its memory goes too: an aggregator may rest for long.
        self.clear();
    }

    /// Forgets everything that is open.
    pub fn clear(&mut self) {
        let places = self.open.in_order();
        let numbers: Vec<u32> = places.into_iter().filter_map(|place| self.take_number_out(place)).collect();
        self.forget_unused_numbers(&numbers);
        self.open = OpenSet::default();
        self.user_record_count = 0;
        self.size_bytes = 0;
        self.records_without_headroom = 0;
    }

    /// Routes by another shard map from now on, the user records that are still open included. Aggregates of explicit
    /// hash keys stay open as they are. The first map of [`Routing::ShardsToCome`] routes everything.
    ///
    /// # Errors
    ///
    /// [`Error::Option`] if the routing is not by shards; then nothing has changed.
    pub fn set_shards(&mut self, shards: ShardMap, mut sink: impl FnMut(ClosedAggregate)) -> Result<(), Error> {
        self.options.routing.set_shards(shards)?;
        self.route_anew(&mut sink);
        // Fewer shards may leave fewer places than there are aggregates of explicit hash keys.
        while self.open.len() > self.options.max_open_aggregates()
            && let Some(place) = self.open.least_recently_used()
        {
            sink(self.close(place));
        }
        Ok(())
    }

    /// What is open, in the order in which it was opened, if the aggregator tracks.
    #[must_use]
    pub fn open_groups(&self) -> Vec<OpenGroup> {
        let aggregates = self.open.in_order().into_iter().map(|place| self.open.get(place));
        let row = |aggregate: &OpenAggregate| {
            aggregate.track.as_ref().map(|track| OpenGroup {
                group: track.group,
                lowest: track.lowest(),
                user_records: aggregate.user_record_count,
                bytes: self.flushed_len(aggregate),
            })
        };
        aggregates.filter_map(row).collect()
    }

    /// Closes what is open of these groups, in the order in which it was opened.
    pub fn close_groups(&mut self, groups: &[u32], mut sink: impl FnMut(ClosedAggregate)) {
        let groups: HashSet<u32> = groups.iter().copied().collect();
        for place in self.open.in_order() {
            if self.open.get(place).track.as_ref().is_some_and(|track| groups.contains(&track.group)) {
                sink(self.close(place));
            }
        }
    }

    /// Says that nobody has to do with what has closed of these groups: they need not keep their numbers.
    pub fn release_groups(&mut self, groups: &[u32]) {
        if let Some(numbers) = &mut self.group_numbers {
            for group in groups {
                numbers.release(*group);
            }
        }
    }

    /// How many user records are open.
    #[must_use]
    pub fn user_record_count(&self) -> usize {
        self.user_record_count
    }

    /// How much data [`Aggregator::flush`] would give now.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.size_bytes
    }

    fn routed<'a>(&self, record: &UserRecord<'a>) -> Routed<'a> {
        Routed::new(record, self.options.explicit_hash_keys)
    }

    fn take(&mut self, record: &Routed, ordinal: u32, mut sink: impl FnMut(ClosedAggregate)) {
        let group = self.options.routing.group(record);
        let belongs_to = self.open.find(&group);
        if let Some(place) = belongs_to
            && self.can_join(place, record)
        {
            let before = self.flushed_len(self.open.get(place));
            self.open.use_mut(place).push(record, ordinal);
            self.size_bytes += self.flushed_len(self.open.get(place)) - before;
            self.user_record_count += 1;
            return;
        }

        let is_full = self.open.len() >= self.options.max_open_aggregates();
        if let Some(place) = belongs_to.or_else(|| self.open.least_recently_used().filter(|_| is_full)) {
            sink(self.close(place));
        }
        let group = group.to_owned();
        let track = self.group_numbers.as_mut().map(|numbers| Track { group: numbers.open(&group), members: vec![] });
        let mut opened = OpenAggregate::new(self.options.routing.outer_keys(record), track);
        opened.push(record, ordinal);
        self.size_bytes += self.flushed_len(&opened);
        self.user_record_count += 1;
        self.open.insert(group, opened);
    }

    fn can_join(&self, place: usize, record: &Routed) -> bool {
        let aggregate = self.open.get(place);
        let room = self.options.max_aggregate_bytes.saturating_sub(aggregate.outer.partition_key.len());
        // Until the aggregate is nearly full, a bound that needs no look into the key tables says yes.
        aggregate.user_record_count < self.options.max_user_records
            && (aggregate.wrapped_len() + record.cost() <= room
                || aggregate.wrapped_len() + aggregate.added_len(record) <= room)
    }

    fn close(&mut self, place: usize) -> ClosedAggregate {
        let aggregate = self.open.remove(place);
        self.size_bytes -= self.flushed_len(&aggregate);
        self.user_record_count -= aggregate.user_record_count;
        if let (Some(numbers), Some(track)) = (&mut self.group_numbers, &aggregate.track) {
            numbers.close(track.group);
        }
        self.note_closing();
        let unwrapped = self.goes_unwrapped(&aggregate);
        ClosedAggregate::new(aggregate, unwrapped)
    }

    /// Takes the user records out of the groups that the routing makes, and in again where they belong now.
    fn route_anew(&mut self, mut sink: impl FnMut(ClosedAggregate)) {
        let is_routed = |place: &usize| !matches!(self.open.group(*place), Group::ExplicitHashKey(_));
        let routed: Vec<usize> = self.open.in_order().into_iter().filter(is_routed).collect();
        let (mut taken_out, mut numbers) = (Vec::with_capacity(routed.len()), Vec::new());
        for place in routed {
            numbers.extend(self.take_number_out(place));
            let own_hash_key = match self.open.group(place) {
                Group::PartitionKey(_, explicit) => explicit.clone(),
                _ => None,
            };
            taken_out.push((own_hash_key, self.open.remove(place)));
        }
        for (_, aggregate) in &taken_out {
            self.size_bytes -= self.flushed_len(aggregate);
            self.user_record_count -= aggregate.user_record_count;
        }
        let mut outline = Outline::default();
        for (own_hash_key, mut aggregate) in taken_out {
            let members = aggregate.track.take().map(|track| track.members).unwrap_or_default();
            let message = ClosedAggregate::new(aggregate, false).message();
            outline.read(&message, 0).expect("the writer's messages are well-formed");
            let records = outline.user_records.iter().map(|record| UserRecord {
                partition_key: outline.partition_keys[record.partition_key as usize].of(&message),
                explicit_hash_key: own_hash_key.as_deref(),
                data: record.data.of(&message),
            });
            self.take_numbered(records.zip(members.into_iter().chain(repeat(UNNUMBERED))), &mut sink);
        }
        // Those that records have come back to are in use again.
        self.forget_unused_numbers(&numbers);
    }

    /// What is open there goes elsewhere, or nowhere. Gives the number of its group.
    fn take_number_out(&mut self, place: usize) -> Option<u32> {
        let number = self.open.get(place).track.as_ref().map(|track| track.group)?;
        self.group_numbers.as_mut()?.take_out(number);
        Some(number)
    }

    fn forget_unused_numbers(&mut self, numbers: &[u32]) {
        if let Some(group_numbers) = &mut self.group_numbers {
            for number in numbers {
                group_numbers.forget_unused(*number);
            }
        }
    }

    /// How much data the aggregate would give now.
    fn flushed_len(&self, aggregate: &OpenAggregate) -> usize {
        if self.options.drop_in {
            aggregate.wrapped_len() - FRAME_BYTES
        } else if self.goes_unwrapped(aggregate) {
            aggregate.lone_data().len()
        } else {
            aggregate.wrapped_len()
        }
    }

    /// A lone record goes as it is if the caller wants that, or if only that fits.
    fn goes_unwrapped(&self, aggregate: &OpenAggregate) -> bool {
        let too_large_wrapped =
            || aggregate.wrapped_len() + aggregate.outer.partition_key.len() > self.options.max_record_bytes;
        aggregate.user_record_count == 1
            && self.may_unwrap(aggregate.lone_data())
            && (!self.options.wrap_single || too_large_wrapped())
    }

    /// A consumer would take data that begins with the magic number for an aggregate.
    fn may_unwrap(&self, data: &[u8]) -> bool {
        !begins_with_magic(data) && self.options.routing.may_unwrap()
    }

    /// Whether the record fits into a Kinesis record of its own.
    fn check_size(&self, record: &UserRecord) -> Result<(), Error> {
        let keys = 2 * record.partition_key.len() + record.explicit_hash_key.map_or(0, <[u8]>::len);
        // Nearly every record is far from the limit; only near it is a hash key worth its MD5.
        let bound = record.data.len() + keys + MOST_FRAME_BYTES + Lanes::LONGEST_NAME.len();
        if bound <= self.options.max_record_bytes {
            return Ok(());
        }
        let routed = self.routed(record);
        let fits = self.wrapped_alone(&routed) <= self.options.max_record_bytes
            || (self.fits_unwrapped(&routed) && !self.options.drop_in);
        if fits { Ok(()) } else { Err(self.too_large(&routed)) }
    }

    fn too_large(&self, record: &Routed) -> Error {
        let bytes = if self.may_unwrap(record.data) && !self.options.drop_in {
            record.data.len() + record.partition_key.len()
        } else {
            self.wrapped_alone(record)
        };
        Error::RecordTooLarge { bytes, limit: self.options.max_record_bytes }
    }

    fn fits_unwrapped(&self, record: &Routed) -> bool {
        record.data.len() + record.partition_key.len() <= self.options.max_record_bytes && self.may_unwrap(record.data)
    }

    /// The size of a Kinesis record with nothing but `record` in it, in the aggregated format.
    fn wrapped_alone(&self, record: &Routed) -> usize {
        let outer = self.options.routing.outer_keys(record);
        FRAME_BYTES + open_aggregate::first_len(&outer, record) + outer.partition_key.len()
    }
}
