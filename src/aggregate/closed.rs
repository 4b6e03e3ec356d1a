//! Aggregates that are closed, on their way out: written at once, and sealed many together.

use std::collections::VecDeque;
use std::mem;

use super::open_aggregate::{OpenAggregate, Sections};
use super::routing::OuterKeys;
use super::spare;
use super::tracking::Track;
use crate::format::envelope::{FRAME_BYTES, MAGIC, begins_with_magic};
use crate::md5::{self, Digest};

/// An aggregate that nothing joins any more. Its memory serves the next one that opens, once it is dropped.
#[derive(Debug)]
pub struct ClosedAggregate {
    outer: OuterKeys,
    sections: Sections,
    user_record_count: usize,
    track: Option<Track>,
    /// The data's length, if it is a lone record that goes as it came.
    unwrapped_len: Option<usize>,
}

impl ClosedAggregate {
    pub(super) fn new(open: OpenAggregate, unwrapped: bool) -> Self {
        let unwrapped_len = unwrapped.then(|| open.lone_data().len());
        let OpenAggregate { outer, sections, user_record_count, track, .. } = open;
        Self { outer, sections, user_record_count, track, unwrapped_len }
    }

    pub(super) fn message(&self) -> Vec<u8> {
        self.sections.in_order().concat()
    }

    fn data_len(&self) -> usize {
        let message_len = || self.sections.in_order().iter().map(|section| section.len()).sum::<usize>();
        self.unwrapped_len.unwrap_or_else(|| FRAME_BYTES + message_len())
    }

    /// Writes the data, all of it but the MD5.
    fn write(&self, output: &mut [u8]) {
        let [partition_keys, explicit_hash_keys, user_records] = self.sections.in_order();
        match self.unwrapped_len {
            Some(len) => output.copy_from_slice(&user_records[user_records.len() - len..]),
            None => gather(&[&MAGIC, partition_keys, explicit_hash_keys, user_records], output),
        }
    }

    /// The keys outside. What a routing pins is not put on a record that goes as it came.
    fn outer_keys(&mut self) -> OuterKeys {
        let is_pin_of_none = self.unwrapped_len.is_some() && self.outer.pins;
        let outer = mem::take(&mut self.outer);
        if is_pin_of_none { OuterKeys { explicit_hash_key: None, ..outer } } else { outer }
    }
}

impl Drop for ClosedAggregate {
    fn drop(&mut self) {
        spare::give_back(mem::replace(&mut self.sections, Sections::new()));
    }
}

/// One record to put: an aggregate with its MD5, or a lone user record as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AggregatedRecord<Memory> {
    /// UTF-8, if the user records' keys are.
    pub partition_key: Vec<u8>,
    /// Absent under some routings.
    pub explicit_hash_key: Option<Vec<u8>>,
    /// The bytes to put.
    pub data: Memory,
    /// How many user records there are in `data`.
    pub user_record_count: usize,
    /// Whether `data` is an aggregate. If not, it is a lone user record as it came.
    pub is_aggregate: bool,
    /// Which user records those are, if the aggregator tracks.
    pub track: Option<Track>,
}

/// Closed aggregates that were not handed over yet.
///
/// Each is written as soon as it closes, while its bytes are in the processor's cache; only its MD5 waits, since the
/// MD5s of sixteen take hardly longer than one. An aggregate leaves in one piece: complete, and in the moment in which
/// whoever gets it says that he has it. Until then it stays here, whatever fails.
#[derive(Debug)]
pub struct Outbox<Memory> {
    /// There was no memory to write them into.
    unwritten: VecDeque<ClosedAggregate>,
    /// Complete but for their MD5s.
    unsealed: Vec<AggregatedRecord<Memory>>,
}

impl<Memory> Default for Outbox<Memory> {
    fn default() -> Self {
        Self { unwritten: VecDeque::new(), unsealed: Vec::new() }
    }
}

