//! What a failed request means for its caller.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use nightowl_engine::ports::StoreError;

/// A read that failed changed nothing, whatever became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Write,
}

/// `Unavailable` where it is certain that nothing was written, else `Unknown`; `Corrupt` where the
/// same request will be refused again and again.
pub(crate) fn failed<E, R>(error: &SdkError<E, R>, kind: Kind) -> StoreError
where
    E: ProvideErrorMetadata,
{
    let (words, certain) = match error {
        // It was never sent.
        SdkError::ConstructionFailure(_) => ("the request could not be made".to_owned(), true),
        SdkError::TimeoutError(_) => ("no answer in time".to_owned(), false),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            ("no connection or no answer in time".to_owned(), false)
        }
        SdkError::DispatchFailure(_) => ("the connection failed".to_owned(), false),
        SdkError::ResponseError(_) => ("the answer could not be read".to_owned(), false),
        SdkError::ServiceError(service) => match service.err() {
            error if error.code() == Some("ValidationException") => {
                return StoreError::Corrupt(told("ValidationException", error));
            }
            error => refused(error),
        },
        _ => ("the request failed".to_owned(), false),
    };
    match kind {
        Kind::Write if !certain => StoreError::Unknown(words),
        Kind::Read | Kind::Write => StoreError::Unavailable(words),
    }
}

/// The service's own answer: its code, and whether it says that nothing was written.
fn refused<E: ProvideErrorMetadata>(error: &E) -> (String, bool) {
    let code = error.code().unwrap_or("an unnamed error");
    match code {
        "InternalServerError"
        | "InternalFailure"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "TransactionInProgressException" => (code.to_owned(), false),
        // A table may be on its way.
        "ResourceNotFoundException" => (told(code, error), true),
        _ if error.code().is_none() => (code.to_owned(), false),
        _ => (code.to_owned(), true),
    }
}

/// Code and message of what is a mistake of ours; other messages could quote the request.
fn told<E: ProvideErrorMetadata>(code: &str, error: &E) -> String {
    let message = error.message().unwrap_or_default();
    format!("{code}: {}", message.chars().take(200).collect::<String>())
}

/// Whether a connection ended before the answer came. Connections of a process that was frozen are
/// dead when it wakes up, and the first request on each finds out.
pub(crate) const fn broke_off<E, R>(error: &SdkError<E, R>) -> bool {
    matches!(error, SdkError::DispatchFailure(_) | SdkError::TimeoutError(_))
}
