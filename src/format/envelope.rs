//! The frame around the protobuf message: four bytes of magic number before it, sixteen bytes of MD5 after it.

use crate::md5::{self, Digest};

/// The first bytes of every aggregated record (`aggregation-format.md` of awslabs/amazon-kinesis-producer).
pub const MAGIC: [u8; 4] = [0xF3, 0x89, 0x9A, 0xC2];

pub(crate) const DIGEST_BYTES: usize = size_of::<Digest>();

/// How many bytes the frame adds to the message.
pub const FRAME_BYTES: usize = MAGIC.len() + DIGEST_BYTES;

/// A framed message, not yet verified.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The protobuf message, not empty. It starts at offset 4 of the data.
    pub message: &'a [u8],
    digest: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Takes the frame off; `None` if the data is too short for one with anything in it.
    ///
    /// The KCL asks for more than 16 bytes after the magic number, so that an aggregate of nothing passes through
    /// (`AggregatorUtil` of awslabs/amazon-kinesis-client).
    #[must_use]
    pub fn open(data: &'a [u8]) -> Option<Self> {
        let framed = data.strip_prefix(&MAGIC)?;
        let (message, digest) = framed.split_at_checked(framed.len().checked_sub(DIGEST_BYTES)?)?;
        (!message.is_empty()).then_some(Self { message, digest })
    }

    /// Whether `digest`, the MD5 of the message, is the one that the frame carries.
    #[must_use]
    pub fn carries(&self, digest: &Digest) -> bool {
        self.digest == digest
    }
}

/// Whether the data claims to be an aggregated record.
#[must_use]
pub fn begins_with_magic(data: &[u8]) -> bool {
    data.starts_with(&MAGIC)
}

/// Whether the data is framed as an aggregated record and its MD5 holds. The message may still be malformed.
#[must_use]
pub fn is_aggregated(data: &[u8]) -> bool {
    Envelope::open(data).is_some_and(|envelope| envelope.carries(&md5::digest(envelope.message)))
}
