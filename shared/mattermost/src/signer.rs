//! Proof that a button or a form is ours.
//!
//! Mattermost signs nothing that it sends us for a click or a dialog, and whoever can read a post
//! can read what its buttons carry. So what is signed here says *this is our button*, never *this
//! is that person*: a button is believed only together with a trigger that the server signed for
//! the person, and a form only for the person and the channel that it was opened for.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use nightowl_domain::Time;
use nightowl_messaging::verify::{hmac_sha256, sign_hmac_sha256};
use nightowl_messaging::{ActionId, ButtonValue, Forged, FormState, Secret, Verified};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a signature is for: one over a button can never pass for one over a form.
const ACTION: &str = "nightowl mattermost action 1";
const FORM: &str = "nightowl mattermost form 1";
const KEY: &str = "nightowl mattermost key";

/// Hexadecimal digits of an HMAC-SHA256.
const MAC_DIGITS: usize = 64;

/// Signs and checks the buttons and forms of one tenant.
#[derive(Clone)]
pub struct Signer {
    tenant: String,
    /// Without a slash at its end.
    callbacks: String,
    key: Secret,
    /// Names the key without giving it away, so that an old button says which one it needs.
    version: String,
}

/// A form's state as it came back, with whom and where and until when it was opened for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) state: FormState,
    pub(crate) user_ref: String,
    pub(crate) channel_id: String,
    /// Names this one opening of the form.
    pub(crate) nonce: String,
    pub(crate) until: Time,
}

impl Signer {
    /// `callbacks`: the address of this installation as the Mattermost server reaches it, such as
    /// `https://nightowl.example.com`. `key`: the tenant's signing key; an empty one signs what
    /// nothing believes.
    pub fn new(tenant: &str, callbacks: &str, key: &Secret) -> Self {
        let digest = sign_hmac_sha256(key, &[KEY.as_bytes()]);
        Self {
            tenant: tenant.to_owned(),
            callbacks: callbacks.trim_end_matches('/').to_owned(),
            key: key.clone(),
            version: digest[..6].to_owned(),
        }
    }

    /// The address and the context of a button: under 250 bytes of JSON, and strings only, because
    /// the server passes numbers through floating point.
    pub(crate) fn action(
        &self,
        action: ActionId,
        value: &ButtonValue,
    ) -> (String, BTreeMap<&'static str, String>) {
        let value = value.encode();
        let signed = self.action_text(action, &value);
        let mac = sign_hmac_sha256(&self.key, &[ACTION.as_bytes(), &signed]);
        let context = BTreeMap::from([
            ("op", action.name().to_owned()),
            ("v", value),
            ("k", self.version.clone()),
            ("mac", mac),
        ]);
        (self.address("actions"), context)
    }

    /// The button that a context is of, if this tenant signed it.
    pub(crate) fn check_action(
        &self,
        context: &ActionContext,
    ) -> Result<(ActionId, ButtonValue), Forged> {
        let action = ActionId::parse(&context.op).ok_or(Forged::Malformed)?;
        let signed = self.action_text(action, &context.v);
        hmac_sha256(&self.key, &[ACTION.as_bytes()], signed, &context.mac)?;
        let value = ButtonValue::decode(&context.v).ok_or(Forged::Malformed)?;
        Ok((action, value))
    }

    /// A form's state for one person in one channel, until then only. Everybody who sees the form
    /// can read it; nobody can change it.
    pub(crate) fn seal(
        &self,
        state: &FormState,
        user_ref: &str,
        channel_id: &str,
        nonce: &str,
        until: Time,
    ) -> String {
        let until = until.millis();
        let form = state.encode();
        let payload = Payload { tenant: &self.tenant, user_ref, channel_id, nonce, until, form };
        let payload = payload.write();
        let mac = sign_hmac_sha256(&self.key, &[FORM.as_bytes(), payload.as_bytes()]);
        format!("{mac}{payload}")
    }

    /// What [`Signer::seal`] wrote. Whose it is, where and until when is for the caller to compare.
    pub(crate) fn unseal(&self, sealed: &str) -> Result<Sealed, Forged> {
        let (mac, payload) = sealed.split_at_checked(MAC_DIGITS).ok_or(Forged::Malformed)?;
        let signed = Bytes::copy_from_slice(payload.as_bytes());
        let proved = hmac_sha256(&self.key, &[FORM.as_bytes()], signed, mac)?;
        Sealed::read(&proved, &self.tenant).ok_or(Forged::Malformed)
    }

    /// The tenant that a state names, whoever wrote it.
    pub(crate) fn untrusted_tenant(sealed: &str) -> Option<String> {
        let (_, payload) = sealed.split_at_checked(MAC_DIGITS)?;
        let parts: Vec<Value> = serde_json::from_slice(payload.as_bytes()).ok()?;
        parts.first()?.as_str().map(str::to_owned)
    }

    /// Names the key without giving it away.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where forms are sent when they are filled in.
    pub(crate) fn dialogs(&self) -> String {
        self.address("dialogs")
    }

    fn address(&self, what: &str) -> String {
        format!("{}/api/v1/mattermost/{what}/{}", self.callbacks, self.tenant)
    }

    /// JSON, so that no field can reach into the next.
    fn action_text(&self, action: ActionId, value: &str) -> Bytes {
        json!([self.version, self.tenant, action.name(), value]).to_string().into()
    }
}

