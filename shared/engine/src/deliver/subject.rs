//! Whose sends are delivered: an alert's, or a digest's.

use nightowl_domain::{Alert, Digest, MessageRef, Occurrence, Send, SendKey};
use nightowl_messaging::Message;

use super::Kit;
use crate::digest::{Members, digest_message};
use crate::view::{View, message};

/// With what its messages are rendered from.
pub(super) enum Subject<'a> {
    Alert { alert: &'a Alert, kit: Box<Kit>, link: Option<String> },
    Digest { digest: &'a Digest, members: Members },
}

impl Subject<'_> {
    pub(super) fn occurrence(&self) -> Occurrence {
        match self {
            Self::Alert { alert, .. } => alert.occurrence(),
            Self::Digest { digest, .. } => digest.occurrence(),
        }
    }

    pub(super) fn tenant(&self) -> &str {
        match self {
            Self::Alert { alert, .. } => &alert.tenant,
            Self::Digest { digest, .. } => &digest.tenant,
        }
    }

    pub(super) fn send(&self, key: &SendKey) -> Option<&Send> {
        match self {
            Self::Alert { alert, .. } => alert.send(key),
            Self::Digest { digest, .. } => digest.send(key),
        }
    }

    /// What a message that is rendered now shows.
    pub(super) fn revision(&self) -> (u64, u32) {
        match self {
            Self::Alert { alert, .. } => (alert.card_rev, alert.count),
            Self::Digest { digest, .. } => (digest.rev, 0),
        }
    }

    pub(super) fn parent(&self, send: &Send) -> Option<&MessageRef> {
        match self {
            Self::Alert { alert, .. } => alert.parent(send),
            Self::Digest { .. } => None,
        }
    }

    pub(super) fn must_wait(&self, send: &Send) -> bool {
        match self {
            Self::Alert { kit, .. } => kit.faces.must_wait(send),
            Self::Digest { .. } => false,
        }
    }

    /// Whether its card has a row that is found by the alert: that is for a card of one's own.
    pub(super) const fn is_mapped(&self) -> bool {
        match self {
            Self::Alert { .. } => true,
            Self::Digest { .. } => false,
        }
    }

    pub(super) fn message(&self, send: &Send) -> Message {
        match self {
            Self::Alert { alert, kit, link } => {
                let view = View {
                    alert,
                    details: &kit.details,
                    tenant: &kit.basis.tenant,
                    policy: kit.basis.policy(),
                    on_call: kit.on_call,
                    next: kit.next.clone(),
                    link: link.clone(),
                    faces: kit.faces.of(send.to.provider()),
                };
                message(&view, send)
            }
            Self::Digest { digest, members } => {
                Message::Digest(digest_message(digest, members, &send.key))
            }
        }
    }
}
