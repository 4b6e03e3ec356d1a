//! Hash keys: the 128-bit numbers by which Kinesis assigns records to shards.
//!
//! ```
//! use kinesis_agg::hash_key::HashKey;
//!
//! assert_eq!(HashKey::of_partition_key(b"a").to_string(), "16955237001963240173058271559858726497");
//! assert_eq!(HashKey::from_decimal(b"007"), None);
//! ```

use std::fmt;

use crate::md5::{self, Digest};

/// A position in the hash key space of a stream: 0 to 2^128 - 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HashKey(pub u128);

impl HashKey {
    /// The largest hash key.
    pub const MAX: Self = Self(u128::MAX);
    /// The length of the largest in decimal.
    pub const MAX_DIGITS: usize = 39;

    /// The hash key of a record that has no explicit one: MD5 of the partition key's UTF-8 bytes, big-endian
    /// (`PutRecord` in the Kinesis API reference).
    #[must_use]
    pub fn of_partition_key(partition_key: &[u8]) -> Self {
        Self::from_digest(md5::digest(partition_key))
    }

    /// Reads a digest as Kinesis does.
    #[must_use]
    pub fn from_digest(digest: Digest) -> Self {
        Self(u128::from_be_bytes(digest))
    }

    /// Reads an explicit hash key in the one spelling that the Kinesis API takes: `0|([1-9]\d{0,38})`, at most
    /// 2^128 - 1. `None` for a sign, a leading zero, a blank or anything else.
    #[must_use]
    pub fn from_decimal(decimal: &[u8]) -> Option<Self> {
        match decimal {
            [b'0'] => Some(Self(0)),
            [b'1'..=b'9', ..] => Self::from_digits(decimal),
            _ => None,
        }
    }

    /// Reads an integer as the KCL does (`new BigInteger(String)` in `AggregatorUtil`): leading zeros and a sign are
    /// fine, since a consumer compares numbers and not spellings. `None` outside 0 to 2^128 - 1 and for no number.
    #[must_use]
    pub fn from_integer(integer: &[u8]) -> Option<Self> {
        match integer {
            [b'-', digits @ ..] => Self::from_digits(digits).filter(|number| number.0 == 0),
            [b'+', digits @ ..] | digits => Self::from_digits(digits),
        }
    }

    fn from_digits(digits: &[u8]) -> Option<Self> {
        if digits.is_empty() {
            return None;
        }
        let mut number = 0_u128;
        for byte in digits {
            let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
            number = number.checked_mul(10)?.checked_add(u128::from(digit))?;
        }
        Some(Self(number))
    }
}

impl fmt::Display for HashKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// An inclusive range of hash keys, as a shard owns one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashKeyRange {
    /// The first hash key inside.
    pub start: HashKey,
    /// The last hash key inside.
    pub end: HashKey,
}

impl HashKeyRange {
    /// Whether the range owns `hash_key`.
    #[must_use]
    pub fn contains(&self, hash_key: HashKey) -> bool {
        (self.start..=self.end).contains(&hash_key)
    }
}

/// One of up to 1024 equal parts of the hash key space. An aggregate of a lane carries its name as the partition key and
/// its middle as the explicit hash key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    index: u16,
    count: u16,
}

impl Lane {
    /// The most lanes that there may be.
    pub const MAX_COUNT: u16 = 1024;

    /// `None` if there is no such lane.
    #[must_use]
    pub fn new(index: usize, count: u16) -> Option<Self> {
        let index = u16::try_from(index).ok()?;
        (index < count && count <= Self::MAX_COUNT).then_some(Self { index, count })
    }

    /// Reads a lane's name, `lane-<index>-of-<count>`, both numbers without leading zeros.
    #[must_use]
    pub fn from_name(name: &[u8]) -> Option<Self> {
        let numbers = str::from_utf8(name.strip_prefix(b"lane-")?).ok()?;
        let (index, count) = numbers.split_once("-of-")?;
        let number = |decimal: &str| HashKey::from_decimal(decimal.as_bytes())?.0.try_into().ok();
        Self::new(number(index).map(usize::from)?, number(count)?)
    }

