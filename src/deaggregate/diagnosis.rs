//! What can be known of a record that begins with the magic number and whose MD5 does not match: for the message of the
//! error alone, so that whoever reads it knows where to look. Nothing here decides about a record.

use crate::format::envelope::{DIGEST_BYTES, MAGIC};
use crate::format::reader::Outline;
use crate::md5;

/// What is known, as clauses that follow "the MD5 does not match".
#[must_use]
pub fn of_failed_checksum(data: &[u8]) -> String {
    let framed = data.strip_prefix(&MAGIC).unwrap_or_default();
    let message = &framed[..framed.len().saturating_sub(DIGEST_BYTES)];
    let mut clauses = vec![parsed(message)];
    clauses.extend(looks_like(framed, message));
    clauses.join("; ")
}

fn parsed(message: &[u8]) -> String {
    let mut outline = Outline::default();
    match outline.read(message, MAGIC.len()) {
        Ok(()) => format!("the message parses to its end and holds {} user records", outline.user_records.len()),
        Err(error) => match error.offset() {
            Some(offset) => format!("the message stops making sense at byte {offset}"),
            None => format!("the message parses to its end, but {error}"),
        },
    }
}

fn looks_like(framed: &[u8], message: &[u8]) -> Option<String> {
    /// Gzip's magic number.
    const GZIP: [u8; 2] = [0x1F, 0x8B];

    if message.starts_with(&MAGIC) {
        return Some("it looks nested: the magic number stands twice".into());
    }
    if message.starts_with(&GZIP) {
        return Some("it looks like gzip after the magic number".into());
    }
    if is_base64(framed) {
        return Some("it looks encoded in base64 twice: after the magic number there is base64 text".into());
    }
    ends(framed).or_else(|| holds_aggregate(framed, message))
}

fn is_base64(text: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=\r\n".contains(byte);
    !text.is_empty() && text.iter().all(is_digit)
}

/// Whether an aggregate with a right MD5 ends before the data does, or would end behind it.
fn ends(framed: &[u8]) -> Option<String> {
    /// The MD5 may itself look like the beginning of a field or two.
    const LOOK_BACK: usize = 8;

    let (ends, missing) = ends_of_fields(framed);
    for end in ends.iter().rev().take(LOOK_BACK) {
        let (message, rest) = framed.split_at(*end);
        let digest = md5::digest(message);
        if let Some(others) = rest.strip_prefix(&digest[..]) {
            return Some(format!(
                "it looks followed by {} other bytes: the aggregate before them is whole",
                others.len()
            ));
        }
        if digest.starts_with(rest) {
            let missing = DIGEST_BYTES - rest.len();
            return Some(format!("it looks cut off: {missing} bytes of the MD5 are missing"));
        }
    }
    missing.map(|(offset, missing)| {
        format!(
            "it looks cut off: the field at byte {} needs {missing} bytes more than there are",
            MAGIC.len() + offset
        )
    })
}

/// Where each field of the message ends, as long as they are those of the format; and where one begins that would end
/// behind the data, with how many bytes it lacks.
fn ends_of_fields(framed: &[u8]) -> (Vec<usize>, Option<(usize, usize)>) {
    /// Key tables and user records, each a tag, a length and so many bytes.
    const TAGS: [u8; 3] = [0x0A, 0x12, 0x1A];

    let mut ends = Vec::new();
    let mut offset = 0;
    while let Some((tag, rest)) = framed[offset..].split_first() {
        if !TAGS.contains(tag) {
            break;
        }
        let Some((len, digits)) = length(rest) else { break };
        let end = offset + 1 + digits + len;
        if end > framed.len() {
            return (ends, Some((offset, end - framed.len())));
        }
        ends.push(end);
        offset = end;
    }
    (ends, None)
}

/// A length of up to 32 bits, and how many bytes it takes.
fn length(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut len = 0;
    for (position, byte) in bytes.iter().take(5).enumerate() {
        len |= usize::from(byte & 0x7F) << (7 * position);
        if *byte < 0x80 {
            return Some((len, position + 1));
        }
    }
    None
}

