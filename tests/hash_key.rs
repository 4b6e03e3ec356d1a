//! Explicit hash keys in any spelling, against a reader of strings.

#[path = "oracle/spelling.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets share it")]
mod spelling;

use kinesis_agg::hash_key::HashKey;
use proptest::prelude::{Strategy, any, prop_oneof, proptest};

fn spelling() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<u128>().prop_map(|number| number.to_string()),
        any::<u8>().prop_map(|more| format!("3402823669209384634633746074317682114{more:02}")),
        "[-+]?0{0,3}[0-9]{0,41}",
        "[-+0-9:/x ]{0,5}",
    ]
}

proptest! {
    #[test]
    fn numbers_are_read_as_strings_are_compared(text in spelling()) {
        assert_eq!(HashKey::from_decimal(text.as_bytes()), spelling::from_decimal(text.as_bytes()));
        assert_eq!(HashKey::from_integer(text.as_bytes()), spelling::from_integer(text.as_bytes()));
    }
}
