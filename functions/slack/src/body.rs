//! The raw bytes, which are what is signed.

use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::problem::Problem;

/// Larger bodies are refused. Slack's largest, a click with its whole message, is a tenth of it.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

pub(crate) async fn read(body: Body) -> Result<Bytes, Problem> {
    match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::TooLarge),
        Err(_) => Err(Problem::Malformed("the connection ended before the body did".to_owned())),
    }
}
