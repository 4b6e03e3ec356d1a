//! Which keys Kinesis takes, and what is said of those that it does not.

use kinesis_agg::aggregate::UserRecord;
use kinesis_agg::error::Error;

fn check_keys(partition_key: &str, explicit_hash_key: Option<&str>) -> Result<(), Error> {
    let explicit_hash_key = explicit_hash_key.map(str::as_bytes);
    UserRecord { partition_key: partition_key.as_bytes(), explicit_hash_key, data: b"" }.check_keys()
}

#[test]
fn a_partition_key_has_1_to_256_code_points_however_long_they_are() {
    for character in ["k", "@", "\u{7F}", "é", "漢", "😀"] {
        for code_points in [1, 2, 255, 256] {
            assert_eq!(check_keys(&character.repeat(code_points), None), Ok(()), "{code_points} of {character}");
        }
        for code_points in [0, 257, 300] {
            let refused = Err(Error::PartitionKey { code_points });
            assert_eq!(check_keys(&character.repeat(code_points), None), refused, "{code_points} of {character}");
        }
    }
}

#[test]
fn an_explicit_hash_key_is_a_decimal() {
    assert_eq!(check_keys("k", Some("0")), Ok(()));
    assert_eq!(check_keys("k", Some(&u128::MAX.to_string())), Ok(()));
    assert_eq!(check_keys("k", Some("007")), Err(Error::ExplicitHashKey { bytes: 3 }));
    assert_eq!(check_keys("k", Some("")), Err(Error::ExplicitHashKey { bytes: 0 }));
}

#[test]
fn of_a_broken_message_alone_an_offset_is_told() {
    assert_eq!(Error::Malformed { offset: 17 }.offset(), Some(17));
    assert_eq!(Error::Checksum.offset(), None);
    assert_eq!(Error::Index { user_record: 3 }.offset(), None);
}
