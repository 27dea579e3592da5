//! What a failed request to a queue or to the scheduler means for its caller.

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use nightowl_engine::ports::StoreError;

/// Whether the same request may go through a moment later: the connection failed, or the service
/// was in trouble. What it refused for a reason of ours it refuses again.
pub(crate) fn is_worth_another<E, R>(error: &SdkError<E, R>) -> bool
where
    E: ProvideErrorMetadata,
{
    match error {
        SdkError::ConstructionFailure(_) => false,
        SdkError::ServiceError(service) => service.err().code().is_none_or(is_passing),
        _ => true,
    }
}

fn is_passing(code: &str) -> bool {
    // By the end of the name: one service writes `ThrottlingException`, another
    // `RequestThrottled`, and both answer an internal error in more than one way.
    ["Throttl", "Internal", "Unavailable", "Timeout", "KmsThrottled"]
        .iter()
        .any(|word| code.contains(word))
}

/// A send that failed: [`StoreError::Unavailable`] where the service itself said no.
pub(crate) fn send_failed<E, R>(error: &SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata,
{
    match error {
        SdkError::ConstructionFailure(_) => {
            StoreError::Unavailable("the request could not be made".to_owned())
        }
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("an unnamed error");
            StoreError::Unavailable(code.to_owned())
        }
        SdkError::TimeoutError(_) => StoreError::Unknown("no answer in time".to_owned()),
        SdkError::DispatchFailure(_) => StoreError::Unknown("the connection failed".to_owned()),
        SdkError::ResponseError(_) => {
            StoreError::Unknown("the answer could not be read".to_owned())
        }
        _ => StoreError::Unknown("the request failed".to_owned()),
    }
}
