//! What the fuzz targets hold the crate against: the slow second implementations of the tests, and a count of the memory
//! in use.

pub mod allocation;
#[path = "../../tests/oracle/closing.rs"]
pub mod closing;
#[path = "../../tests/oracle/decoding.rs"]
pub mod decoding;
#[path = "../../tests/oracle/framed.rs"]
pub mod framed;
#[path = "../../tests/oracle/kpl.rs"]
mod kpl;
#[path = "../../tests/oracle/model.rs"]
pub mod model;
#[path = "../../tests/oracle/naive_reader.rs"]
mod naive_reader;
#[path = "../../tests/oracle/session.rs"]
pub mod session;
#[path = "../../tests/oracle/spelling.rs"]
pub mod spelling;
