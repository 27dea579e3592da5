//! What a provider's test lends to the suite: the provider, and a hand on the platform behind it.

use async_trait::async_trait;
use nightowl_domain::{Destination, MessageRef, SendKey, Time};

use crate::{ActionId, Button, ButtonValue, ChatUser, Opener, Provider, Snooze};

use super::Callbacks;

/// A provider connected to a platform of its own, which the suite can look at and break.
#[async_trait]
pub trait Subject: Send + Sync + Sized {
    /// Connected, working, nothing posted yet. Every case starts with one of its own.
    async fn fresh() -> Self;

    fn provider(&self) -> &dyn Provider;

    fn world(&self) -> World;

    /// The next platform call that does `verb` meets `fault`, once; later ones work again.
    /// `false`: this platform cannot fail like that, and the suite leaves the case out.
    async fn script(&self, verb: Verb, fault: Fault) -> bool;

    /// What [`Fault::LandsLate`] held back lands now.
    async fn land(&self);

    /// Somebody else posts a message that claims this delivery id. `false`: nobody could.
    async fn somebody_else_posts(&self, to: &Destination, delivery: &SendKey) -> bool;

    /// A person deletes the message in chat. `false`: nobody can.
    async fn delete(&self, at: &MessageRef) -> bool;

    /// All messages that are there now, oldest first, as a person sees them.
    async fn seen(&self) -> Vec<Seen>;

    /// Those of them that are at one place. To be given where reading all of them takes long.
    async fn seen_at(&self, at: &MessageRef) -> Vec<Seen> {
        let mut all = self.seen().await;
        all.retain(|seen| seen.at == *at);
        all
    }

    /// All that was whispered, oldest first.
    async fn whispered(&self) -> Vec<Whispered>;

    /// Somebody clicked, or typed, just now: by this a form can be opened for the person. `None`:
    /// the platform opens no forms.
    async fn opener(&self) -> Option<Opener> {
        None
    }

    /// Every form that is open, oldest first.
    async fn forms(&self) -> Vec<SeenForm> {
        Vec::new()
    }

    /// A user id of the platform's form that nobody has.
    fn no_user_ref(&self) -> String {
        "U0NOBODY0".to_owned()
    }

    /// The platform's id of somebody who was deactivated. `None`: nobody can be.
    fn gone_user_ref(&self) -> Option<String> {
        None
    }

    /// What callbacks name as the workspace, where that is not what the connection names.
    fn callback_workspace(&self) -> String {
        self.world().workspace
    }

    /// Now, by the platform's clock.
    fn now(&self) -> Time;

    /// The provider's `Debug` form.
    fn debug(&self) -> String;

    /// Everything written to the log since the subject was made; empty if nothing is logged.
    fn logged(&self) -> String {
        String::new()
    }

    /// `None`: the platform never calls us.
    fn callbacks(&self) -> Option<&dyn Callbacks>;
}

/// Who and what exists on the platform.
#[derive(Clone, Debug)]
pub struct World {
    /// As a configuration would name it.
    pub channel: String,
    /// The platform's id of it.
    pub channel_id: String,
    /// A channel that does not exist. `None`: any name makes a channel.
    pub no_channel: Option<String>,
    /// Somebody with an account: our user id, their address and their name on the platform.
    pub person: ChatUser,
    /// The platform's user id of `person`.
    pub person_ref: String,
    /// Somebody whom the platform does not know. `None`: it knows whomever we know.
    pub stranger: Option<ChatUser>,
    /// The platform's id of the workspace.
    pub workspace: String,
    /// Every secret that the provider was given.
    pub secrets: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Post,
    Update,
    Find,
    LookUpUser,
    DescribeUser,
    ResolveChannel,
    Whisper,
    Connect,
    OpenForm,
}

impl Verb {
    pub const ALL: [Self; 9] = [
        Self::Post,
        Self::Update,
        Self::Find,
        Self::LookUpUser,
        Self::DescribeUser,
        Self::ResolveChannel,
        Self::Whisper,
        Self::Connect,
        Self::OpenForm,
    ];

