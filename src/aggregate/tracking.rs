//! Where user records went, for a caller that has to say of each what became of it.
//!
//! The caller numbers its user records: each has an ordinal, and ordinals count up and wrap around. The aggregator numbers
//! the groups, that is, what has one open aggregate at a time. A group keeps its number for as long as anything of it is
//! open or the caller still has to do with what has closed, even if it is evicted and opened again meanwhile: so nobody
//! takes two aggregates of a group for those of two groups.

use hashbrown::{HashMap, hash_map::Entry};

use super::routing::Group;

/// Of one aggregate: which group's it is, and which user records it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// The number of its group.
    pub group: u32,
    /// The ordinals of its user records, in the order in which it holds them.
    pub members: Vec<u32>,
}

impl Track {
    /// The lowest ordinal, on a circle of which the members take up less than half.
    pub(super) fn lowest(&self) -> u32 {
        let is_lower = |ordinal: u32, other: u32| ordinal.wrapping_sub(other) > u32::MAX / 2;
        let lowest = self.members.iter().copied().reduce(|low, next| if is_lower(next, low) { next } else { low });
        lowest.expect("an open aggregate has a user record")
    }
}

/// What is open of one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenGroup {
    /// The number of the group.
    pub group: u32,
    /// The lowest ordinal in it.
    pub lowest: u32,
    /// How many user records there are.
    pub user_records: usize,
    /// How much data they would give if the group were closed now.
    pub bytes: usize,
}

/// The numbers of the groups that are open or not released.
#[derive(Debug, Default)]
pub(super) struct GroupNumbers {
    numbers: HashMap<Group<Box<[u8]>>, u32>,
    numbered: HashMap<u32, Numbered>,
    last: u32,
}

#[derive(Debug)]
struct Numbered {
    group: Group<Box<[u8]>>,
    is_open: bool,
    is_released: bool,
}

impl GroupNumbers {
    /// A group opens: the number that it has, or a new one.
    pub(super) fn open(&mut self, group: &Group<Box<[u8]>>) -> u32 {
        let Self { numbers, numbered, last } = self;
        let number = *numbers.entry(group.clone()).or_insert_with(|| {
            loop {
                *last = last.wrapping_add(1);
                if !numbered.contains_key(last) {
                    break *last;
                }
            }
        });
        numbered
            .entry(number)
            .or_insert_with(|| Numbered { group: group.clone(), is_open: true, is_released: true })
            .is_open = true;
        number
    }

    /// Its aggregate is closed: it keeps its number until it is released.
    pub(super) fn close(&mut self, number: u32) {
        if let Some(numbered) = self.numbered.get_mut(&number) {
            numbered.is_open = false;
            numbered.is_released = false;
        }
    }

    /// What was open of it is taken out: it may be put in again, until somebody asks to forget what is not.
    pub(super) fn take_out(&mut self, number: u32) {
        if let Some(numbered) = self.numbered.get_mut(&number) {
            numbered.is_open = false;
        }
    }

    /// Gives its number up if nothing of it is open and all that has closed is released.
    pub(super) fn forget_unused(&mut self, number: u32) {
        self.forget_if(number, |numbered| !numbered.is_open && numbered.is_released);
    }

    /// Nobody has to do with what has closed of it.
    pub(super) fn release(&mut self, number: u32) {
        self.forget_if(number, |numbered| {
            numbered.is_released = true;
            !numbered.is_open
        });
    }

    fn forget_if(&mut self, number: u32, is_done: impl FnOnce(&mut Numbered) -> bool) {
        let Entry::Occupied(mut entry) = self.numbered.entry(number) else { return };
        if is_done(entry.get_mut()) {
            self.numbers.remove(&entry.remove().group);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_ordinal_is_found_across_the_wrap() {
        for (members, lowest) in [
            (vec![7], 7),
            (vec![9, 7, 8], 7),
            (vec![0, u32::MAX, 1], u32::MAX),
            (vec![2, u32::MAX - 5, 1, u32::MAX - 6], u32::MAX - 6),
        ] {
            assert_eq!(Track { group: 1, members }.lowest(), lowest);
        }
    }

    #[test]
    fn numbers_that_are_in_use_are_not_given_again() {
        let mut numbers = GroupNumbers { last: u32::MAX - 1, ..GroupNumbers::default() };
        let part = |position| Group::Lane(position);
        assert_eq!([numbers.open(&part(1)), numbers.open(&part(2))], [u32::MAX, 0]);
        numbers.last = u32::MAX - 1;
        assert_eq!(numbers.open(&part(3)), 1);
    }

    #[test]
    fn what_is_released_leaves_nothing_behind() {
        let mut numbers = GroupNumbers::default();
        let number = numbers.open(&Group::Shared);
        numbers.close(number);
        numbers.release(number);
        assert!(numbers.numbers.is_empty() && numbers.numbered.is_empty());
        let number = numbers.open(&Group::Shared);
        numbers.take_out(number);
        numbers.forget_unused(number);
        assert!(numbers.numbers.is_empty() && numbers.numbered.is_empty());
    }
}
