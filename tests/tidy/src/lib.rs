//! What no compiler checks: which crate may depend on which, and what the heart must not see.
//! The rules are in `tests/`.
