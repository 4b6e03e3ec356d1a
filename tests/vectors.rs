//! Blobs that eight real producers wrote, and blobs that no producer should: `__test__/vectors/README.md`.

#[path = "oracle/closing.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets share it")]
mod closing;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use kinesis_agg::aggregate::{Aggregator, Options, Request, Routing, UserRecord};
use kinesis_agg::deaggregate::table::{HEADER_WORDS, Outcome};
use kinesis_agg::deaggregate::{self, deaggregate};
use kinesis_agg::format::envelope::{Envelope, MAGIC, begins_with_magic};
use kinesis_agg::format::key_text::key_text;
use kinesis_agg::format::reader::Outline;
use serde_json::Value;

/// Partition key, explicit hash key, data in base64.
type Row = (String, Option<String>, String);

#[test]
fn every_producer_s_aggregates_decode_to_what_went_in() {
    let rows = lines("good");
    assert_eq!(rows.len(), 143);
    for row in rows {
        let data = bytes(&row["aggregatedBase64"]);
        let expected = rows_of(row.get("decoded").unwrap_or(&row["inputs"]));
        if row["aggregated"] == true {
            assert_eq!(outcome(&data), Outcome::Aggregated as u32, "{}", row["id"]);
            assert_eq!(read(&data), expected, "{}", row["id"]);
        } else {
            assert_eq!(outcome(&data), Outcome::NotAggregated as u32, "{}", row["id"]);
            assert_eq!(text(&row["aggregatedBase64"]), expected[0].2, "{}", row["id"]);
        }
    }
}

#[test]
fn the_kpl_s_own_bytes_are_reproduced() {
    let is_kpl_aggregate = |row: &Value| row["source"] == "kpl-cpp-core" && row["aggregated"] == true;
    let rows: Vec<Value> = lines("good").into_iter().filter(is_kpl_aggregate).collect();
    assert_eq!(rows.len(), 26);
    for row in rows {
        // One of the KPL's aggregates is larger than 1 MiB with its partition key.
        let request = Request {
            max_record_bytes: Some(10 << 20),
            max_aggregate_bytes: Some(10 << 20),
            keeps_nested: true,
            ..Request::default()
        };
        let mut aggregator = Aggregator::new(Options::new(Routing::First, &request).expect("in range"));
        for (partition_key, explicit_hash_key, data) in rows_of(&row["inputs"]) {
            let record = UserRecord {
                partition_key: partition_key.as_bytes(),
                explicit_hash_key: explicit_hash_key.as_deref().map(str::as_bytes),
                data: &BASE64_STANDARD.decode(data).expect("base64"),
            };
            assert_eq!(closing::add(&mut aggregator, &record), Ok(vec![]), "{}", row["id"]);
        }
        let [closed] = closing::flush(&mut aggregator).try_into().expect("one aggregate takes all");
        assert_eq!(BASE64_STANDARD.encode(closed.data), text(&row["aggregatedBase64"]), "{}", row["id"]);
    }
}

#[test]
fn malformed_and_borderline_blobs_have_the_right_outcome() {
    let rows = lines("bad");
    assert_eq!(rows.len(), 72);
    for row in rows {
        let data = bytes(&row["base64"]);
        let (case, outcome) = (text(&row["case"]), outcome(&data));
        match row["expected"]["kind"].as_str() {
            Some("passthrough") if begins_with_magic(&data) => {
                assert!([Outcome::Checksum as u32, Outcome::Malformed as u32].contains(&outcome), "{case}");
            }
            Some("passthrough") => assert_eq!(outcome, Outcome::NotAggregated as u32, "{case}"),
            Some("broken") => assert_eq!(outcome, Outcome::Index as u32, "{case}"),
            Some("records") => {
                assert_eq!(outcome, Outcome::Aggregated as u32, "{case}");
                match row["expected"].get("records") {
                    Some(expected) => assert_eq!(read(&data), rows_of(expected), "{case}"),
                    // Through Node the same blobs are held against a hash of their records.
                    None => {
                        assert_eq!(Some(read(&data).len() as u64), row["expected"]["recordCount"].as_u64(), "{case}");
                    }
                }
            }
            _ => assert_eq!(row["expected"]["kind"], "any", "{case}"),
        }
    }
}

fn outcome(data: &[u8]) -> u32 {
    let options = deaggregate::Options { verify_checksum: true, hash_key_range: None, inspect_data: false };
    let mut table = Vec::new();
    deaggregate(&[data], &[], &options, &mut table);
    assert!(table.len() >= HEADER_WORDS);
    table[0]
}

fn read(data: &[u8]) -> Vec<Row> {
    let mut outline = Outline::default();
    outline.read(Envelope::open(data).expect("framed").message, MAGIC.len()).expect("well-formed");
    let key = |bytes: &[u8]| key_text(bytes).into_owned();
    let explicit = |position: u32| {
        let index = (position as usize).checked_sub(1)?;
        Some(key(outline.explicit_hash_keys[index].of(data)))
    };
    outline
        .user_records
        .iter()
        .map(|record| {
            let partition_key = key(outline.partition_keys[record.partition_key as usize].of(data));
            (partition_key, explicit(record.explicit_hash_key), BASE64_STANDARD.encode(record.data.of(data)))
        })
        .collect()
}

fn rows_of(records: &Value) -> Vec<Row> {
    let row = |record: &Value| {
        let explicit_hash_key = record["explicitHashKey"].as_str().map(str::to_owned);
        (text(&record["partitionKey"]), explicit_hash_key, text(&record["dataBase64"]))
    };
    records.as_array().expect("a list of records").iter().map(row).collect()
}

fn lines(name: &str) -> Vec<Value> {
    let path = format!("{}/__test__/vectors/{name}.jsonl.br", env!("CARGO_MANIFEST_DIR"));
    let compressed = std::fs::File::open(path).expect("the vectors are part of the repository");
    let text = std::io::read_to_string(brotli_decompressor::Decompressor::new(compressed, 4096)).expect("brotli");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn bytes(base64: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(text(base64)).expect("base64")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}