    /// Whether it changes what people see, so that a lost answer is a doubt.
    pub const fn writes(self) -> bool {
        match self {
            Self::Post | Self::Update | Self::Whisper | Self::OpenForm => true,
            Self::Find
            | Self::LookUpUser
            | Self::DescribeUser
            | Self::ResolveChannel
            | Self::Connect => false,
        }
    }
}

/// How one call goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This HTTP status with an empty body; nothing is done.
    Status {
        status: u16,
        /// Seconds, as a `Retry-After` header.
        retry_after: Option<u64>,
    },
    /// The platform's own way to say "slow down" where that is not a status; nothing is done.
    RateLimited { retry_after: Option<u64> },
    /// It is done, and then the connection is cut before the answer.
    LostAnswer,
    /// The connection is cut, and it is done only at [`Subject::land`].
    LandsLate,
    /// No answer until the caller gives up; nothing is done.
    Hangs,
    /// Nothing listens, from now on.
    Unreachable,
    /// Success, with a body that is not the platform's.
    Nonsense,
    /// The platform says that something inside it broke, and cannot say how far it came.
    BrokeInside,
    /// The content is refused for its form.
    RefusesContent,
    /// The credentials do not work.
    BadCredentials,
    /// We may not: a permission or a scope is missing.
    NoPermission,
    /// The channel is not there.
    NoChannel,
    /// The message to be edited is not there.
    NoMessage,
    /// A failure whose body and headers repeat everything that was sent, secrets included.
    Echo,
}

/// One message, as a person sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub at: MessageRef,
    /// `None`: it was not posted by our bot, or carries none.
    pub delivery: Option<SendKey>,
    /// All visible text in reading order with the markup resolved, a line for each part; also
    /// what a notification on a phone shows.
    pub text: String,
    /// Who is mentioned, in the platform's own form of it.
    pub mentions: Vec<String>,
    /// Every address that can be followed, buttons left out.
    pub links: Vec<String>,
    /// Every run of text that is rendered in another way than plain.
    pub markup: Vec<Markup>,
    pub buttons: Vec<SeenButton>,
    /// Whose direct message it is; `None` in a channel.
    pub direct_to: Option<String>,
    /// The message, in the same channel, that it is a reply to.
    pub under: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Markup {
    /// `bold`, `code`, `quote`, `image`, `emoji` …
    pub kind: &'static str,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenButton {
    pub button: Button,
    pub label: String,
    /// What comes back with a click; `None` for a mere link.
    pub value: Option<ButtonValue>,
    pub url: Option<String>,
    /// What a menu offers, in order; empty for a button.
    pub choices: Vec<Snooze>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whispered {
    pub channel: String,
    pub user_ref: String,
    pub text: String,
    pub mentions: Vec<String>,
    /// The link button's address included.
    pub links: Vec<String>,
    pub markup: Vec<Markup>,
}

/// A form that was opened for a person, as they see it.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenForm {
    pub user_ref: String,
    pub title: String,
    /// All other text that is not a field's.
    pub intro: String,
    pub fields: Vec<SeenField>,
    /// What a submission brings back, as the platform carries it.
    pub state: String,
    pub markup: Vec<Markup>,
    pub mentions: Vec<String>,
    pub links: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenField {
    pub id: String,
    pub label: String,
    pub value: String,
    pub required: bool,
    /// Labels and values of a select, in order.
    pub options: Vec<(String, String)>,
}

/// The button that an action id belongs to.
pub const fn button_of(action: ActionId) -> Button {
    match action {
        ActionId::Acknowledge => Button::Acknowledge,
        ActionId::Unacknowledge => Button::Unacknowledge,
        ActionId::Escalate => Button::Escalate,
        ActionId::Resolve => Button::Resolve,
        ActionId::Snooze => Button::Snooze,
        ActionId::Note => Button::Note,
        ActionId::Runbook => Button::Runbook,
        ActionId::AcknowledgeAll => Button::AcknowledgeAll,
    }
}
