//! The open aggregates: found by group, ordered by last use, listed by opening. Each in constant time, however many.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::open_aggregate::OpenAggregate;
use super::routing::Group;

/// An open aggregate in its place. Places are reused.
#[derive(Debug)]
struct Place {
    group: Group<Box<[u8]>>,
    aggregate: OpenAggregate,
    /// Counts up: aggregates are listed in the order in which they were opened.
    opened: u64,
    less_recent: Option<usize>,
    more_recent: Option<usize>,
}

#[derive(Debug, Default)]
pub(super) struct OpenSet {
    places: Vec<Option<Place>>,
    free: Vec<usize>,
    by_group: HashTable<usize>,
    hasher: DefaultHashBuilder,
    least_recent: Option<usize>,
    most_recent: Option<usize>,
    opened: u64,
}

const LINKED: &str = "links and table entries lead to places in use";

impl OpenSet {
    pub(super) fn len(&self) -> usize {
        self.by_group.len()
    }

    pub(super) fn find(&self, group: &Group<&[u8]>) -> Option<usize> {
        // The next record mostly belongs to the same aggregate as the last one.
        if let Some(place) = self.most_recent.filter(|place| self.place(*place).group.borrowed() == *group) {
            return Some(place);
        }
        let hash = self.hasher.hash_one(group);
        self.by_group.find(hash, |place| self.place(*place).group.borrowed() == *group).copied()
    }

    pub(super) fn get(&self, place: usize) -> &OpenAggregate {
        &self.place(place).aggregate
    }

    /// The aggregate, which is now the most recently used one.
    pub(super) fn use_mut(&mut self, place: usize) -> &mut OpenAggregate {
        if self.most_recent != Some(place) {
            self.unlink(place);
            self.link_as_most_recent(place);
        }
        &mut self.place_mut(place).aggregate
    }

    pub(super) fn least_recently_used(&self) -> Option<usize> {
        self.least_recent
    }

    pub(super) fn insert(&mut self, group: Group<Box<[u8]>>, aggregate: OpenAggregate) {
        let hash = self.hasher.hash_one(group.borrowed());
        let place = Place { group, aggregate, opened: self.opened, less_recent: None, more_recent: None };
        self.opened += 1;
        let position = self.free.pop().unwrap_or_else(|| {
            self.places.push(None);
            self.places.len() - 1
        });
        self.places[position] = Some(place);
        let Self { places, hasher, by_group, .. } = self;
        by_group.insert_unique(hash, position, |place| {
            hasher.hash_one(places[*place].as_ref().expect(LINKED).group.borrowed())
        });
        self.link_as_most_recent(position);
    }

    pub(super) fn remove(&mut self, place: usize) -> OpenAggregate {
        self.unlink(place);
        let hash = self.hasher.hash_one(self.place(place).group.borrowed());
        if let Ok(entry) = self.by_group.find_entry(hash, |other| *other == place) {
            entry.remove();
        }
        self.free.push(place);
        self.places[place].take().expect(LINKED).aggregate
    }

    /// The places of all aggregates, in the order in which they were opened.
    pub(super) fn in_order(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.places.len()).filter(|place| self.places[*place].is_some()).collect();
        places.sort_unstable_by_key(|place| self.place(*place).opened);
        places
    }

    pub(super) fn group(&self, place: usize) -> &Group<Box<[u8]>> {
        &self.place(place).group
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Group<Box<[u8]>>, &OpenAggregate)> {
        self.places.iter().flatten().map(|place| (&place.group, &place.aggregate))
    }

    fn place(&self, place: usize) -> &Place {
        self.places[place].as_ref().expect(LINKED)
    }

    fn place_mut(&mut self, place: usize) -> &mut Place {
        self.places[place].as_mut().expect(LINKED)
    }

    fn link_as_most_recent(&mut self, place: usize) {
        let previous = self.most_recent.replace(place);
        let linked = self.place_mut(place);
        linked.less_recent = previous;
        linked.more_recent = None;
        match previous {
            Some(previous) => self.place_mut(previous).more_recent = Some(place),
            None => self.least_recent = Some(place),
        }
    }

    fn unlink(&mut self, place: usize) {
        let Place { less_recent, more_recent, .. } = *self.place(place);
        match less_recent {
            Some(other) => self.place_mut(other).more_recent = more_recent,
            None => self.least_recent = more_recent,
        }
        match more_recent {
            Some(other) => self.place_mut(other).less_recent = less_recent,
            None => self.most_recent = less_recent,
        }
    }
}