impl<Memory: AsMut<[u8]>> Outbox<Memory> {
    /// So many MD5s cost the least for each.
    pub const FULL: usize = 16;

    /// How many aggregates wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.unwritten.len() + self.unsealed.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes an aggregate, and writes it if `allocate` has memory of that length for it; if not, it is tried again.
    pub fn push<Failure>(&mut self, closed: ClosedAggregate, allocate: impl FnMut(usize) -> Result<Memory, Failure>) {
        self.unwritten.push_back(closed);
        // The failure shows when the aggregate is handed over, if there still is no memory then.
        let _ = self.write(allocate);
    }

    /// Completes what waits and gives each aggregate to `sink`, in the order in which they closed. The one at which
    /// `sink` fails stays, as do those after it.
    ///
    /// # Errors
    ///
    /// The failure of `allocate` or `sink`.
    pub fn hand_over<Failure>(
        &mut self,
        allocate: impl FnMut(usize) -> Result<Memory, Failure>,
        sink: impl FnMut(&mut AggregatedRecord<Memory>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.write(allocate)?;
        seal(self.unsealed.iter_mut().map(|record| record.data.as_mut()));
        self.hand_over_written(sink)
    }

    /// The same, but for the MD5s: they are the caller's to fill in with [`seal`], once there are enough of them or an
    /// aggregate is needed.
    ///
    /// # Errors
    ///
    /// As [`Outbox::hand_over`].
    pub fn hand_over_unsealed<Failure>(
        &mut self,
        allocate: impl FnMut(usize) -> Result<Memory, Failure>,
        sink: impl FnMut(&mut AggregatedRecord<Memory>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.write(allocate)?;
        self.hand_over_written(sink)
    }

    fn hand_over_written<Failure>(
        &mut self,
        mut sink: impl FnMut(&mut AggregatedRecord<Memory>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut handed_over = 0;
        let outcome = self.unsealed.iter_mut().try_for_each(|record| {
            sink(record)?;
            handed_over += 1;
            Ok(())
        });
        self.unsealed.drain(..handed_over);
        outcome
    }

    fn write<Failure>(&mut self, mut allocate: impl FnMut(usize) -> Result<Memory, Failure>) -> Result<(), Failure> {
        while let Some(closed) = self.unwritten.front_mut() {
            let mut data = allocate(closed.data_len())?;
            closed.write(data.as_mut());
            let OuterKeys { partition_key, explicit_hash_key, .. } = closed.outer_keys();
            let user_record_count = closed.user_record_count;
            let is_aggregate = closed.unwrapped_len.is_none();
            let track = closed.track.take();
            self.unsealed.push(AggregatedRecord {
                partition_key,
                explicit_hash_key,
                data,
                user_record_count,
                is_aggregate,
                track,
            });
            self.unwritten.pop_front();
        }
        Ok(())
    }
}

/// Fills in the MD5s of aggregates that an outbox gave, all computed together. What does not begin with the magic number
/// is a lone record, complete as it is.
///
/// # Panics
///
/// If something begins with the magic number and is not an aggregate.
pub fn seal<'a>(records: impl Iterator<Item = &'a mut [u8]>) {
    let (mut messages, mut digest_places) = (Vec::new(), Vec::new());
    for data in records.filter(|data| begins_with_magic(data)) {
        let (message, digest_place) =
            data[MAGIC.len()..].split_last_chunk_mut().expect("what begins with the magic number was framed by us");
        messages.push(&*message);
        digest_places.push(digest_place);
    }

    let mut digests = vec![Digest::default(); messages.len()];
    md5::digest_many(&messages, &mut digests);
    for (place, digest) in digest_places.into_iter().zip(digests) {
        *place = digest;
    }
}

fn gather(sections: &[&[u8]], mut output: &mut [u8]) {
    for section in sections {
        let (place, rest) = output.split_at_mut(section.len());
        place.copy_from_slice(section);
        output = rest;
    }
}
