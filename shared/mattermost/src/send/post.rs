//! Posting once.

use std::time::Duration;

use nightowl_domain::{Destination, MessageRef, SendKey};
use nightowl_messaging::verify::sign_hmac_sha256;
use nightowl_messaging::{Form, Message, Post, ProviderError};

use crate::render::{Pen, Rendered, render};
use crate::wire::{self, CreatePost};

use super::Mattermost;
use super::api::{Ask, Deadline};
use super::codes::{Kind, PENDING};
use super::error::{Call, Failure, retry};

/// Between two looks at a post that the server is still making.
const PAUSE: Duration = Duration::from_millis(200);
/// So often somebody else may hold our key before we wait until the server has forgotten it.
const KEYS_MAX: u32 = 3;
/// The server forgets a key 30 s after its post.
const KEY_LIFE: Duration = Duration::from_secs(31);

/// One post on its way: what is tried again differs a little from what was tried before.
struct Draft<'a> {
    channel: &'a str,
    rendered: &'a Rendered,
    delivery: &'a SendKey,
    root: String,
    /// Counts the keys that turned out to be somebody else's.
    key: u32,
    has_joined: bool,
    /// Whether the bot may add itself: not to a direct channel.
    may_join: bool,
}

impl Mattermost {
    pub(super) async fn post_once(
        &self,
        post: &Post,
        deadline: Deadline,
    ) -> Result<MessageRef, ProviderError> {
        let me = self.who_we_are(Call::Read, deadline).await?;
        let channel = self.place(&post.to, deadline).await?;
        let rendered = self.rendered(&post.message, post.form, &post.delivery, deadline).await;
        let under = post.under.as_ref().filter(|under| under.channel == channel);
        let mut draft = Draft {
            channel: &channel,
            rendered: &rendered,
            delivery: &post.delivery,
            root: under.map(|under| under.message.clone()).unwrap_or_default(),
            key: 0,
            has_joined: false,
            may_join: matches!(post.to, Destination::Channel { .. }),
        };
        loop {
            match self.create(&draft, deadline).await {
                Ok(posted) if is_that(&posted, &draft, &me.id) => return Ok(reference(posted)),
                // A key is anybody's to use: this is the post of whoever used it before us.
                Ok(_) if draft.key + 1 < KEYS_MAX => draft.key += 1,
                Ok(_) => return Err(retry(Some(KEY_LIFE), "somebody else posts under our key")),
                Err(failure) => self.mend(&mut draft, failure, post.form, deadline).await?,
            }
        }
    }

    async fn create(&self, draft: &Draft<'_>, deadline: Deadline) -> Result<wire::Post, Failure> {
        let body = CreatePost {
            channel_id: draft.channel,
            message: &draft.rendered.message,
            root_id: &draft.root,
            props: &draft.rendered.props,
            pending_post_id: &self.pending_post_id(draft),
        };
        self.api.call(Ask::post(&["posts"], &body)?, deadline).await
    }

    /// The same for the same delivery to the same channel, whoever computes it, and guessed by
    /// nobody who lacks the token: the server would answer a guess with the guesser's post.
    fn pending_post_id(&self, draft: &Draft<'_>) -> String {
        let (key, delivery) = (draft.key.to_string(), draft.delivery.as_str());
        let parts = ["pending post", draft.channel, delivery, &key];
        let text = parts.join("\n");
        sign_hmac_sha256(self.api.token(), &[text.as_bytes()])
    }

    /// Changes what stood in the way, each thing once; else the failure is what came of the post.
    async fn mend(
        &self,
        draft: &mut Draft<'_>,
        failure: Failure,
        form: Form,
        deadline: Deadline,
    ) -> Result<(), ProviderError> {
        if failure.is_said(&[PENDING]) && deadline.left() > PAUSE * 2 {
            tokio::time::sleep(PAUSE).await;
            return Ok(());
        }
        if failure.is_forbidden() && draft.may_join && !draft.has_joined {
            draft.has_joined = true;
            if self.join(draft.channel, deadline).await? {
                return Ok(());
            }
        }
        if failure.kind() == Some(Kind::Root) && !draft.root.is_empty() {
            let Some(root) = self.other_root(&draft.root, deadline).await else {
                let reason = "the message to reply to was deleted".to_owned();
                return Err(ProviderError::Gone { reason, may_repost: false });
            };
            draft.root = root;
            return Ok(());
        }
        if failure.kind() == Some(Kind::Place) {
            // A channel of that name may have been made anew.
            self.channels.forget(draft.channel);
            self.people.forget_direct_channel(draft.channel);
        }
        Err(failure.error(Call::Post(form)))
    }

    /// Adds the bot to a channel; `false` if it may not.
    pub(super) async fn join(
        &self,
        channel: &str,
        deadline: Deadline,
    ) -> Result<bool, ProviderError> {
        let me = self.who_we_are(Call::Read, deadline).await?;
        let body = serde_json::json!({"user_id": me.id});
        let joined = match Ask::post(&["channels", channel, "members"], &body) {
            Ok(ask) => self.api.call::<serde_json::Map<String, _>>(ask, deadline).await,
            Err(failure) => Err(failure),
        };
        match joined.map(|_: serde_json::Map<String, serde_json::Value>| ()) {
            Ok(()) => Ok(true),
            Err(Failure::Said { .. }) => Ok(false),
            Err(failure) => Err(failure.error(Call::Read)),
        }
    }

    /// What to reply to where this takes no replies: the thread that it is in itself. `None`: it is
    /// not there any more.
    async fn other_root(&self, refused: &str, deadline: Deadline) -> Option<String> {
        let found = self.look_at(refused, deadline).await.ok();
        let root = found.filter(wire::Post::is_there).map(|post| post.root_id);
        root.filter(|root| root != refused && !root.is_empty())
    }

    pub(super) async fn look_at(
        &self,
        post: &str,
        deadline: Deadline,
    ) -> Result<wire::Post, Failure> {
        self.api.call(Ask::get(&["posts", post]), deadline).await
    }

    pub(super) async fn rendered(
        &self,
        message: &Message,
        form: Form,
        delivery: &SendKey,
        deadline: Deadline,
    ) -> Rendered {
        self.people.learn(&self.api, refs(message), deadline).await;
        let names = |id: &str| self.people.name_of(id);
        render(message, form, &Pen { signer: self.signer.as_ref(), names: &names, delivery })
    }
}

/// Whom a message mentions: nobody but the one that a page in a channel is for.
fn refs(message: &Message) -> impl Iterator<Item = &str> {
    let target = match message {
        Message::Escalation(page) if page.standing.is_none() => page.target.as_ref(),
        Message::Escalation(_)
        | Message::Alert(_)
        | Message::Direct(_)
        | Message::Notice(_)
        | Message::Prompt(_)
        | Message::Digest(_) => None,
    };
    target.into_iter().filter_map(|person| person.user_ref.as_deref())
}

/// Whether this is the post that was asked for, and our own.
fn is_that(posted: &wire::Post, draft: &Draft<'_>, me: &str) -> bool {
    posted.user_id == me
        && posted.channel_id == draft.channel
        && posted.delivery() == Some(draft.delivery.as_str())
        && posted.is_there()
}

pub(super) fn reference(post: wire::Post) -> MessageRef {
    MessageRef { provider: crate::NAME.to_owned(), channel: post.channel_id, message: post.id }
}
