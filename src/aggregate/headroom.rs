//! What can be added unseen.
//!
//! Whoever stands before the aggregator may let records wait in front of it, as long as it is sure that they will be
//! taken and close nothing. The headroom says how long that is.

use super::Aggregator;
use super::user_record::UserRecord;
use crate::format::writer::{MOST_FRAME_BYTES, MOST_USER_RECORD_BYTES};

/// How much can be added before the next record has to be looked at.
///
/// Records without explicit hash keys that do not begin with the magic number, with partition keys of at most 256 code
/// points, are all taken and close nothing, if there are no more than `user_records` of them and their costs add up to
/// no more than `bytes`. A record's cost is the length of its data and its partition key, plus
/// [`Headroom::COST_PER_RECORD`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headroom {
    /// What the costs of all records may add up to.
    pub bytes: usize,
    /// How many records there may be.
    pub user_records: usize,
}

impl Headroom {
    /// What a record costs beyond its data and its partition key.
    pub const COST_PER_RECORD: usize = MOST_USER_RECORD_BYTES;
    /// Nothing can be added unseen.
    pub const NONE: Self = Self { bytes: 0, user_records: 0 };

    fn limit(&mut self, bytes: usize, user_records: usize) {
        self.bytes = self.bytes.min(bytes);
        self.user_records = self.user_records.min(user_records);
    }

    /// Not worth letting records wait: an aggregate is nearly full.
    fn is_small_for(self, record: &UserRecord) -> bool {
        const FEW: usize = 4;
        self.user_records < FEW || self.bytes < FEW * record.cost()
    }
}

impl Aggregator {
    /// The headroom as it is.
    #[must_use]
    pub fn headroom(&self) -> Headroom {
        let limits = &self.options;
        // A record that would not fit alone, with its partition key outside as well, is refused even where it could join.
        let alone = limits.max_record_bytes.saturating_sub(UserRecord::MAX_PARTITION_KEY_BYTES + MOST_FRAME_BYTES);
        let mut headroom = Headroom { bytes: alone, user_records: usize::MAX };
        let mut open_count = 0;
        for (_, aggregate) in self.open.iter().filter(|(group, _)| group.takes_records_without_explicit_hash_key()) {
            let used = aggregate.wrapped_len() + aggregate.outer.partition_key.len();
            headroom.limit(
                limits.max_aggregate_bytes.saturating_sub(used),
                limits.max_user_records - aggregate.user_record_count,
            );
            open_count += 1;
        }

        let may_open = limits.routing.group_count().map_or(usize::MAX, |groups| groups.saturating_sub(open_count));
        if may_open > 0 {
            let opening = UserRecord::MAX_PARTITION_KEY_BYTES + MOST_FRAME_BYTES;
            headroom.limit(limits.max_aggregate_bytes.saturating_sub(opening), limits.max_user_records);
            let free_places = limits.max_open_aggregates().saturating_sub(self.open.len());
            if may_open > free_places {
                headroom.user_records = headroom.user_records.min(free_places);
            }
        }
        headroom
    }

    /// The headroom after `record`, or none if it would not be worth its price: finding it looks at every open
    /// aggregate, so that so many records have to pay for it.
    pub fn headroom_after(&mut self, record: &UserRecord) -> Headroom {
        /// An aggregate that is nearly full closes soon.
        const RECORDS_WITHOUT: usize = 16;

        if self.records_without_headroom > 0 {
            self.records_without_headroom -= 1;
            return Headroom::NONE;
        }
        let headroom = self.headroom();
        let is_small = headroom.is_small_for(record);
        self.records_without_headroom = self.price().max(if is_small { RECORDS_WITHOUT } else { 0 });
        if is_small { Headroom::NONE } else { headroom }
    }

    /// What was nearly full may be what has closed: then it is worth looking again.
    pub(super) fn note_closing(&mut self) {
        self.records_without_headroom = self.records_without_headroom.min(self.price());
    }

    /// How many records pay for a look.
    fn price(&self) -> usize {
        /// Of the aggregates that are open, so many are looked at for a record.
        const LOOKED_AT: usize = 8;
        self.open.len() / LOOKED_AT
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Options, Request, Routing};
    use super::*;

    #[test]
    fn there_is_headroom_again_once_the_aggregate_that_was_nearly_full_has_closed() {
        let request = Request { max_aggregate_bytes: Some(10_000), ..Request::default() };
        let mut aggregator = Aggregator::new(Options::new(Routing::Pinned, &request).expect("in range"));
        let record = UserRecord { partition_key: b"a", explicit_hash_key: None, data: &[0; 500] };
        let (mut before, mut has_closed) = (Headroom::NONE, false);
        while !has_closed {
            before = aggregator.headroom_after(&record);
            aggregator.add(&record, |_| has_closed = true).expect("it fits");
        }
        assert_eq!(before, Headroom::NONE);
        assert_ne!(aggregator.headroom_after(&record), Headroom::NONE);
    }
}
