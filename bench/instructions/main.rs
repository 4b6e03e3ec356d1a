//! Work for a counter of instructions: `node bench/instructions` runs it under qemu, built for both processors.
//!
//! ```text
//! instructions                      what there is: name, user records, bytes, a line each
//! instructions NAME REPETITIONS     does that so often
//! ```
//!
//! What two numbers of repetitions differ by is the work alone, without the start of the process and the making of its input.

use std::env;
use std::hint::black_box;
use std::mem;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{PAD, STANDARD};
use base64::engine::simd::Simd;
use kinesis_agg::aggregate::{Aggregator, Options, Outbox, Request, Routing, UserRecord};
use kinesis_agg::deaggregate::{self, deaggregate};
use kinesis_agg::error::Error;
use kinesis_agg::md5::Path;

/// One piece of work.
struct Work {
    name: String,
    user_records: usize,
    bytes: usize,
    run: Box<dyn FnMut()>,
}

fn main() {
    let mut arguments = env::args().skip(1);
    let Some(name) = arguments.next() else {
        for Work { name, user_records, bytes, .. } in all() {
            println!("{name}\t{user_records}\t{bytes}");
        }
        return;
    };
    let repetitions: usize = arguments.next().and_then(|number| number.parse().ok()).expect("a number of repetitions");
    let mut work = all().into_iter().find(|work| work.name == name).expect("a name of the list");
    for _ in 0..repetitions {
        (work.run)();
    }
}

fn all() -> Vec<Work> {
    let mut works = vec![reading(100), reading(1024)];
    works.extend(Path::all().into_iter().map(hashing));
    for (engine, encode, decode) in [
        ("general purpose", general_purpose_encode as Encode, general_purpose_decode as Decode),
        ("simd", simd_encode, simd_decode),
    ] {
        works.push(encoding(engine, encode, 100));
        works.push(encoding(engine, encode, 1024));
        works.push(decoding(engine, decode));
    }
    works
}

/// An aggregate of 50 KB into the table of numbers that JavaScript makes its objects from, without its MD5.
fn reading(data_bytes: usize) -> Work {
    let records = user_records(data_bytes);
    let data = aggregate(&records);
    let bytes = data.len();
    let mut table = Vec::new();
    Work {
        name: format!("read 50 KB of {data_bytes} B records"),
        user_records: records.len(),
        bytes,
        run: Box::new(move || {
            let options = deaggregate::Options { verify_checksum: false, hash_key_range: None, inspect_data: true };
            deaggregate(black_box(&[&data]), &[None], &options, black_box(&mut table));
        }),
    }
}

/// Sixteen messages of 50 KB: as many as the widest kernel takes at once.
fn hashing(path: Path) -> Work {
    let bytes = vec![b'x'; 16 * 51_200];
    Work {
        name: format!("md5 of 16 x 50 KB by {}", path.name()),
        user_records: 0,
        bytes: bytes.len(),
        run: Box::new(move || {
            let messages: Vec<&[u8]> = bytes.chunks(51_200).collect();
            path.digest_many(black_box(&messages), black_box(&mut [[0; 16]; 16]));
        }),
    }
}

/// 50 KB of user records, each a text of its own, as the drop-in hands them out.
fn encoding(engine: &str, encode: Encode, data_bytes: usize) -> Work {
    let bytes = vec![b'x'; 51_200 / data_bytes * data_bytes];
    let mut text = vec![0; 4 * data_bytes.div_ceil(3)];
    Work {
        name: format!("base64 of {data_bytes} B records by {engine}"),
        user_records: bytes.len() / data_bytes,
        bytes: bytes.len(),
        run: Box::new(move || {
            for data in bytes.chunks(data_bytes) {
                encode(black_box(data), black_box(&mut text));
            }
        }),
    }
}

/// The text of a Kinesis record of 50 KB.
fn decoding(engine: &str, decode: Decode) -> Work {
    let mut bytes = vec![b'x'; 51_200];
    let text = STANDARD.encode(&bytes);
    Work {
        name: format!("bytes of 50 KB from base64 by {engine}"),
        user_records: 0,
        bytes: bytes.len(),
        run: Box::new(move || decode(black_box(text.as_bytes()), black_box(&mut bytes))),
    }
}

type Encode = fn(&[u8], &mut [u8]);
type Decode = fn(&[u8], &mut [u8]);

fn general_purpose_encode(data: &[u8], text: &mut [u8]) {
    STANDARD.encode_slice(data, text).expect("it fits");
}

fn general_purpose_decode(text: &[u8], data: &mut [u8]) {
    STANDARD.decode_slice(text, data).expect("it fits");
}

fn simd_encode(data: &[u8], text: &mut [u8]) {
    SIMD.encode_slice(data, text).expect("it fits");
}

fn simd_decode(text: &[u8], data: &mut [u8]) {
    SIMD.decode_slice(text, data).expect("it fits");
}

static SIMD: LazyLock<Simd> = LazyLock::new(|| Simd::standard(PAD));

/// Partition keys and data that fill an aggregate of 50 KB, each record with a key of its own.
fn user_records(data_bytes: usize) -> Vec<(String, Vec<u8>)> {
    /// More than tags, lengths and an index take.
    const FIELDS: usize = 14;

    let count = 51_200 / (data_bytes + "device-0000000000000".len() + FIELDS);
    (0..count).map(|number| (format!("device-{number:013}"), vec![b'x'; data_bytes])).collect()
}

fn aggregate(records: &[(String, Vec<u8>)]) -> Vec<u8> {
    let options = Options::new(Routing::First, &Request::default()).expect("the defaults are in range");
    let mut aggregator = Aggregator::new(options);
    for (partition_key, data) in records {
        let record = UserRecord { partition_key: partition_key.as_bytes(), explicit_hash_key: None, data };
        aggregator.add(&record, |_| panic!("one aggregate takes all")).expect("it is small");
    }
    let mut outbox = Outbox::default();
    let allocate = |len| Ok::<_, Error>(vec![0; len]);
    aggregator.flush(|closed| outbox.push(closed, allocate));
    let mut data = Vec::new();
    let handed_over = outbox.hand_over(allocate, |record| {
        data = mem::take(&mut record.data);
        Ok(())
    });
    handed_over.expect("there is memory");
    data
}
