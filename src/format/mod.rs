//! The bytes of an aggregated record, and nothing else: framing, reading, writing.

pub mod envelope;
pub mod key_text;
pub mod reader;
pub mod writer;