    /// floor((2 index + 1) x 2^127 / count), by long division, since the dividend has up to 138 bits.
    #[must_use]
    pub fn middle(self) -> HashKey {
        let count = u128::from(self.count);
        let high = (2 * u128::from(self.index) + 1) << 63;
        let low = (high % count) << 64;
        HashKey(((high / count) << 64) + low / count)
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "lane-{}-of-{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partition_keys_hash_as_kinesis_hashes_them() {
        assert_eq!(HashKey::of_partition_key(b"a").to_string(), "16955237001963240173058271559858726497");
        assert_eq!(HashKey::of_partition_key(b"").0, 0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e);
    }

    #[test]
    fn an_explicit_hash_key_has_one_spelling() {
        let max = u128::MAX.to_string();
        for (decimal, expected) in [("0", 0), ("1", 1), ("10", 10), (max.as_str(), u128::MAX)] {
            assert_eq!(HashKey::from_decimal(decimal.as_bytes()), Some(HashKey(expected)), "{decimal}");
        }
        for decimal in ["", "00", "01", "+1", "-1", " 1", "1 ", "1.0", "abc", "340282366920938463463374607431768211456"]
        {
            assert_eq!(HashKey::from_decimal(decimal.as_bytes()), None, "{decimal}");
        }
    }

    #[test]
    fn a_consumer_reads_any_spelling_of_a_number() {
        for (integer, expected) in
            [("0", 0), ("-0", 0), ("+5", 5), ("0005", 5), (&*format!("0{}", u128::MAX), u128::MAX)]
        {
            assert_eq!(HashKey::from_integer(integer.as_bytes()), Some(HashKey(expected)), "{integer}");
        }
        for integer in
            ["", "+", "-", "-1", "--0", "1x", "1:", "340282366920938463463374607431768211456", "9".repeat(60).as_str()]
        {
            assert_eq!(HashKey::from_integer(integer.as_bytes()), None, "{integer}");
        }
    }

    #[test]
    fn a_range_includes_both_ends() {
        let range = HashKeyRange { start: HashKey(5), end: HashKey(7) };
        let inside: Vec<u128> = (0..10).filter(|number| range.contains(HashKey(*number))).collect();
        assert_eq!(inside, [5, 6, 7]);
    }

    #[test]
    fn a_lane_has_one_name() {
        for (index, count) in [(0, 1), (0, 2), (7, 8), (10, 100), (1023, 1024)] {
            let lane = Lane::new(index, count).expect("there is such a lane");
            assert_eq!(Lane::from_name(lane.to_string().as_bytes()), Some(lane));
        }
        assert_eq!(Lane::from_name(b"lane-7-of-8"), Lane::new(7, 8));
        for name in [
            "",
            "lane-",
            "lane-0",
            "lane-0-of-",
            "lane--of-8",
            "lane-0-of-0",
            "lane-8-of-8",
            "lane-9-of-8",
            "lane-07-of-8",
            "lane-7-of-08",
            "lane-+7-of-8",
            "lane-7-of-8 ",
            " lane-7-of-8",
            "Lane-7-of-8",
            "lane-7-of-8-of-8",
            "lane-1024-of-1025",
            "lane-0-of-65537",
            "lane-65536-of-8",
            "lane-0-of-340282366920938463463374607431768211457",
        ] {
            assert_eq!(Lane::from_name(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn lanes_have_their_middles() {
        let middle = |index, count| Lane::new(index, count).map(Lane::middle);
        assert_eq!(middle(0, 1), Some(HashKey(1 << 127)));
        assert_eq!(middle(0, 2), Some(HashKey(1 << 126)));
        assert_eq!(middle(1, 2), Some(HashKey(3 << 126)));
        assert_eq!(middle(2, 3), Some(HashKey(283_568_639_100_782_052_886_145_506_193_140_176_213)));
        assert_eq!(middle(0, 1024), Some(HashKey(1 << 117)));
        assert_eq!(middle(1023, 1024), Some(HashKey(2047 << 117)));
    }
}
