//! The raw bytes, which are what is proved.

use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::problem::Problem;

/// Larger bodies are refused. Mattermost's largest is a command of 16,383 characters.
pub const BODY_BYTES_MAX: usize = 512 * 1024;

pub(crate) async fn read(body: Body) -> Result<Bytes, Problem> {
    match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::TooLarge),
        Err(_) => Err(Problem::Malformed("the connection ended before the body did".to_owned())),
    }
}
