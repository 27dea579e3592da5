//! How a record becomes bytes: JSON, compressed where that makes it shorter.
//!
//! A kilobyte is the unit that writes are paid by. The JSON of an alert that was paged,
//! acknowledged and resolved is 1.4 to 1.8 of them, compressed with a start from what all such
//! records have in common it is half of one, so that the item with its keys fits into one. A
//! binary form alone would not do it: most of the bytes are ids and sentences.

mod primed;

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use nightowl_engine::ports::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::record::corrupt;

/// What the first byte says of the others.
const PLAIN: u8 = 0;
const DEFLATED: u8 = 1;
const PRIMED: u8 = 2;
/// 6 is zlib's own default: beyond it costs more and gains nothing at this size.
const LEVEL: u8 = 6;
/// What is longer than this has enough in common with itself.
const PRIMED_MAX: usize = 16 << 10;
/// No text of ours is longer; a limit so that a damaged row cannot fill the memory.
const UNPACKED_MAX: usize = 64 << 20;
/// An item may have 400 KB with its names and keys.
pub(crate) const PART_BYTES_MAX: usize = 350_000;

pub(crate) fn pack<R: Serialize>(record: &R) -> Result<Vec<u8>, StoreError> {
    let json = serde_json::to_vec(record).map_err(|_| corrupt("a record to be written"))?;
    Ok(pack_bytes(&json))
}

pub(crate) fn unpack<R: DeserializeOwned>(bytes: &[u8]) -> Result<R, StoreError> {
    // The error's own words could quote what is stored, so only its place is told.
    serde_json::from_slice(&unpack_bytes(bytes)?)
        .map_err(|error| corrupt(&format!("the body of a row at column {}", error.column())))
}

/// Compressed where that makes it shorter.
pub fn pack_bytes(plain: &[u8]) -> Vec<u8> {
    pack_at(plain, LEVEL)
}

/// The same at a level of 1, fast, to 9, short.
pub(crate) fn pack_at(plain: &[u8], level: u8) -> Vec<u8> {
    let primed = if plain.len() <= PRIMED_MAX { primed::compress(plain, level) } else { None };
    let (kind, deflated) = match primed {
        Some(primed) => (PRIMED, primed),
        None => (DEFLATED, compress_to_vec(plain, level)),
    };
    let (kind, shorter) =
        if deflated.len() < plain.len() { (kind, &deflated[..]) } else { (PLAIN, plain) };
    let mut packed = Vec::with_capacity(shorter.len() + 1);
    packed.push(kind);
    packed.extend_from_slice(shorter);
    packed
}

/// What [`pack_bytes`] packed.
///
/// # Errors
/// [`StoreError::Corrupt`].
pub fn unpack_bytes(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let unpacked = match bytes.split_first() {
        Some((&PLAIN, plain)) => Some(plain.to_vec()),
        Some((&DEFLATED, deflated)) => decompress_to_vec_with_limit(deflated, UNPACKED_MAX).ok(),
        Some((&PRIMED, deflated)) => primed::decompress(deflated, UNPACKED_MAX),
        Some(_) | None => None,
    };
    unpacked.ok_or_else(|| corrupt("the packed body of a row"))
}

#[cfg(test)]
mod tests {
    use nightowl_domain::Hash;
    use proptest::prelude::*;

    use super::*;

    fn noise(words: u64) -> Vec<u8> {
        (0..words).flat_map(|word| *Hash::of(&[&word.to_be_bytes()]).bytes()).collect()
    }

    #[test]
    fn whatever_is_packed_comes_back() {
        let long = [7; 500_000];
        for plain in
            [&b""[..], b"x", b"\"w\":\"c\"", &long, &long[..5000], &noise(10), &noise(9999)]
        {
            assert_eq!(unpack_bytes(&pack_bytes(plain)).unwrap(), plain);
        }
        assert!(pack_bytes(&long).len() < 1000);
        assert_eq!(pack_bytes(&noise(9))[0], PLAIN);
    }

    #[test]
    fn damaged_bytes_are_an_error() {
        for bytes in [&b""[..], b"\x03abc", b"\x01\xff\xff\xff", b"\x02\xff\xff\xff", b"\x02"] {
            assert!(matches!(unpack_bytes(bytes), Err(StoreError::Corrupt(_))), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in "(claim:|\"w\":|[a-z0-9]{1,9}|\\PC){0,200}") {
            prop_assert_eq!(unpack_bytes(&pack_bytes(text.as_bytes())).unwrap(), text.as_bytes());
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for kind in 0..4 {
                let mut row = vec![kind];
                row.extend_from_slice(&bytes);
                let _ = unpack_bytes(&row);
            }
        }
    }
}
