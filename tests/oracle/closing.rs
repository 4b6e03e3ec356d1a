//! What the aggregator hands over, as vectors.

use kinesis_agg::aggregate::{self, Aggregator, ClosedAggregate, Outbox, UserRecord};
use kinesis_agg::error::Error;

/// One record to put.
pub type AggregatedRecord = aggregate::AggregatedRecord<Vec<u8>>;

/// What `call` closes.
pub fn closed(call: impl FnOnce(&mut dyn FnMut(ClosedAggregate))) -> Vec<AggregatedRecord> {
    let (mut outbox, mut records) = (Outbox::default(), Vec::new());
    let allocate = |len| Ok::<_, Error>(vec![0; len]);
    call(&mut |closed| outbox.push(closed, allocate));
    let handed_over = outbox.hand_over(allocate, |record| {
        records.push(record.clone());
        Ok(())
    });
    assert_eq!(handed_over, Ok(()));
    assert!(outbox.is_empty());
    records
}

/// What the record closes.
pub fn add(aggregator: &mut Aggregator, record: &UserRecord) -> Result<Vec<AggregatedRecord>, Error> {
    let mut outcome = Ok(());
    let records = closed(|sink| outcome = aggregator.add(record, sink));
    outcome.map(|()| records)
}

/// What is open.
pub fn flush(aggregator: &mut Aggregator) -> Vec<AggregatedRecord> {
    closed(|sink| aggregator.flush(sink))
}
