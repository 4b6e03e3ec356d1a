//! One aggregate in the making, and what it becomes when it closes.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable, hash_table::Entry};

use super::UserRecord;
use super::routing::OuterKeys;
use crate::format::envelope::{FRAME_BYTES, MAGIC, begins_with_magic};
use crate::format::reader::Span;
use crate::format::writer::{self, KeyIndices, Table};
use crate::md5::{self, Digest};

/// The three sections of the message, each appended to as records come.
#[derive(Debug)]
pub(super) struct OpenAggregate {
    outer: OuterKeys,
    partition_keys: KeyTable,
    explicit_hash_keys: KeyTable,
    user_records: Vec<u8>,
    user_record_count: usize,
    /// Of the first record: if it stays alone, this is what is sent unwrapped.
    first_data_len: usize,
}

impl OpenAggregate {
    pub(super) fn new(outer: OuterKeys) -> Self {
        Self {
            outer,
            partition_keys: KeyTable::new(Table::PartitionKeys),
            explicit_hash_keys: KeyTable::new(Table::ExplicitHashKeys),
            user_records: Vec::new(),
            user_record_count: 0,
            first_data_len: 0,
        }
    }

    /// An aggregate of nothing again, in the memory that this one had.
    pub(super) fn reopen(mut self, outer: OuterKeys) -> Self {
        self.partition_keys.clear();
        self.explicit_hash_keys.clear();
        self.user_records.clear();
        Self { outer, user_record_count: 0, first_data_len: 0, ..self }
    }

    pub(super) fn outer(&self) -> &OuterKeys {
        &self.outer
    }

    pub(super) fn user_record_count(&self) -> usize {
        self.user_record_count
    }

    /// The size of the aggregate as it stands: `Data.length`, if it is wrapped.
    pub(super) fn wrapped_len(&self) -> usize {
        FRAME_BYTES
            + self.partition_keys.encoded.len()
            + self.explicit_hash_keys.encoded.len()
            + self.user_records.len()
    }

    /// The size that the aggregate would have with `record`.
    pub(super) fn wrapped_len_with(&self, record: &UserRecord) -> usize {
        let explicit_hash_key = self.explicit_hash_key_of(record);
        let (partition_key_index, partition_key_len) = self.partition_keys.place(record.partition_key);
        let explicit = explicit_hash_key.map(|key| self.explicit_hash_keys.place(key));
        let keys =
            KeyIndices { partition_key: partition_key_index, explicit_hash_key: explicit.map(|(index, _)| index) };
        self.wrapped_len()
            + partition_key_len
            + explicit.map_or(0, |(_, len)| len)
            + writer::user_record_len(keys, record.data.len())
    }

    pub(super) fn push(&mut self, record: &UserRecord) {
        let keys = KeyIndices {
            partition_key: self.partition_keys.intern(record.partition_key),
            explicit_hash_key: match (record.explicit_hash_key, &self.outer) {
                (Some(key), _) => Some(self.explicit_hash_keys.intern(key)),
                (None, OuterKeys { pins: true, explicit_hash_key: Some(key), .. }) => {
                    Some(self.explicit_hash_keys.intern(key))
                }
                (None, _) => None,
            },
        };
        writer::put_user_record(&mut self.user_records, keys, record.data);
        if self.user_record_count == 0 {
            self.first_data_len = record.data.len();
        }
        self.user_record_count += 1;
    }

    /// The data of the one record that there is, as it was given.
    pub(super) fn lone_data(&self) -> &[u8] {
        &self.user_records[self.user_records.len() - self.first_data_len..]
    }

    pub(super) fn close(self, unwrapped: bool) -> ClosedAggregate {
        ClosedAggregate { aggregate: self, unwrapped }
    }

    fn explicit_hash_key_of<'a>(&'a self, record: &UserRecord<'a>) -> Option<&'a [u8]> {
        record.explicit_hash_key.or(self.outer.explicit_hash_key.as_deref().filter(|_| self.outer.pins))
    }

    fn message_sections(&self) -> [&[u8]; 3] {
        [&self.partition_keys.encoded, &self.explicit_hash_keys.encoded, &self.user_records]
    }
}

