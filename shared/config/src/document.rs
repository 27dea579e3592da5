//! The configuration, read and checked.

use std::collections::BTreeMap;

use nightowl_domain::Tenant;
use nightowl_engine::ApiRole;
use nightowl_messaging::{Secret, Setting, Settings};

/// A whole file without a mistake.
#[derive(Clone, Debug)]
pub struct Document {
    /// As the caller named it, for problems that only the store can tell.
    pub(crate) file: String,
    /// What belongs to all tenants: a tenant named `*` with nothing but keys.
    pub(crate) operators: Section,
    /// Where the operators' keys stand, if they do.
    pub(crate) operators_line: Option<usize>,
    pub(crate) sections: Vec<Section>,
}

impl Document {
    /// In the order of the file. Their `hash` is empty: it is known once they are in force.
    pub fn tenants(&self) -> impl Iterator<Item = &Tenant> {
        self.sections.iter().map(|section| &section.tenant)
    }
}

/// One tenant's part of a file.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) line: usize,
    pub(crate) tenant: Tenant,
    pub(crate) api_keys: Vec<ApiKey>,
    /// Whether a test of a connection may go to private addresses and without TLS.
    pub(crate) allow_private_addresses: bool,
    /// By provider name.
    pub(crate) providers: BTreeMap<&'static str, BTreeMap<&'static str, Value>>,
    /// By integration id.
    pub(crate) integration_keys: BTreeMap<String, IntegrationKey>,
}

/// The tenant that stands for all of them.
pub(crate) const OPERATORS: &str = "*";

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ApiKey {
    pub(crate) id: String,
    pub(crate) key: Key,
    pub(crate) role: ApiRole,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct IntegrationKey {
    pub(crate) key: Key,
    pub(crate) hmac_secret: Option<Given>,
}

/// A key as a sender presents it: only its hash is kept from the moment it is read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) line: usize,
    /// `None`: `***`, the one that is stored.
    pub(crate) hash: Option<String>,
}

/// A field of a provider's section.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Secret(Given),
    Secrets(Vec<Given>),
}

/// A secret as it was written or stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Given {
    pub(crate) line: usize,
    pub(crate) form: GivenForm,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum GivenForm {
    Open(Secret),
    /// `***`: the one that is stored.
    Kept,
    Sealed(Sealed),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) sealed: String,
    pub(crate) fingerprint: String,
}

impl Section {
    pub(crate) fn slug(&self) -> &str {
        &self.tenant.slug
    }

    /// A section's fields with secrets opened by `open`. `None`: it has no such section.
    pub(crate) fn settings<E>(
        &self,
        provider: &str,
        open: impl Fn(&Given) -> Result<Secret, E>,
    ) -> Result<Option<Settings>, E> {
        let Some(fields) = self.providers.get(provider) else {
            return Ok(None);
        };
        let mut settings = Settings { provider: provider.to_owned(), fields: BTreeMap::new() };
        for (&name, value) in fields {
            match value {
                Value::Text(text) => {
                    let text = Setting::Text(text.clone());
                    settings.fields.insert(name.to_owned(), text);
                }
                Value::Secret(given) => {
                    settings.fields.insert(name.to_owned(), Setting::Secret(open(given)?));
                }
                Value::Secrets(list) => {
                    for (index, given) in list.iter().enumerate() {
                        let secret = Setting::Secret(open(given)?);
                        settings.fields.insert(numbered(name, index), secret);
                    }
                }
            }
        }
        Ok(Some(settings))
    }

    /// Every key with its hash known, and what it is for: an integration or an API key.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&Key, KeyUse<'_>)> {
        let api = self.api_keys.iter().map(|key| (&key.key, KeyUse::Api(key)));
        let integrations = self
            .integration_keys
            .iter()
            .map(|(id, integration)| (&integration.key, KeyUse::Integration(id, integration)));
        api.chain(integrations)
    }
}

/// What a key opens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyUse<'s> {
    Api(&'s ApiKey),
    Integration(&'s str, &'s IntegrationKey),
}

impl KeyUse<'_> {
    /// For people.
    pub(crate) fn show(self) -> String {
        match self {
            Self::Api(key) => format!("the API key {}", key.id),
            Self::Integration(id, _) => format!("the key of integration {id}"),
        }
    }
}

/// `webhook_secret`, `webhook_secret_2`, `webhook_secret_3`, … for a list of secrets.
pub(crate) fn numbered(name: &str, index: usize) -> String {
    if index == 0 { name.to_owned() } else { format!("{name}_{}", index + 1) }
}
