//! The reader once more, slow and obviously right: it cuts a message into fields with copies of everything, and knows of
//! positions only that they exist. Java's generated parser is the model (`AggregatorUtil` of the KCL runs it).

/// Key tables, and for each user record its indices and data.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) partition_keys: Vec<Vec<u8>>,
    pub(crate) explicit_hash_keys: Vec<Vec<u8>>,
    pub(crate) user_records: Vec<(u64, Option<u64>, Vec<u8>)>,
}

#[derive(Clone)]
enum Value {
    Varint(u64),
    Bytes(Vec<u8>),
    Other,
}

/// `None` for what the KCL would not parse.
pub(crate) fn read(message: &[u8]) -> Option<Message> {
    let mut read = Message::default();
    for field in fields(message, 100)? {
        match field {
            (1, Value::Bytes(key)) => read.partition_keys.push(key),
            (2, Value::Bytes(key)) => read.explicit_hash_keys.push(key),
            (3, Value::Bytes(record)) => read.user_records.push(user_record(&record)?),
            _ => {}
        }
    }
    Some(read)
}

fn user_record(record: &[u8]) -> Option<(u64, Option<u64>, Vec<u8>)> {
    let fields = fields(record, 99)?;
    for field in &fields {
        if let (4, Value::Bytes(tag)) = field {
            let has_key = |field: &(u64, Value)| matches!(field, (1, Value::Bytes(_)));
            self::fields(tag, 98)?.iter().find(|field| has_key(field))?;
        }
    }
    // The last one wins.
    let last_varint = |number: u64| {
        fields.iter().rev().find_map(|field| match field {
            (found, Value::Varint(value)) if *found == number => Some(*value),
            _ => None,
        })
    };
    let data = fields.iter().rev().find_map(|field| match field {
        (3, Value::Bytes(data)) => Some(data.clone()),
        _ => None,
    });
    Some((last_varint(1)?, last_varint(2), data?))
}

fn fields(mut bytes: &[u8], depth: u32) -> Option<Vec<(u64, Value)>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let (number, wire_type) = tag(&mut bytes)?;
        fields.push((number, value(&mut bytes, number, wire_type, depth)?));
    }
    Some(fields)
}

fn value(bytes: &mut &[u8], number: u64, wire_type: u64, depth: u32) -> Option<Value> {
    match wire_type {
        0 => varint(bytes).map(Value::Varint),
        1 => take(bytes, 8).map(|_| Value::Other),
        2 => {
            let len = varint_32(bytes)?;
            take(bytes, len).map(Value::Bytes)
        }
        3 => {
            let depth = depth.checked_sub(1)?;
            loop {
                match tag(bytes)? {
                    (end, 4) => return (end == number).then_some(Value::Other),
                    (number, wire_type) => drop(value(bytes, number, wire_type, depth)?),
                }
            }
        }
        5 => take(bytes, 4).map(|_| Value::Other),
        _ => None,
    }
}

fn tag(bytes: &mut &[u8]) -> Option<(u64, u64)> {
    let tag = varint_32(bytes).filter(|tag| *tag >= 8)?;
    Some((tag / 8, tag % 8))
}

/// Java keeps 32 bits of a tag and of a length.
fn varint_32(bytes: &mut &[u8]) -> Option<u64> {
    Some(varint(bytes)? % (1 << 32))
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u128;
    for position in 0..10 {
        let byte = take(bytes, 1)?[0];
        value += u128::from(byte % 128) << (7 * position);
        if byte < 128 {
            return u64::try_from(value % (1 << 64)).ok();
        }
    }
    None
}

fn take(bytes: &mut &[u8], len: u64) -> Option<Vec<u8>> {
    let len = usize::try_from(len).ok().filter(|len| *len <= bytes.len())?;
    let (taken, rest) = bytes.split_at(len);
    *bytes = rest;
    Some(taken.to_vec())
}
