//! Buttons and forms as we sign them, written down once more: a change of the form would make every
//! button that is in a channel already a forgery.

use nightowl_domain::Time;
use nightowl_messaging::verify::sign_hmac_sha256;
use nightowl_messaging::{ActionId, ButtonValue, FormState, Secret};
use serde_json::{Value, json};

pub(crate) const TENANT: &str = "acme";
pub(crate) const CALLBACKS: &str = "https://owl.example.com";

/// The context of a button.
pub(crate) fn context(key: &str, action: ActionId, value: &ButtonValue) -> Value {
    let key = Secret::new(key);
    let version = sign_hmac_sha256(&key, &[b"nightowl mattermost key"])[..6].to_owned();
    let value = value.encode();
    let signed = json!([version, TENANT, action.name(), value]).to_string();
    let mac = sign_hmac_sha256(&key, &[b"nightowl mattermost action 1", signed.as_bytes()]);
    json!({"op": action.name(), "v": value, "k": version, "mac": mac})
}

/// The state of a form.
pub(crate) fn state(
    key: &str,
    state: &FormState,
    user: &str,
    channel: &str,
    nonce: &str,
    until: Time,
) -> String {
    let payload = json!([TENANT, user, channel, nonce, until.millis(), state.encode()]).to_string();
    let key = Secret::new(key);
    let mac = sign_hmac_sha256(&key, &[b"nightowl mattermost form 1", payload.as_bytes()]);
    format!("{mac}{payload}")
}
