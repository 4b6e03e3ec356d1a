//! Turns `proto/kpl.proto` into prost types without needing `protoc`, and sets the linker flags of a Node addon.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto/kpl.proto");
    let schema = protox::compile(["proto/kpl.proto"], ["proto"])?;
    prost_build::Config::new().compile_fds(schema)?;

    #[cfg(feature = "node")]
    napi_build::setup();
    Ok(())
}
