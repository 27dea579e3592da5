//! A provider's section that is tried before it is stored, or again after.

use nightowl_messaging::{Setting, Settings};
use serde_json::{Map, Value as Json};

use crate::document::{Given, GivenForm, Value};
use crate::problem::{Problem, Problems};
use crate::read;
use crate::tree::Node;

/// What a test of a connection works with: the given fields over the stored ones.
#[derive(Clone, Debug)]
pub struct Trial {
    pub settings: Settings,
    /// Where a test message goes; `None`: no channel is known.
    pub channel: Option<String>,
    /// Where its requests go; `None`: nowhere outside of this process.
    pub address: Option<String>,
    /// Where those of the stored section go.
    pub stored_address: Option<String>,
    /// The tenant lets tests go to private addresses and without TLS.
    pub allow_private_addresses: bool,
}

/// The words that `messaging_provider` knows, `none` aside.
pub fn provider_names() -> impl Iterator<Item = &'static str> {
    read::provider_names()
}

/// `given`: fields of the provider's section; `***` and `null` keep what is stored.
///
/// # Errors
/// Every mistake, without a line: a field that is unknown or unusable, or one that is missing; and
/// a stored token that would go to another address than the stored one.
pub(crate) fn trial(
    provider: &str,
    given: &Map<String, Json>,
    stored: Option<&Settings>,
) -> Result<Trial, Vec<Problem>> {
    let mut problems = Problems::new("the body");
    let known: Map<String, Json> = given
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let node = Node::from_json(Json::Object(known));
    let Some((spec, values)) = read::given(provider, &node, &mut problems) else {
        let names: Vec<&str> = read::provider_names().collect();
        problems.add(0, "an unknown provider", format!("one of {}", names.join(", ")));
        return Err(problems.into_list());
    };
    let mut settings = Settings { provider: provider.to_owned(), ..Settings::default() };
    for (name, default) in spec.defaults {
        settings.fields.insert(name.to_owned(), Setting::Text(default.to_owned()));
    }
    settings.fields.extend(stored.iter().flat_map(|stored| stored.fields.clone()));
    let stored_address = spec
        .address
        .and_then(|field| stored.and_then(|stored| stored.text(field)))
        .map(str::to_owned);
    for (name, value) in &values {
        put(&mut settings, name, value);
    }
    let address = spec.address.and_then(|field| settings.text(field)).map(str::to_owned);
    if let (Some(field), None) = (spec.address, &address) {
        problems.add(0, format!("no {field}"), "the server's address, https://…");
    }
    if let Some(token) = spec.token {
        let is_given = values.get(token).is_some_and(is_open);
        if settings.secret(token).is_none() {
            problems.add(0, format!("no {token}"), "a token, for none is stored");
        } else if !is_given && !is_same(address.as_deref(), stored_address.as_deref()) {
            let found = format!("another address without its {token}");
            problems.add(0, found, "the token with it: the stored one is for the stored address");
        }
    }
    let list = problems.into_list();
    if !list.is_empty() {
        return Err(list);
    }
    let channel = settings.text(spec.default_channel).map(str::to_owned);
    let allow_private_addresses = false;
    Ok(Trial { settings, channel, address, stored_address, allow_private_addresses })
}

fn put(settings: &mut Settings, name: &'static str, value: &Value) {
    let mut set = |name: String, given: &Given| {
        if let GivenForm::Open(secret) = &given.form {
            settings.fields.insert(name, Setting::Secret(secret.clone()));
        }
    };
    match value {
        Value::Text(text) => {
            settings.fields.insert(name.to_owned(), Setting::Text(text.clone()));
        }
        Value::Secret(given) => set(name.to_owned(), given),
        Value::Secrets(list) => {
            for (index, given) in list.iter().enumerate() {
                set(crate::document::numbered(name, index), given);
            }
        }
    }
}

fn is_open(value: &Value) -> bool {
    matches!(value, Value::Secret(Given { form: GivenForm::Open(_), .. }))
}

/// A slash at the end says nothing.
fn is_same(one: Option<&str>, other: Option<&str>) -> bool {
    let plain = |address: Option<&str>| address.map(|text| text.trim_end_matches('/').to_owned());
    plain(one) == plain(other)
}
