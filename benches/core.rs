//! The core without Node and, where that is possible, without MD5: reading, writing and hash keys in bytes per second.

use std::hint::black_box;
use std::mem;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kinesis_agg::aggregate::{Aggregator, Options, Outbox, Request, Routing, UserRecord};
use kinesis_agg::deaggregate::{self, deaggregate};
use kinesis_agg::error::Error;
use kinesis_agg::format::envelope::{Envelope, MAGIC};
use kinesis_agg::format::reader::Outline;
use kinesis_agg::hash_key::HashKey;

/// An aggregate's size, and how large its user records are.
const SHAPES: [(&str, usize, usize); 3] =
    [("50 KB of 100 B", 50 * 1024, 100), ("50 KB of 1 KB", 50 * 1024, 1024), ("1 MB of 100 B", 1024 * 1024, 100)];

/// Partition keys and data that fill an aggregate of `bytes`, each record with a key of its own.
fn user_records(bytes: usize, data_bytes: usize) -> Vec<(String, Vec<u8>)> {
    /// More than tags, lengths and an index take.
    const FIELDS: usize = 14;

    let count = bytes / (data_bytes + "device-0000000000000".len() + FIELDS);
    (0..count).map(|number| (format!("device-{number:013}"), vec![b'x'; data_bytes])).collect()
}

fn aggregator() -> Aggregator {
    let request = Request { max_aggregate_bytes: Some(1 << 20), ..Request::default() };
    Aggregator::new(Options::new(Routing::First, &request).expect("it is in range"))
}

fn aggregate(records: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut aggregator = aggregator();
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

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    for (shape, bytes, data_bytes) in SHAPES {
        let data = aggregate(&user_records(bytes, data_bytes));
        let message = Envelope::open(&data).expect("it is framed").message;
        let mut outline = Outline::default();
        group.throughput(Throughput::Bytes(data.len() as u64));
        group.bench_function(format!("outline, {shape}"), |bencher| {
            bencher.iter(|| outline.read(black_box(message), MAGIC.len()).expect("it is well-formed"));
        });

        for (checksum, verify_checksum) in [("without MD5", false), ("with MD5", true)] {
            let options = deaggregate::Options { verify_checksum, hash_key_range: None, inspect_data: true };
            let mut table = Vec::new();
            group.bench_function(format!("table {checksum}, {shape}"), |bencher| {
                bencher.iter(|| deaggregate(black_box(&[&data]), &[], &options, &mut table));
            });
        }
    }
    group.finish();
}

fn writing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write");
    for (shape, bytes, data_bytes) in SHAPES {
        let records = user_records(bytes, data_bytes);
        group.throughput(Throughput::Bytes(aggregate(&records).len() as u64));
        group.bench_function(format!("take, {shape}"), |bencher| {
            let mut aggregator = aggregator();
            bencher.iter(|| {
                for (partition_key, data) in &records {
                    let record = UserRecord { partition_key: partition_key.as_bytes(), explicit_hash_key: None, data };
                    aggregator.add(black_box(&record), |_| ()).expect("it is small");
                }
                aggregator.clear();
            });
        });
        group.bench_function(format!("take and seal, {shape}"), |bencher| {
            bencher.iter(|| aggregate(black_box(&records)));
        });
    }
    group.finish();
}

fn hash_keys(criterion: &mut Criterion) {
    const KEY: &[u8; 36] = b"550e8400-e29b-41d4-a716-446655440000";

    let mut group = criterion.benchmark_group("hash key");
    group.throughput(Throughput::Bytes(KEY.len() as u64));
    group.bench_function("of 36 bytes", |bencher| bencher.iter(|| HashKey::of_partition_key(black_box(KEY))));
    group.bench_function("of 36 bytes, in decimal", |bencher| {
        bencher.iter(|| HashKey::of_partition_key(black_box(KEY)).to_string());
    });
    let decimal = HashKey::MAX.to_string();
    group.throughput(Throughput::Bytes(decimal.len() as u64));
    group.bench_function("from decimal", |bencher| {
        bencher.iter(|| HashKey::from_decimal(black_box(decimal.as_bytes())));
    });
    group.finish();
}

criterion_group!(benches, reading, writing, hash_keys);
criterion_main!(benches);
