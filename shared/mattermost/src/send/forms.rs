//! What one person alone sees: dialogs, and words in a direct message.

use std::time::Duration;

use nightowl_messaging::{FormDef, FormState, Opener, ProviderError, Whisper};
use serde::Deserialize;

use crate::render::{dialog, whisper};
use crate::wire::{self, CreatePost, OpenDialog, Props};

use super::api::Ask;
use super::error::{Call, Failure, broken};
use super::{Mattermost, nonce};

/// How long a form may stay open: its state is of no use afterwards.
const FORM_LIFE: Duration = Duration::from_secs(15 * 60);

/// `{"status":"OK"}`: the server has told the person's clients, whether or not one is there.
#[derive(Deserialize)]
struct Done {
    #[serde(rename = "status")]
    _status: String,
}

impl Mattermost {
    pub(super) async fn open_dialog(
        &self,
        opener: &Opener,
        form: &FormDef,
        state: &FormState,
    ) -> Result<(), ProviderError> {
        let Some(signer) = &self.signer else {
            let hint = "configure the public address of NightOwl, so that forms can come back";
            return Err(broken("no form can be opened", hint));
        };
        let nonce = nonce().map_err(|failure| failure.error(Call::Dialog))?;
        let until = (self.now)() + FORM_LIFE;
        let sealed = signer.seal(state, &opener.user_ref, &opener.channel_id, &nonce, until);
        let dialog = dialog(form, state.form, sealed);
        let url = signer.dialogs();
        let body = OpenDialog { trigger_id: opener.trigger.expose(), url: &url, dialog: &dialog };
        let opened = match Ask::post(&["actions", "dialogs", "open"], &body) {
            Ok(ask) => self.api.call::<Done>(ask, self.deadline()).await,
            Err(failure) => Err(failure),
        };
        opened.map(|_| ()).map_err(|failure| failure.error(Call::Dialog))
    }

    /// Only administrators may post what one person alone sees in a channel, so it is said in a
    /// direct message.
    pub(super) async fn say_to(
        &self,
        user_ref: &str,
        words: &Whisper,
    ) -> Result<(), ProviderError> {
        let deadline = self.deadline();
        let me = self.who_we_are(Call::Read, deadline).await?;
        let channel = self.people.direct_channel(&self.api, &me.id, user_ref, deadline).await?;
        let said = whisper(words);
        let props =
            Props { attachments: vec![], from_bot: "true", nightowl_delivery: String::new() };
        let body = CreatePost {
            channel_id: &channel,
            message: &said,
            root_id: "",
            props: &props,
            pending_post_id: "",
        };
        let said: Result<wire::Post, Failure> = match Ask::post(&["posts"], &body) {
            Ok(ask) => self.api.call(ask, deadline).await,
            Err(failure) => Err(failure),
        };
        said.map(|_| ()).map_err(|failure| failure.error(Call::Whisper))
    }
}
