//! The aggregator against a slow model, over random calls. The fuzz target `aggregate` does the same for longer.

#[path = "oracle/closing.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets share it")]
mod closing;
#[path = "oracle/framed.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets share it")]
mod framed;
#[path = "oracle/kpl.rs"]
#[expect(unreachable_pub, clippy::derive_partial_eq_without_eq, reason = "generated")]
mod kpl;
#[path = "oracle/model.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets share it")]
mod model;
#[path = "oracle/session.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets share it")]
mod session;

use arbitrary::{Arbitrary as _, Unstructured};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};
use session::Session;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn it_puts_what_a_slow_model_puts_at_the_same_call(bytes in vec(any::<u8>(), 20..800)) {
        if let Ok(session) = Session::arbitrary(&mut Unstructured::new(&bytes)) {
            session.run();
        }
    }
}