/// What a button carries, as it came back. Anybody may have written it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ActionContext {
    pub(crate) op: String,
    pub(crate) v: String,
    pub(crate) k: String,
    pub(crate) mac: String,
    /// Set by the server for a menu; not signed.
    pub(crate) selected_option: Option<String>,
}

struct Payload<'a> {
    tenant: &'a str,
    user_ref: &'a str,
    channel_id: &'a str,
    nonce: &'a str,
    until: i64,
    form: String,
}

impl Payload<'_> {
    fn write(&self) -> String {
        let Self { tenant, user_ref, channel_id, nonce, until, form } = self;
        json!([tenant, user_ref, channel_id, nonce, until, form]).to_string()
    }
}

impl Sealed {
    fn read(proved: &Verified<Bytes>, tenant: &str) -> Option<Self> {
        let (of, user_ref, channel_id, nonce, until, form): (String, _, _, _, i64, String) =
            serde_json::from_slice(proved.get()).ok()?;
        let state = FormState::decode(&form)?;
        let until = Time::from_millis(until);
        (of == tenant).then_some(Self { state, user_ref, channel_id, nonce, until })
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(tenant: &str, key: &str) -> Signer {
        Signer::new(tenant, "https://nightowl.example.com/", &Secret::new(key))
    }

    fn value() -> ButtonValue {
        ButtonValue {
            alert_id: "0123456789abcdef0hjkmnpq".to_owned(),
            delivery: "0123456789abcdef0hjkmnpq".into(),
            round: 10,
            tier: 12,
        }
    }

    fn context(signer: &Signer, action: ActionId) -> ActionContext {
        let (_, context) = signer.action(action, &value());
        serde_json::from_value(json!(context)).expect("it is a context")
    }

    #[test]
    fn a_button_is_believed_only_as_it_was_signed() {
        let own = signer("acme", "key");
        for action in ActionId::ALL {
            let signed = context(&own, action);
            assert_eq!(own.check_action(&signed), Ok((action, value())));
            let altered: [fn(&mut ActionContext); 3] = [
                |context| context.op = if context.op == "ack" { "note" } else { "ack" }.to_owned(),
                |context| context.v = context.v.replace("|10|", "|11|"),
                |context| context.mac = context.mac.replace(|_| true, "0"),
            ];
            for alter in altered {
                let mut forged = signed.clone();
                alter(&mut forged);
                assert_eq!(own.check_action(&forged), Err(Forged::Mismatch), "{forged:?}");
            }
        }
        let signed = context(&own, ActionId::Resolve);
        assert_eq!(signer("acme", "other").check_action(&signed), Err(Forged::Mismatch));
        assert_eq!(signer("beta", "key").check_action(&signed), Err(Forged::Mismatch));
        let keyless = signer("acme", "");
        let signed = context(&keyless, ActionId::Resolve);
        assert_eq!(keyless.check_action(&signed), Err(Forged::NoSecret));
        assert_eq!(own.check_action(&ActionContext::default()), Err(Forged::Malformed));
    }

    #[test]
    fn a_button_stays_small_and_says_where_it_goes() {
        let (url, context) = signer("acme", "key").action(ActionId::Acknowledge, &value());
        assert_eq!(url, "https://nightowl.example.com/api/v1/mattermost/actions/acme");
        let written = json!(context).to_string();
        assert!(written.len() < 250, "{} bytes", written.len());
    }

    #[test]
    fn a_form_is_believed_only_as_it_was_sealed() {
        let own = signer("acme", "key");
        let state = FormState {
            form: nightowl_messaging::FormId::Resolve,
            value: value(),
            channel_id: "c".to_owned(),
            message_id: "p".to_owned(),
        };
        let until = Time::from_seconds(900);
        let sealed = own.seal(&state, "bob", "chan", "n1", until);
        let expected = Sealed {
            state,
            user_ref: "bob".to_owned(),
            channel_id: "chan".to_owned(),
            nonce: "n1".to_owned(),
            until,
        };
        assert_eq!(own.unseal(&sealed), Ok(expected));
        assert_eq!(own.unseal(&sealed.replace("bob", "eve")), Err(Forged::Mismatch));
        assert_eq!(own.unseal(&sealed.replace("900000", "990000")), Err(Forged::Mismatch));
        assert_eq!(signer("beta", "key").unseal(&sealed), Err(Forged::Malformed));
        assert_eq!(signer("acme", "other").unseal(&sealed), Err(Forged::Mismatch));
        for junk in ["", "STATE", &"é".repeat(64), &"0".repeat(64), &sealed[..70]] {
            assert!(own.unseal(junk).is_err(), "{junk}");
        }
    }

    #[test]
    fn what_is_signed_for_one_purpose_does_not_pass_for_the_other() {
        let own = signer("acme", "key");
        let text = own.action_text(ActionId::Resolve, "v1|a|k|0|0");
        let mac = sign_hmac_sha256(&own.key, &[ACTION.as_bytes(), &text]);
        let sealed = format!("{mac}{}", String::from_utf8_lossy(&text));
        assert_eq!(own.unseal(&sealed), Err(Forged::Mismatch));
    }

    #[test]
    fn the_key_is_not_shown() {
        let shown = format!("{:?}", signer("acme", "hidden-key"));
        assert!(!shown.contains("hidden"), "{shown}");
    }
}
