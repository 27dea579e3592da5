//! Digests: how cards are folded into one, and what it shows of them.

mod change;
mod fold;
mod view;

pub(crate) use view::{Members, digest_message};
