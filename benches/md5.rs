//! Bytes per second of every path through `md5`: `cargo bench --no-default-features --bench md5`.
//!
//! "portable" is the `md-5` crate; "avx2", "sse2" and "neon" are what a machine uses, choosing among the kernels that
//! follow them, which are measured alone.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kinesis_agg::md5::Path;

fn benchmark(criterion: &mut Criterion) {
    let bytes: Vec<u8> = (0..5_000_000_u32).map(|index| index.wrapping_mul(0x9e37_79b9).to_le_bytes()[3]).collect();
    for count in [1, 2, 4, 8, 16, 88] {
        measure(criterion, &format!("{count} x 50 KB"), &bytes, &vec![50_000; count]);
    }
    measure(criterion, "1000 keys of 36 B", &bytes, &[36; 1000]);
    let mut skewed = [1_000; 51];
    skewed[0] = 1_000_000;
    measure(criterion, "1 MB, then 50 x 1 KB", &bytes, &skewed);
    skewed.reverse();
    measure(criterion, "50 x 1 KB, then 1 MB", &bytes, &skewed);
    let spread: Vec<usize> = (0..88).map(|index| index * 7_919 % 100_000).collect();
    measure(criterion, "88 x 0 to 100 KB", &bytes, &spread);
}

fn measure(criterion: &mut Criterion, name: &str, bytes: &[u8], lengths: &[usize]) {
    let mut rest = bytes;
    let messages: Vec<&[u8]> = lengths.iter().map(|length| rest.split_off(..*length).expect("enough bytes")).collect();
    let mut expected = vec![[0; 16]; messages.len()];
    Path::PORTABLE.digest_many(&messages, &mut expected);

    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(lengths.iter().sum::<usize>() as u64));
    for path in Path::all() {
        let mut digests = vec![[0; 16]; messages.len()];
        path.digest_many(&messages, &mut digests);
        assert_eq!(digests, expected, "{}", path.name());
        group.bench_function(path.name(), |bencher| {
            bencher.iter(|| path.digest_many(black_box(&messages), black_box(&mut digests)));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800));
    targets = benchmark
}
criterion_main!(benches);
