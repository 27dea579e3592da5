//! Deflate that starts from a text which both sides know, so that a short record need not spell
//! out what all of them have in common.

use miniz_oxide::deflate::core::{CompressorOxide, create_comp_flags_from_zip_params};
use miniz_oxide::deflate::stream::deflate;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress as inflate};
use miniz_oxide::{MZFlush, MZStatus};

/// Never to be changed: what is stored can be read with this text only. Another one would be
/// another kind of body. The most frequent stands last, where it is cheapest to refer to.
const PRIMING: &[u8] = include_bytes!("priming.txt");

/// Raw deflate, as if `PRIMING` had been compressed just before. `None` if the compressor does
/// not do as it should; the caller has another way.
pub(super) fn compress(plain: &[u8], level: u8) -> Option<Vec<u8>> {
    // A negative window means no header and no check sum.
    let flags = create_comp_flags_from_zip_params(i32::from(level), -15, 0);
    let mut compressor = CompressorOxide::new(flags);
    // Flushed to a whole byte, after which what follows can be cut off.
    let mut unused = vec![0; PRIMING.len() + 64];
    let primed = deflate(&mut compressor, PRIMING, &mut unused, MZFlush::Sync);
    if primed.status.is_err() || primed.bytes_consumed != PRIMING.len() {
        return None;
    }
    // Deflate falls back to storing, which takes 5 bytes for each 32 KB at worst.
    let mut packed = vec![0; plain.len() + plain.len() / 1000 + 64];
    let done = deflate(&mut compressor, plain, &mut packed, MZFlush::Finish);
    packed.truncate(done.bytes_written);
    (done.status == Ok(MZStatus::StreamEnd)).then_some(packed)
}

/// What [`compress`] was given; `None` for anything that it cannot have written, and beyond `max`
/// bytes.
pub(super) fn decompress(mut packed: &[u8], max: usize) -> Option<Vec<u8>> {
    let mut text = PRIMING.to_vec();
    let mut end = text.len();
    text.resize(end + packed.len().saturating_mul(4).max(256), 0);
    let mut decompressor = Box::<DecompressorOxide>::default();
    loop {
        let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, read, written) = inflate(&mut decompressor, packed, &mut text, end, flags);
        end += written;
        packed = packed.get(read..)?;
        match status {
            TINFLStatus::Done => {
                text.truncate(end);
                return Some(text.split_off(PRIMING.len()));
            }
            TINFLStatus::HasMoreOutput if text.len() < max => text.resize(text.len() * 2, 0),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use miniz_oxide::deflate::compress_to_vec;

    use super::*;

    const TEXT: &[u8] = br#"{"k":"9d41f0c7aa53","pl":{"c":"hash-1","p":"default","g":2},"r":3}"#;
    /// As the first release stored it.
    const STORED: &str =
        "cq9b228040609g2xxg2r72hrsthmgykbeybs0541shrae9z6dstcm6j0nz4gyrtwsra9xj9dcdyhy";

    #[test]
    fn what_was_stored_by_an_earlier_release_can_be_read() {
        let stored = fast32::base32::CROCKFORD_LOWER.decode_str(STORED).unwrap();
        assert_eq!(decompress(&stored, 1000).as_deref(), Some(TEXT));
    }

    #[test]
    fn a_common_beginning_makes_it_shorter() {
        let packed = compress(TEXT, 6).unwrap();
        assert!(packed.len() < compress_to_vec(TEXT, 6).len());
        assert_eq!(decompress(&packed, 1000).as_deref(), Some(TEXT));
    }
}
