//! Reads a body, whatever its sender says about its length.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

/// Larger bodies are refused: 5 MiB, of which a real sender's largest group fills a fraction.
pub const BODY_BYTES_MAX: usize = 5 * 1024 * 1024;

/// How much of a body that is too large is still read and thrown away. A sender that is cut off in
/// the middle of sending sees a broken connection instead of the answer, and tries for ever.
const DRAINED_BYTES_MAX: usize = 4 * BODY_BYTES_MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    TooLarge,
    /// The connection ended before the body did.
    BrokenOff,
}

pub(crate) async fn read(mut body: Body) -> Result<Bytes, Unread> {
    let mut bytes = BytesMut::new();
    let mut drained = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Err(Unread::BrokenOff) };
        let Ok(data) = frame.into_data() else { continue };
        if drained == 0 && bytes.len() + data.len() <= BODY_BYTES_MAX {
            bytes.extend_from_slice(&data);
            continue;
        }
        // What was kept is of no use any more.
        drained += bytes.len() + data.len();
        bytes = BytesMut::new();
        if drained > DRAINED_BYTES_MAX {
            break;
        }
    }
    if drained > 0 { Err(Unread::TooLarge) } else { Ok(bytes.freeze()) }
}
