//! The oracle's prost types are those of `proto/kpl.proto`.

use std::{env, fs};

use prost_build::{Config, Module};

const TYPES: &str = "tests/oracle/kpl.rs";

/// They are kept, so that nobody who builds the addon has to build a compiler of schemas first.
#[test]
fn the_types_of_the_oracle_are_made_from_the_schema() {
    let schema = protox::compile(["proto/kpl.proto"], ["proto"]).expect("it is valid");
    let requests = schema.file.into_iter().map(|file| (Module::from_protobuf_package_name(file.package()), file));
    let made = Config::new().generate(requests.collect()).expect("prost knows all of it");
    let made: String = made.into_values().collect();
    if env::var_os("UPDATE").is_some() {
        fs::write(TYPES, &made).expect("the folder is there");
    }
    let kept: String = fs::read_to_string(TYPES).expect("it is there");
    assert_eq!(kept, made, "{TYPES} is out of date: UPDATE=1 cargo test --test schema writes it");
}
