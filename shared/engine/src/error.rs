//! What can go wrong with an alert, besides what the state table ignores.

use crate::StoreError;

#[derive(Clone, Debug, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Every attempt to write lost its race.
    #[error("too many writers at once")]
    TooManyConflicts,
    /// Neither a current nor an old configuration of this tenant is there.
    #[error("there is no tenant {0:?}")]
    NoTenant(String),
    /// Every short id that was tried belongs to another alert.
    #[error("no short id is free")]
    NoShortId,
}

impl EngineError {
    /// Whether the same call may succeed later.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Store(error) => match error {
                StoreError::Conflict(_) | StoreError::Unavailable(_) | StoreError::Unknown(_) => {
                    true
                }
                // A newer release reads it, and the record is never rewritten by this one.
                StoreError::NewerFormat { .. } => true,
                StoreError::Corrupt(_) => false,
            },
            Self::TooManyConflicts => true,
            Self::NoTenant(_) | Self::NoShortId => false,
        }
    }
}
