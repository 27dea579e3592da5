//! Calls that are no HTTP requests: records of a queue, schedules.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Serves until the function is taken away. What `handle` fails with, a panic included, is an
/// error of that one call.
///
/// # Errors
/// The Runtime API's.
pub async fn run<A, R, F, Fut>(handle: F) -> Result<(), Error>
where
    A: DeserializeOwned,
    R: Serialize,
    F: Fn(A) -> Fut,
    Fut: Future<Output = Result<R, Error>>,
{
    let handle = &handle;
    lambda_runtime::run(service_fn(|event: LambdaEvent<A>| async move {
        // Caught here, since the runtime would send the panic's text, which may quote data.
        let caught = AssertUnwindSafe(handle(event.payload)).catch_unwind().await;
        caught.unwrap_or_else(|_| Err("a bug: it panicked".into()))
    }))
    .await
}
