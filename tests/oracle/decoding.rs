//! What a Kinesis record has to decode to, by the slow second reader of the tests.

use kinesis_agg::deaggregate::table::{DATA_IS_ASCII, HEADER_WORDS, KEYS_ARE_ASCII, KEYS_ARE_UTF8, Outcome, ROW_WORDS};
use kinesis_agg::deaggregate::{Options, deaggregate};
use kinesis_agg::format::envelope::{Envelope, MAGIC, is_aggregated};
use kinesis_agg::format::key_text::key_text;
use kinesis_agg::hash_key::{HashKey, HashKeyRange};
use md5::{Digest as _, Md5};

use crate::naive_reader::{self, Message};
use crate::spelling::from_integer;

/// What to ask of the decoder, out of a byte.
#[must_use]
pub fn options(choice: u8) -> Options {
    const MIDDLE: u128 = 1 << 127;
    let range = |start, end| Some(HashKeyRange { start: HashKey(start), end: HashKey(end) });
    Options {
        verify_checksum: choice & 8 == 0,
        inspect_data: choice & 4 != 0,
        hash_key_range: match choice & 3 {
            0 => None,
            1 => range(0, MIDDLE - 1),
            2 => range(MIDDLE, u128::MAX),
            _ => range(0, u128::MAX),
        },
    }
}

/// Decodes Kinesis records together, and holds each against the second reader.
pub fn check(records: &[&[u8]], options: &Options) {
    let mut table = Vec::new();
    deaggregate(records, &[], options, &mut table);
    assert!(table.len() >= records.len() * HEADER_WORDS);
    for (index, data) in records.iter().enumerate() {
        check_record(data, &table[index * HEADER_WORDS..][..HEADER_WORDS], &table, options);
    }
}

fn check_record(data: &[u8], header: &[u32], table: &[u32], options: &Options) {
    let is_framed = data.len() > MAGIC.len() + 16 && data.starts_with(&MAGIC);
    let message = if is_framed { &data[MAGIC.len()..data.len() - 16] } else { &[] };
    let is_whole = is_framed && Md5::digest(message).as_slice() == &data[data.len() - 16..];
    assert_eq!(Envelope::open(data).map(|envelope| envelope.message), is_framed.then_some(message));
    assert_eq!(is_aggregated(data), is_whole);

    let outcome = header[0];
    let position = header[1] as usize;
    if !data.starts_with(&MAGIC) {
        assert_eq!(outcome, Outcome::NotAggregated as u32);
        return;
    }
    if is_framed && options.verify_checksum && !is_whole {
        assert_eq!(outcome, Outcome::Checksum as u32);
        return;
    }
    let Some(expected) = is_framed.then(|| naive_reader::read(message)).flatten() else {
        assert_eq!(outcome, Outcome::Malformed as u32);
        assert!((MAGIC.len()..=data.len()).contains(&position), "it stopped in the data");
        return;
    };
    if let Some(user_record) = expected.user_records.iter().position(|record| points_nowhere(&expected, record)) {
        assert_eq!((outcome, position), (Outcome::Index as u32, user_record));
        return;
    }
    assert_eq!(outcome, Outcome::Aggregated as u32);
    check_body(data, header, table, &expected, options);
}

fn check_body(data: &[u8], header: &[u32], table: &[u32], expected: &Message, options: &Options) {
    let [_, user_records, body, partition_keys, explicit_hash_keys, flags, keys_start, keys_end] =
        header.iter().map(|word| *word as usize).collect::<Vec<_>>()[..]
    else {
        panic!("a header has eight words");
    };
    let words = |start: usize, len: usize| table[start..][..len].iter().map(|word| *word as usize);
    let bytes = |start: usize, len: usize| &data[start..][..len];

    let spans: Vec<usize> = words(body, 2 * (partition_keys + explicit_hash_keys)).collect();
    let spans: Vec<(usize, usize)> = spans.as_chunks().0.iter().map(|[start, len]| (*start, *len)).collect();
    let keys: Vec<&[u8]> = spans.iter().map(|(start, len)| bytes(*start, *len)).collect();
    let (partition_keys, explicit_hash_keys) = keys.split_at(partition_keys);

    let is_kept = options.hash_key_range.is_none_or(|range| lies_inside(expected, range));
    let kept = if is_kept { &expected.user_records[..] } else { &[] };
    let rows: Vec<usize> = words(body + 2 * spans.len(), ROW_WORDS * user_records).collect();
    let rows: Vec<_> = rows
        .as_chunks()
        .0
        .iter()
        .map(|[partition_key, explicit, start, len]| {
            let explicit = explicit.checked_sub(1).map(|index| explicit_hash_keys[index]);
            (partition_keys[*partition_key], explicit, bytes(*start, *len))
        })
        .collect();
    let at = |table: &'_ [Vec<u8>], index: u64| table[usize::try_from(index).expect("it points somewhere")].clone();
    let kept_rows: Vec<_> = kept
        .iter()
        .map(|(partition_key, explicit, data)| {
            let explicit = explicit.map(|index| at(&expected.explicit_hash_keys, index));
            (at(&expected.partition_keys, *partition_key), explicit, data.clone())
        })
        .collect();
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(key, explicit, data)| (key.to_vec(), explicit.map(<[u8]>::to_vec), data.to_vec()))
        .collect();
    assert_eq!(rows, kept_rows);
    // All keys are listed, or as many as user records can name.
    if keys.len() != expected.partition_keys.len() + expected.explicit_hash_keys.len() {
        assert!(keys.len() <= 2 * kept.len(), "keys that no user record names");
    }

    if flags & KEYS_ARE_ASCII as usize != 0 {
        assert!(keys.iter().all(|key| key.is_ascii()));
        assert!(spans.iter().all(|(start, len)| keys_start <= *start && start + len <= keys_end));
    } else {
        let are_utf8 = keys.iter().all(|key| str::from_utf8(key).is_ok());
        assert_eq!(flags & KEYS_ARE_UTF8 as usize != 0, are_utf8);
    }
    let is_ascii = options.inspect_data && kept.iter().all(|(_, _, data)| data.is_ascii());
    assert_eq!(flags & DATA_IS_ASCII as usize != 0, is_ascii);
}

fn points_nowhere(message: &Message, (partition_key, explicit_hash_key, _): &(u64, Option<u64>, Vec<u8>)) -> bool {
    *partition_key >= message.partition_keys.len() as u64
        || explicit_hash_key.is_some_and(|index| index >= message.explicit_hash_keys.len() as u64)
}

/// Rule 7 of the KCL, one user record after the other.
fn lies_inside(message: &Message, range: HashKeyRange) -> bool {
    let at = |table: &[Vec<u8>], index: u64| table[usize::try_from(index).expect("it points somewhere")].clone();
    message.user_records.iter().all(|(partition_key, explicit_hash_key, _)| {
        let hash_key = if let Some(index) = explicit_hash_key {
            from_integer(&at(&message.explicit_hash_keys, *index))
        } else {
            let key = at(&message.partition_keys, *partition_key);
            let digest = Md5::digest(key_text(&key).as_bytes());
            Some(HashKey(u128::from_be_bytes(digest.into())))
        };
        hash_key.is_some_and(|hash_key| range.start <= hash_key && hash_key <= range.end)
    })
}
