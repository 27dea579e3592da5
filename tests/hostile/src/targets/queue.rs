//! Messages of the queues, and packed rows.

use nightowl_aws::Body;
use nightowl_store::{pack_bytes, unpack_bytes};

use super::Verdict;

/// What is unpacked of one row is at most this.
const UNPACKED_MAX: usize = 64 << 20;

pub fn queue_body(input: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(input);
    match Body::decode(&text) {
        Ok(body) => {
            let written = body.encode().expect("what was read can be written");
            let read = Body::decode(&written).expect("what was written can be read");
            assert!(read == body, "a message came back as another");
            Verdict::Parsed
        }
        Err(error) => {
            let words = error.to_string();
            assert!(words.len() < 300, "an error quotes the message");
            Verdict::Refused
        }
    }
}

pub fn packed_row(input: &[u8]) -> Verdict {
    let packed = pack_bytes(input);
    assert!(packed.len() <= input.len() + 1, "packing makes it longer");
    let back = unpack_bytes(&packed).expect("what was packed can be unpacked");
    assert!(back == input, "a row came back as another");
    match unpack_bytes(input) {
        Ok(bytes) => {
            assert!(bytes.len() <= UNPACKED_MAX, "{} bytes of a row", bytes.len());
            Verdict::Parsed
        }
        Err(_) => Verdict::Refused,
    }
}
