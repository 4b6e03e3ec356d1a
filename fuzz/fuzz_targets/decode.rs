//! Any bytes, as a Kinesis record and as the message of one that is framed as it should be: the decoder reads nothing
//! outside, takes little memory, and agrees with a slow second reader.

#![no_main]

use kinesis_agg_fuzz::framed::framed;
use kinesis_agg_fuzz::{allocation, decoding};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [choice, bytes @ ..] = input else { return };
    let options = decoding::options(*choice);
    // Memory of its own for each, so that a byte beyond the end is nobody's.
    let raw: Box<[u8]> = bytes.into();
    let whole = framed(bytes);
    allocation::check(&[&raw, &whole], &options);
    decoding::check(&[&raw, &whole], &options);
});
