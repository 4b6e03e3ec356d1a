//! Any sequence of calls to the aggregator, against a slow model.

#![no_main]

use kinesis_agg_fuzz::session::Session;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|session: Session| session.run());
