//! A user record on its way in.

use crate::error::Error;
use crate::format::envelope::is_aggregated;
use crate::format::writer::{MOST_EXPLICIT_HASH_KEY_BYTES, MOST_USER_RECORD_BYTES};
use crate::hash_key::HashKey;

/// One user record, borrowed from the caller.
#[derive(Clone, Copy, Debug)]
pub struct UserRecord<'a> {
    /// The partition key in UTF-8. The aggregator itself takes any bytes.
    pub partition_key: &'a [u8],
    /// The explicit hash key as it is spelled. The aggregator itself takes any bytes: no routing reads the number.
    pub explicit_hash_key: Option<&'a [u8]>,
    /// The user's bytes.
    pub data: &'a [u8],
}

impl UserRecord<'_> {
    const MAX_CODE_POINTS: usize = 256;
    /// Of four bytes each.
    pub(super) const MAX_PARTITION_KEY_BYTES: usize = 4 * Self::MAX_CODE_POINTS;

    /// Whether Kinesis would take the keys.
    ///
    /// # Errors
    ///
    /// [`Error::PartitionKey`] or [`Error::ExplicitHashKey`].
    pub fn check_keys(&self) -> Result<(), Error> {
        let is_code_point_start = |byte: &&u8| **byte & 0xC0 != 0x80;
        let code_points = self.partition_key.iter().filter(is_code_point_start).count();
        if !(1..=Self::MAX_CODE_POINTS).contains(&code_points) {
            return Err(Error::PartitionKey { code_points });
        }
        match self.explicit_hash_key {
            Some(key) if HashKey::from_decimal(key).is_none() => Err(Error::ExplicitHashKey { bytes: key.len() }),
            _ => Ok(()),
        }
    }

    /// Whether the data is not an aggregate itself: no consumer opens an aggregate inside an aggregate.
    pub(super) fn check_nesting(&self) -> Result<(), Error> {
        if is_aggregated(self.data) { Err(Error::Nested { bytes: self.data.len() }) } else { Ok(()) }
    }

    /// The most that the record adds to an aggregate that is open.
    pub(super) fn cost(&self) -> usize {
        let explicit_hash_key = self.explicit_hash_key.map_or(0, |key| key.len() + MOST_EXPLICIT_HASH_KEY_BYTES);
        self.data.len() + self.partition_key.len() + MOST_USER_RECORD_BYTES + explicit_hash_key
    }
}
