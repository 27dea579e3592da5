//! What the notifier is made of on AWS: the engine, and the chats of all tenants.

use nightowl_aws::{Chatting, Purpose, Start, StartError};

pub(crate) fn notifier(start: &Start) -> Result<Chatting, StartError> {
    Chatting::new(start, start.sealer(&[Purpose::Chat])?)
}