/// An aggregate that nothing joins any more. Its bytes go straight into the caller's memory.
#[derive(Debug)]
pub struct ClosedAggregate {
    aggregate: OpenAggregate,
    /// It is a lone record that goes as it came.
    unwrapped: bool,
}

impl ClosedAggregate {
    /// `PartitionKey` of the Kinesis record: UTF-8.
    #[must_use]
    pub fn partition_key(&self) -> &[u8] {
        &self.aggregate.outer.partition_key
    }

    /// `ExplicitHashKey` of the Kinesis record, if it has one.
    #[must_use]
    pub fn explicit_hash_key(&self) -> Option<&[u8]> {
        match &self.aggregate.outer {
            OuterKeys { pins: true, .. } if self.unwrapped => None,
            outer => outer.explicit_hash_key.as_deref(),
        }
    }

    /// How many user records it holds.
    #[must_use]
    pub fn user_record_count(&self) -> usize {
        self.aggregate.user_record_count
    }

    /// The length of the Kinesis record's data.
    #[must_use]
    pub fn data_len(&self) -> usize {
        if self.unwrapped { self.aggregate.first_data_len } else { self.aggregate.wrapped_len() }
    }

    /// Writes the Kinesis record's data, all but its MD5: [`seal`] fills that in.
    ///
    /// # Panics
    ///
    /// If `output` is not [`ClosedAggregate::data_len`] bytes long.
    pub fn write(&self, output: &mut [u8]) {
        assert_eq!(output.len(), self.data_len(), "data_len() tells the length");
        if self.unwrapped {
            output.copy_from_slice(self.aggregate.lone_data());
        } else {
            let (magic, framed) = output.split_at_mut(MAGIC.len());
            magic.copy_from_slice(&MAGIC);
            gather(&self.aggregate.message_sections(), framed);
        }
    }

    pub(super) fn into_memory(self) -> OpenAggregate {
        self.aggregate
    }

    pub(super) fn message(&self) -> Vec<u8> {
        self.aggregate.message_sections().concat()
    }
}

/// Completes what [`ClosedAggregate::write`] wrote; the MD5s of all are computed together. What does not begin with the
/// magic number is a lone record, complete as it is.
///
/// # Panics
///
/// If something begins with the magic number and has no room for an MD5.
pub fn seal(outputs: &mut [&mut [u8]]) {
    let mut messages = Vec::with_capacity(outputs.len());
    let mut digest_places = Vec::with_capacity(outputs.len());
    for output in outputs.iter_mut().filter(|output| begins_with_magic(output)) {
        let (message, digest_place) = output[MAGIC.len()..].split_last_chunk_mut().expect("room for an MD5");
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

/// A key table: each distinct key once, in first-seen order, already encoded.
#[derive(Debug)]
struct KeyTable {
    table: Table,
    encoded: Vec<u8>,
    keys: Vec<Span>,
    positions: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl KeyTable {
    fn new(table: Table) -> Self {
        Self {
            table,
            encoded: Vec::new(),
            keys: Vec::new(),
            positions: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    fn clear(&mut self) {
        self.encoded.clear();
        self.keys.clear();
        self.positions.clear();
    }

    /// Where `key` is or would be, and how many bytes it would add.
    fn place(&self, key: &[u8]) -> (usize, usize) {
        let hash = self.hasher.hash_one(key);
        match self.positions.find(hash, |position| self.keys[*position as usize].of(&self.encoded) == key) {
            Some(position) => (*position as usize, 0),
            None => (self.keys.len(), writer::key_entry_len(key.len())),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "an aggregate has at most 10 MiB, and so have its tables")]
    fn intern(&mut self, key: &[u8]) -> usize {
        let Self { table, encoded, keys, positions, hasher } = self;
        let hash = hasher.hash_one(key);
        let entry = positions.entry(
            hash,
            |position| keys[*position as usize].of(encoded) == key,
            |position| hasher.hash_one(keys[*position as usize].of(encoded)),
        );
        match entry {
            Entry::Occupied(position) => *position.get() as usize,
            Entry::Vacant(place) => {
                let position = keys.len();
                place.insert(position as u32);
                writer::put_key_entry(encoded, *table, key);
                keys.push(Span { start: (encoded.len() - key.len()) as u32, len: key.len() as u32 });
                position
            }
        }
    }
}
