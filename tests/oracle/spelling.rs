//! Hash keys read as strings: of two numbers the longer is the larger.

use kinesis_agg::hash_key::HashKey;

const MAX: &str = "340282366920938463463374607431768211455";

/// `0|([1-9]\d{0,38})`, at most 2^128 - 1.
#[must_use]
pub fn from_decimal(text: &[u8]) -> Option<HashKey> {
    let text = str::from_utf8(text).ok()?;
    if text.len() > 1 && text.starts_with('0') { None } else { from_digits(text) }
}

/// What `new BigInteger(String)` takes, of it what is in the range of hash keys.
#[must_use]
pub fn from_integer(text: &[u8]) -> Option<HashKey> {
    let text = str::from_utf8(text).ok()?;
    match text.strip_prefix('-') {
        Some(digits) => from_digits(digits).filter(|number| *number == HashKey(0)),
        None => from_digits(text.strip_prefix('+').unwrap_or(text)),
    }
}

fn from_digits(digits: &str) -> Option<HashKey> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    // Of two equally long ones the later in the dictionary is the larger.
    if (significant.len(), significant) > (MAX.len(), MAX) {
        return None;
    }
    Some(HashKey(if significant.is_empty() { 0 } else { significant.parse().expect("it is in range") }))
}
