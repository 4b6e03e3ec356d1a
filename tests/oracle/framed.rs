//! Framing by the md-5 crate.

use kinesis_agg::format::envelope::MAGIC;
use md5::{Digest as _, Md5};

/// The message as an aggregated record, with a true MD5.
#[must_use]
pub fn framed(message: &[u8]) -> Box<[u8]> {
    [&MAGIC, message, Md5::digest(message).as_slice()].concat().into()
}
