//! Forms, filled in.

use std::collections::BTreeMap;
use std::fmt;

use nightowl_domain::Time;
use nightowl_messaging::{Forged, IncomingForm};
use serde::Deserialize;
use serde_json::Value;

use super::{Malformed, need_ids};
use crate::Signer;
use crate::signer::Sealed;

/// A form as somebody says it was filled in. Anybody with an account can make their server send
/// one with any state and any fields, so nothing of it may be believed before it is proved.
#[derive(Clone)]
pub struct FormClaim(Body);

/// A form that we opened for this person in this channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    Filled(Box<Filled>),
    /// Closed without sending it: there is nothing to do.
    Cancelled,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// Its `submit_id` is the nonce, which the caller lets act once.
    pub form: IncomingForm,
    pub channel_id: String,
    /// Until when the same state would be believed again.
    pub until: Time,
}

/// Why a form is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormRefused {
    #[error("the state: {0}")]
    Forged(Forged),
    #[error("the form was opened for another person")]
    OtherUser,
    #[error("the form was opened in another channel")]
    OtherChannel,
    #[error("the form is too old")]
    Expired,
}

impl FormClaim {
    /// The body of a request to the address of the forms.
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        let body: Body = serde_json::from_slice(body)
            .map_err(|error| Malformed(format!("a form, line {}", error.line())))?;
        // A dialog can also ask for choices or for a new form; none of ours does.
        if body.kind != "dialog_submission" {
            return Err(Malformed("the type is not dialog_submission".to_owned()));
        }
        need_ids(&[("user_id", &body.user_id), ("channel_id", &body.channel_id)])?;
        Ok(Self(body))
    }

    /// The tenant that the unproved state names: for choosing whose key to try, and no proof.
    pub fn names(&self) -> Option<String> {
        Signer::untrusted_tenant(&self.0.state)
    }

    /// `now`: by our own clock, which the end of the form was counted from.
    pub fn prove(self, signer: &Signer, now: Time) -> Result<Submitted, FormRefused> {
        let body = self.0;
        let sealed = signer.unseal(&body.state).map_err(FormRefused::Forged)?;
        let Sealed { state, user_ref, channel_id, nonce, until } = sealed;
        if user_ref != body.user_id {
            return Err(FormRefused::OtherUser);
        }
        if channel_id != body.channel_id {
            return Err(FormRefused::OtherChannel);
        }
        if now > until {
            return Err(FormRefused::Expired);
        }
        if body.cancelled {
            return Ok(Submitted::Cancelled);
        }
        let fields = body.submission.unwrap_or_default();
        let form = IncomingForm {
            provider: crate::NAME,
            state,
            user_ref,
            // The server does not say it.
            user_name: String::new(),
            workspace: body.team_id,
            app_id: String::new(),
            fields: fields.into_iter().filter_map(|(id, value)| Some((id, text(value)?))).collect(),
            submit_id: nonce,
        };
        Ok(Submitted::Filled(Box::new(Filled { form, channel_id, until })))
    }
}

/// Every field of ours is a text; a client may still send what it takes for a number or a yes.
fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is_so) => Some(is_so.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[derive(Clone, Deserialize)]
struct Body {
    #[serde(rename = "type")]
    kind: String,
    state: String,
    user_id: String,
    channel_id: String,
    #[serde(default)]
    team_id: String,
    /// Absent or null when it was cancelled.
    submission: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    cancelled: bool,
}

impl fmt::Debug for FormClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormClaim").finish_non_exhaustive()
    }
}
