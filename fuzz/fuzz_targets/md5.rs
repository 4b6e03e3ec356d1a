//! Any list of messages, of any lengths, at any alignment: every path through `md5` equals the `md-5` crate.

#![no_main]

use ::md5::{Digest as _, Md5};
use arbitrary::Arbitrary;
use kinesis_agg::md5::{self, Digest, Path};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Message {
    alignment: u8,
    /// The length in blocks and bytes: most are near the end of a block, where padding is decided.
    blocks: u8,
    more: u8,
    first: u8,
}

impl Message {
    /// The message behind as many bytes as its alignment asks for, and nothing after it.
    fn memory(&self) -> Box<[u8]> {
        let len = usize::from(self.blocks % 40) * 64 + usize::from(self.more % 64);
        (0..self.start() + len).map(|index| self.first.wrapping_add((index * 167 >> 3) as u8)).collect()
    }

    fn start(&self) -> usize {
        usize::from(self.alignment % 64)
    }
}

fuzz_target!(|messages: Vec<Message>| {
    let memory: Vec<Box<[u8]>> = messages.iter().map(Message::memory).collect();
    let messages: Vec<&[u8]> =
        memory.iter().zip(&messages).map(|(memory, message)| &memory[message.start()..]).collect();
    let expected: Vec<Digest> = messages.iter().map(|message| Md5::digest(message).into()).collect();
    for path in Path::all() {
        let mut digests = vec![Digest::default(); messages.len()];
        path.digest_many(&messages, &mut digests);
        assert_eq!(digests, expected, "{}", path.name());
    }
    for (message, expected) in messages.iter().zip(expected) {
        assert_eq!(md5::digest(message), expected);
    }
});
