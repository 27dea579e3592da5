//! Bodies of requests: bounded, of the right type.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::problem::Problem;

/// Reads all of it, or says that it is too large.
pub(crate) async fn read(body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    match Limited::new(body, bytes_max).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::too_large(bytes_max)),
        Err(_) => Err(Problem::broken_off()),
    }
}

/// Whether the content type is one of these, parameters aside. An absent one is.
pub(crate) fn is_of(headers: &HeaderMap, kinds: &[&str]) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return true };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    kinds.iter().any(|kind| kind.eq_ignore_ascii_case(essence))
}