/// A user record that is itself an aggregate.
fn holds_aggregate(framed: &[u8], message: &[u8]) -> Option<String> {
    let mut outline = Outline::default();
    outline.read(message, 0).ok()?;
    let position = outline.user_records.iter().position(|record| record.data.of(framed).starts_with(&MAGIC))?;
    Some(format!("it looks nested: user record {position} is itself an aggregate"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"\x0A\x01a\x1A\x05\x08\x00\x1A\x01x\x1A\x05\x08\x00\x1A\x01y";

    fn framed(message: &[u8]) -> Vec<u8> {
        [&MAGIC[..], message, &md5::digest(message)].concat()
    }

    fn with_wrong_md5(message: &[u8]) -> Vec<u8> {
        [&MAGIC[..], message, &[0x77; 16]].concat()
    }

    #[test]
    fn it_says_how_far_the_message_parses() {
        let known = of_failed_checksum(&with_wrong_md5(MESSAGE));
        assert_eq!(known, "the message parses to its end and holds 2 user records");
        let mut broken = with_wrong_md5(MESSAGE);
        broken[7] = 0x07;
        assert_eq!(of_failed_checksum(&broken), "the message stops making sense at byte 7");
        let known = of_failed_checksum(&with_wrong_md5(&[MESSAGE, b"\x1A\x04\x08\x07\x1A\x00"].concat()));
        assert!(known.starts_with("the message parses to its end, but user record 2 "), "{known}");
    }

    #[test]
    fn it_tells_what_is_cut_off_at_every_length() {
        let whole = framed(MESSAGE);
        for len in MAGIC.len() + DIGEST_BYTES + 1..whole.len() {
            let known = of_failed_checksum(&whole[..len]);
            assert!(known.contains("it looks cut off"), "{len} of {}: {known}", whole.len());
        }
        let large = framed(&[b"\x0A\x01a\x1A\xE9\x07\x08\x00\x1A\xE4\x07", &[b'x'; 996][..]].concat());
        let known = of_failed_checksum(&large[..500]);
        assert!(known.contains("cut off: the field at byte 7 needs 511 bytes more"), "{known}");
    }

    #[test]
    fn it_tells_what_follows_a_whole_aggregate() {
        for others in [1, 2, 16, 17, 300] {
            let known = of_failed_checksum(&[framed(MESSAGE), vec![b'\n'; others]].concat());
            assert!(known.contains(&format!("followed by {others} other bytes")), "{known}");
        }
        let two = [framed(MESSAGE), framed(MESSAGE)].concat();
        assert!(of_failed_checksum(&two).contains("followed by"), "two, one after the other");
    }

    #[test]
    fn it_tells_wrappings() {
        for (message, expected) in [
            (framed(MESSAGE), "it looks nested: the magic number stands twice"),
            (b"\x1F\x8B\x08\x00 and so on".to_vec(), "gzip"),
        ] {
            let known = of_failed_checksum(&with_wrong_md5(&message));
            assert!(known.contains(expected), "{known}");
        }
        let text = [&MAGIC[..], b"CgFhGgUIABoBeBoFCAAaAXnnP9rEXo+2w/bbLxzCzJwj"].concat();
        assert!(of_failed_checksum(&text).contains("base64 twice"));
        let inner = framed(MESSAGE);
        let len = |bytes: &[u8]| [u8::try_from(bytes.len()).expect("it is short")];
        let record = [b"\x08\x00\x1A", &len(&inner)[..], &inner].concat();
        let outer = [b"\x0A\x01a\x1A", &len(&record)[..], &record].concat();
        let known = of_failed_checksum(&with_wrong_md5(&outer));
        assert!(known.contains("it looks nested: user record 0 is itself an aggregate"), "{known}");
    }

    #[test]
    fn any_bytes_are_looked_at_without_harm() {
        for len in 0..60 {
            for byte in [0x00, 0x0A, 0x1A, 0x80, 0xFF] {
                let data = [&MAGIC[..], &vec![byte; len]].concat();
                assert!(!of_failed_checksum(&data).is_empty());
            }
        }
    }
}
