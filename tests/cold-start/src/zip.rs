//! How large the zip is that `sam deploy` uploads.

use std::path::Path;

use miniz_oxide::deflate::compress_to_vec;

use crate::Failure;

/// Python's `zipfile`, which SAM uses, deflates at zlib's usual level.
const LEVEL: u8 = 6;

/// A local header, an entry of the directory and its end, and the name `bootstrap` twice.
const FRAME_BYTES: usize = 30 + 46 + 22 + 2 * "bootstrap".len();

#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) binary_bytes: usize,
    pub(crate) zip_bytes: usize,
}

pub(crate) fn measure(path: &Path) -> Result<Size, Failure> {
    let bytes = std::fs::read(path)?;
    let zip_bytes = compress_to_vec(&bytes, LEVEL).len() + FRAME_BYTES;
    Ok(Size { binary_bytes: bytes.len(), zip_bytes })
}
