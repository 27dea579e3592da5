//! Editing: all of a post, rendered anew.

use nightowl_domain::{MessageRef, SendKey};
use nightowl_messaging::{Form, Message, ProviderError};

use crate::render::Rendered;
use crate::wire::{self, PatchPost};

use super::Mattermost;
use super::api::{Ask, Deadline};
use super::codes::Kind;
use super::error::{Call, Failure, broken};

impl Mattermost {
    /// Falls back to the plain form by itself: an edit has no form of its own.
    pub(super) async fn edit(
        &self,
        at: &MessageRef,
        message: &Message,
        deadline: Deadline,
    ) -> Result<(), ProviderError> {
        let delivery = self.delivery_of(at, message, deadline).await?;
        let mut form = Form::Rich;
        let mut has_joined = false;
        loop {
            let rendered = self.rendered(message, form, &delivery, deadline).await;
            let failure = match self.patch(at, &rendered, deadline).await {
                Ok(_) => return Ok(()),
                Err(failure) => failure,
            };
            if failure.kind() == Some(Kind::Content) && form == Form::Rich {
                form = Form::Plain;
            } else if failure.is_forbidden() && !has_joined {
                // The server says the same of a deleted post, of another's post, of a channel that
                // we are not in, and of a bot that may edit nothing.
                let posted = self.is_there(at, deadline).await?;
                self.is_our_own(&posted, deadline).await?;
                has_joined = true;
                if !self.join(&at.channel, deadline).await? {
                    return Err(failure.error(Call::Update));
                }
            } else if failure.is_forbidden() {
                return Err(broken(
                    "the bot may not edit its own post",
                    "System Console > User Management > Permissions: allow everybody to edit \
                     their own posts",
                ));
            } else {
                return Err(failure.error(Call::Update));
            }
        }
    }

    async fn patch(
        &self,
        at: &MessageRef,
        rendered: &Rendered,
        deadline: Deadline,
    ) -> Result<wire::Post, Failure> {
        let body = PatchPost { message: Some(&rendered.message), props: &rendered.props };
        let path = ["posts", at.message.as_str(), "patch"];
        self.api.call(Ask::put(&path, &body)?, deadline).await
    }

    /// The delivery id has to be written again with every edit. A message that carries none is
    /// asked for its own.
    async fn delivery_of(
        &self,
        at: &MessageRef,
        message: &Message,
        deadline: Deadline,
    ) -> Result<SendKey, ProviderError> {
        if let Some(alert) = message.alert().filter(|alert| !alert.delivery.as_str().is_empty()) {
            return Ok(alert.delivery.clone());
        }
        let posted = self.is_there(at, deadline).await?;
        Ok(SendKey::from(posted.delivery().unwrap_or_default()))
    }

    /// After a change of the bot what the old one posted stays as it is.
    async fn is_our_own(
        &self,
        posted: &wire::Post,
        deadline: Deadline,
    ) -> Result<(), ProviderError> {
        let me = self.who_we_are(Call::Read, deadline).await?;
        if posted.user_id == me.id {
            return Ok(());
        }
        let reason = "the post was made by another account".to_owned();
        Err(ProviderError::Gone { reason, may_repost: false })
    }

    async fn is_there(
        &self,
        at: &MessageRef,
        deadline: Deadline,
    ) -> Result<wire::Post, ProviderError> {
        let gone =
            |reason: &str| ProviderError::Gone { reason: reason.to_owned(), may_repost: true };
        match self.look_at(&at.message, deadline).await {
            Ok(post) if post.is_there() => Ok(post),
            Ok(_) => Err(gone("the post was deleted")),
            Err(failure) if failure.is_missing() => Err(gone("there is no such post")),
            Err(failure) if failure.is_forbidden() => Err(broken(
                "the bot may not see the post",
                "add the bot to the channel again, or configure another one",
            )),
            // An edit can be tried again, and was refused this time.
            Err(failure) => Err(failure.error(Call::Read)),
        }
    }
}
