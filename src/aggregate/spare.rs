//! Memory of aggregates that are gone, for the next ones that open.
//!
//! Memory that was touched before needs no page faults, and those cost as much as all the copying. It belongs to the
//! thread and not to an aggregator, so that one that is idle, or was dropped and waits for a finalizer, holds none.

use std::cell::RefCell;

use super::open_aggregate::Sections;

/// What a thread keeps at most: enough for sixteen aggregates of the default size that wait for their MD5s.
const RESTING_BYTES: usize = 2 * 1024 * 1024;

thread_local! {
    static SPARE: RefCell<Vec<Sections>> = const { RefCell::new(Vec::new()) };
}

pub(super) fn take() -> Sections {
    SPARE.with_borrow_mut(Vec::pop).unwrap_or_else(Sections::new)
}

pub(super) fn give_back(mut sections: Sections) {
    SPARE.with_borrow_mut(|spare| {
        let kept: usize = spare.iter().map(Sections::capacity).sum();
        if kept + sections.capacity() <= RESTING_BYTES {
            sections.clear();
            spare.push(sections);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::{Aggregator, Options, Request, Routing, UserRecord};
    use super::*;

    fn kept() -> usize {
        SPARE.with_borrow(|spare| spare.iter().map(Sections::capacity).sum())
    }

    #[test]
    fn a_thread_keeps_little() {
        let request = Request { max_aggregate_bytes: Some(1 << 20), ..Request::default() };
        let mut aggregator = Aggregator::new(Options::new(Routing::PartitionKey, &request).expect("in range"));
        let data = vec![0; 400_000];
        for key in 0..20_u8 {
            let record = UserRecord { partition_key: &[b'a' + key], explicit_hash_key: None, data: &data };
            aggregator.add(&record, |_| ()).expect("it fits");
        }
        aggregator.flush(drop);
        assert!((400_000..=RESTING_BYTES).contains(&kept()), "{} bytes", kept());
    }
}
