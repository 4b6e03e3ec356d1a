//! One aggregate in the making.

use super::key_table::KeyTable;
use super::routing::{OuterKeys, Routed};
use super::spare;
use super::tracking::Track;
use crate::format::envelope::FRAME_BYTES;
use crate::format::writer::{self, KeyIndices, Table};

/// The three sections of the message, each appended to as records come.
#[derive(Debug)]
pub(super) struct Sections {
    partition_keys: KeyTable,
    explicit_hash_keys: KeyTable,
    user_records: Vec<u8>,
}

impl Sections {
    pub(super) fn new() -> Self {
        Self {
            partition_keys: KeyTable::new(Table::PartitionKeys),
            explicit_hash_keys: KeyTable::new(Table::ExplicitHashKeys),
            user_records: Vec::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.partition_keys.clear();
        self.explicit_hash_keys.clear();
        self.user_records.clear();
    }

    /// How much memory they hold, used or not.
    pub(super) fn capacity(&self) -> usize {
        self.partition_keys.capacity() + self.explicit_hash_keys.capacity() + self.user_records.capacity()
    }

    /// End to end they are the message.
    pub(super) fn in_order(&self) -> [&[u8]; 3] {
        [self.partition_keys.encoded(), self.explicit_hash_keys.encoded(), &self.user_records]
    }

    fn message_len(&self) -> usize {
        self.partition_keys.encoded().len() + self.explicit_hash_keys.encoded().len() + self.user_records.len()
    }
}

/// An aggregate that records join.
#[derive(Debug)]
pub(super) struct OpenAggregate {
    pub(super) outer: OuterKeys,
    pub(super) sections: Sections,
    pub(super) user_record_count: usize,
    /// If the aggregator tracks.
    pub(super) track: Option<Track>,
    /// Of the first record: if it stays alone, this is what is sent unwrapped.
    first_data_len: usize,
}

impl OpenAggregate {
    /// An aggregate of nothing, in memory that was used before if there is any.
    pub(super) fn new(outer: OuterKeys, track: Option<Track>) -> Self {
        Self { outer, sections: spare::take(), user_record_count: 0, track, first_data_len: 0 }
    }

    /// The size of the aggregate as it stands: `Data.length`, if it is wrapped.
    pub(super) fn wrapped_len(&self) -> usize {
        FRAME_BYTES + self.sections.message_len()
    }

    /// How many bytes `record` would add, keys that are new to the tables included.
    pub(super) fn added_len(&self, record: &Routed) -> usize {
        let Sections { partition_keys, explicit_hash_keys, .. } = &self.sections;
        let (partition_key_index, partition_key_len) = partition_keys.place(record.partition_key);
        let explicit = explicit_hash_key(record, &self.outer).map(|key| explicit_hash_keys.place(key));
        let keys =
            KeyIndices { partition_key: partition_key_index, explicit_hash_key: explicit.map(|(index, _)| index) };
        partition_key_len + explicit.map_or(0, |(_, len)| len) + writer::user_record_len(keys, record.data.len())
    }

    pub(super) fn push(&mut self, record: &Routed, ordinal: u32) {
        let Self { outer, sections, track, .. } = self;
        if let Some(track) = track {
            track.members.push(ordinal);
        }
        let keys = KeyIndices {
            partition_key: sections.partition_keys.intern(record.partition_key),
            explicit_hash_key: explicit_hash_key(record, outer).map(|key| sections.explicit_hash_keys.intern(key)),
        };
        writer::put_user_record(&mut sections.user_records, keys, record.data);
        if self.user_record_count == 0 {
            self.first_data_len = record.data.len();
        }
        self.user_record_count += 1;
    }

    /// The data of the one record that there is, as it was given.
    pub(super) fn lone_data(&self) -> &[u8] {
        let user_records = &self.sections.user_records;
        &user_records[user_records.len() - self.first_data_len..]
    }
}

/// How many bytes of message `record` takes as the first one of an aggregate.
pub(super) fn first_len(outer: &OuterKeys, record: &Routed) -> usize {
    let explicit = explicit_hash_key(record, outer);
    let keys = KeyIndices { partition_key: 0, explicit_hash_key: explicit.map(|_| 0) };
    writer::key_entry_len(record.partition_key.len())
        + explicit.map_or(0, |key| writer::key_entry_len(key.len()))
        + writer::user_record_len(keys, record.data.len())
}

/// The explicit hash key that is written on the record: its own, or else the routing's.
fn explicit_hash_key<'a>(record: &Routed<'a>, outer: &'a OuterKeys) -> Option<&'a [u8]> {
    record.explicit_hash_key.or(outer.pin())
}
