//! Keys as text, also where their bytes are no UTF-8.

use std::borrow::Cow;

/// A key as the KCL hands it out (`ByteString.toStringUtf8` of protobuf for Java, that is `new String(bytes, UTF_8)`).
///
/// What is no UTF-8 becomes U+FFFD, one for each longest run that could have begun a character. That is what Rust and
/// Node.js do too, with one difference: Java takes the bytes of an encoded surrogate for one such run, so that they become
/// one U+FFFD and not three.
#[must_use]
pub fn key_text(key: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(key) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(with_replacements(key)),
    }
}

fn with_replacements(mut rest: &[u8]) -> String {
    let mut text = String::with_capacity(rest.len());
    while let Some(chunk) = rest.utf8_chunks().next() {
        text.push_str(chunk.valid());
        rest = &rest[chunk.valid().len()..];
        let invalid = match rest {
            [] => break,
            [0xED, 0xA0..=0xBF, 0x80..=0xBF, ..] => 3,
            [0xED, 0xA0..=0xBF, ..] => 2,
            _ => chunk.invalid().len(),
        };
        text.push(char::REPLACEMENT_CHARACTER);
        rest = &rest[invalid..];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_utf_8_stays() {
        for text in ["", "a", "é漢🙂", "\u{D7FF}\u{E000}\u{FFFD}"] {
            assert_eq!(key_text(text.as_bytes()), text);
        }
    }

    /// The right column is what `new String(bytes, UTF_8)` of a JDK gave.
    #[test]
    fn what_is_not_becomes_what_java_makes_of_it() {
        let one = |count: usize| "\u{FFFD}".repeat(count);
        for (bytes, expected) in [
            (&b"\xED\xA0\xBD"[..], one(1)),
            (b"\xED\xA0\xBD\xED\xB8\x80", one(2)),
            (b"\xED\xBF\xBF", one(1)),
            (b"\xED\xA0", one(1)),
            (b"\xED", one(1)),
            (b"\xED\xA0A", one(1) + "A"),
            (b"\xED\xA0\xED\xA0\x80", one(2)),
            (b"\xED\xC0\x80", one(3)),
            (b"\xED\x9F\xBF", "\u{D7FF}".into()),
            (b"a\xEDb", format!("a{}b", one(1))),
            (b"\xC0\x80", one(2)),
            (b"\xE0\x80\x80", one(3)),
            (b"\xE2\x82", one(1)),
            (b"\xE2\x82A", one(1) + "A"),
            (b"\xF0\x9F\x98", one(1)),
            (b"\xF0\x9F\x98A", one(1) + "A"),
            (b"\xF0\x80\x80\x80", one(4)),
            (b"\xF4\x90\x80\x80", one(4)),
            (b"\xF8\x88\x80\x80\x80", one(5)),
            (b"\xFF\xFE", one(2)),
            (b"\x80", one(1)),
        ] {
            assert_eq!(key_text(bytes), expected, "{bytes:02X?}");
        }
    }
}
