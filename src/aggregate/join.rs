//! What a caller asks that decides by itself when an aggregate closes, as the drop-in for the older package does.

use super::open::OpenAggregate;
use super::{Aggregator, UserRecord};
use crate::format::envelope::FRAME_BYTES;

impl Aggregator {
    /// Takes the record if it goes in without closing an aggregate, and says whether it did.
    ///
    /// Only in the aggregated format: a record that fits into a Kinesis record of its own as it is, and not wrapped, is
    /// left to [`Aggregator::add`].
    pub fn join(&mut self, record: &UserRecord) -> bool {
        let joins = self.joins(record);
        if joins {
            let closed = self.take(record, || record.hash_key());
            debug_assert!(closed.is_none(), "a record that joins closes nothing");
        }
        joins
    }

    /// Whether [`Aggregator::join`] would take the record.
    #[must_use]
    pub fn joins(&self, record: &UserRecord) -> bool {
        match self.open.find(&self.options.routing.group(record, || record.hash_key())) {
            Some(place) => self.can_join(place, record),
            None => self.can_open(record),
        }
    }

    /// Whether the record fits into an aggregate of its own.
    #[must_use]
    pub fn fits_wrapped(&self, record: &UserRecord) -> bool {
        let alone = OpenAggregate::new(self.options.routing.outer_keys(record, || record.hash_key()));
        alone.wrapped_len_with(record) + alone.outer().partition_key.len() <= self.options.max_record_bytes
    }

    /// How many bytes of message the record would add to the aggregate that it belongs to, keys that are new to its
    /// tables included.
    #[must_use]
    pub fn user_record_len(&self, record: &UserRecord) -> usize {
        let added = |aggregate: &OpenAggregate| aggregate.wrapped_len_with(record) - aggregate.wrapped_len();
        match self.open.find(&self.options.routing.group(record, || record.hash_key())) {
            Some(place) => added(self.open.get(place)),
            None => added(&OpenAggregate::new(self.options.routing.outer_keys(record, || record.hash_key()))),
        }
    }

    /// How many bytes of message are open.
    #[must_use]
    pub fn message_bytes(&self) -> usize {
        self.open.iter().map(|(_, aggregate)| aggregate.wrapped_len() - FRAME_BYTES).sum()
    }

    fn can_open(&self, record: &UserRecord) -> bool {
        self.open.len() < self.options.max_open_aggregates() && self.fits_wrapped(record)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Options, Request, Routing};
    use super::*;

    fn record(data: &[u8]) -> UserRecord<'_> {
        UserRecord { partition_key: b"key", explicit_hash_key: None, data }
    }

    fn aggregator(max_aggregate_bytes: u64) -> Aggregator {
        let request = Request { max_record_bytes: Some(max_aggregate_bytes), ..Request::default() };
        Aggregator::new(Options::new(Routing::First, &request).expect("the options are in range"))
    }

    #[test]
    fn a_record_joins_up_to_the_last_byte_and_closes_nothing() {
        // 20 bytes of frame, 3 of outer key, 5 of key table, 6 around each record's data.
        let mut aggregator = aggregator(100);
        assert!(aggregator.join(&record(&[0; 30])));
        assert_eq!(aggregator.message_bytes(), 5 + 6 + 30);
        assert!(!aggregator.join(&record(&[0; 31])));
        assert_eq!(aggregator.user_record_count(), 1);
        assert!(aggregator.joins(&record(&[0; 30])));
        assert!(aggregator.join(&record(&[0; 30])));
        assert_eq!(aggregator.size_bytes() + b"key".len(), 100);
    }

    #[test]
    fn a_record_that_fits_only_unwrapped_does_not_join() {
        let mut aggregator = aggregator(100);
        assert!(aggregator.fits_wrapped(&record(&[0; 66])));
        assert!(!aggregator.fits_wrapped(&record(&[0; 67])));
        assert!(!aggregator.join(&record(&[0; 67])));
        assert!(aggregator.fits(&record(&[0; 67])));
    }

    #[test]
    fn a_record_is_measured_with_the_keys_that_it_adds() {
        let mut aggregator = aggregator(100);
        assert_eq!(aggregator.user_record_len(&record(b"x")), 5 + 7);
        assert!(aggregator.join(&record(b"x")));
        assert_eq!(aggregator.user_record_len(&record(b"x")), 7);
    }
}
