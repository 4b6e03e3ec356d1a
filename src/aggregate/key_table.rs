//! A key table of the message, in the making.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable, hash_table::Entry};

use crate::format::reader::Span;
use crate::format::writer::{self, Table};

/// Each distinct key once, in first-seen order, already encoded.
#[derive(Debug)]
pub(super) struct KeyTable {
    table: Table,
    encoded: Vec<u8>,
    keys: Vec<Span>,
    positions: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl KeyTable {
    pub(super) fn new(table: Table) -> Self {
        Self {
            table,
            encoded: Vec::new(),
            keys: Vec::new(),
            positions: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.encoded.clear();
        self.keys.clear();
        self.positions.clear();
    }

    /// The section of the message.
    pub(super) fn encoded(&self) -> &[u8] {
        &self.encoded
    }

    /// How much memory it holds, used or not.
    pub(super) fn capacity(&self) -> usize {
        self.encoded.capacity() + size_of::<Span>() * self.keys.capacity() + self.positions.allocation_size()
    }

    /// Where `key` is or would be, and how many bytes it would add.
    pub(super) fn place(&self, key: &[u8]) -> (usize, usize) {
        let hash = self.hasher.hash_one(key);
        match self.positions.find(hash, |position| self.keys[*position as usize].of(&self.encoded) == key) {
            Some(position) => (*position as usize, 0),
            None => (self.keys.len(), writer::key_entry_len(key.len())),
        }
    }

    /// Where `key` is from now on.
    #[expect(clippy::cast_possible_truncation, reason = "an aggregate has at most 10 MiB, and so have its tables")]
    pub(super) fn intern(&mut self, key: &[u8]) -> usize {
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
