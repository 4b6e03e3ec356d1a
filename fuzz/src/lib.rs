//! What the fuzz targets hold the crate against: slow second readers, a model, and a count of the memory in use.

pub mod allocation;
pub mod decoding;
pub mod integer;
pub mod model;
#[path = "../../tests/oracle/naive_reader.rs"]
mod naive_reader;
