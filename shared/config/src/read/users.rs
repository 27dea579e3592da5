//! `users`.

use std::collections::BTreeMap;

use nightowl_domain::User;

use super::providers;
use super::{Fields, Names, Reader};
use crate::problem::quoted;
use crate::tree::{Kind, Node};

const KNOWN: [&str; 4] = ["id", "name", "email", "timezone"];

/// People, and their ids for references.
pub(super) fn users(reader: &mut Reader<'_, '_>, node: Option<&Node>) -> (Vec<User>, Names) {
    let mut names = Names::new("user");
    let mut emails: BTreeMap<String, usize> = BTreeMap::new();
    let known: Vec<&'static str> = KNOWN.into_iter().chain(providers::outside()).collect();
    let mut handles = Handles::default();
    let mut users = Vec::new();
    for node in reader.listed(node, "users", &mut names) {
        let Some(fields) = Fields::open(reader, node, "a user", &known) else {
            continue;
        };
        let id = reader.declared_id(&fields, &mut names);
        let name = fields.need(reader, "name").and_then(|node| reader.text(node, "a name"));
        let email = fields.get("email").and_then(|node| {
            let email = reader.email(node)?;
            let lower = email.to_lowercase();
            let source = reader.scalar(node, "an e-mail address")?.source.as_str();
            if let Some(first) = emails.get(&lower) {
                // Two people with one address could not be told apart when one of them clicks.
                let found = format!("{} again, first on line {first}", quoted(source));
                reader.add(node.line, found, "an e-mail address of their own");
                return None;
            }
            emails.insert(lower, node.line);
            Some(email)
        });
        let timezone = fields.get("timezone").and_then(|node| reader.zone(node));
        let handles = handles.read(reader, &fields);
        users.push(User {
            id: id.unwrap_or_default(),
            name: name.unwrap_or_default(),
            email,
            timezone: timezone.and_then(|zone| zone.iana_name().map(str::to_owned)),
            handles,
        });
    }
    (users, names)
}

/// Who is said to be whom on which platform.
#[derive(Default)]
struct Handles {
    /// By provider and handle in lower case, with the line.
    seen: BTreeMap<(&'static str, String), usize>,
}

impl Handles {
    /// One person's user names or ids, by provider.
    fn read(
        &mut self,
        reader: &mut Reader<'_, '_>,
        fields: &Fields<'_>,
    ) -> BTreeMap<String, String> {
        let mut handles = BTreeMap::new();
        for provider in providers::outside() {
            let Some(node) = fields.get(provider) else { continue };
            let Some(handle) = reader.handle(node, provider, providers::has_names(provider)) else {
                continue;
            };
            // Platforms tell user names apart by their letters only, whatever their case.
            let name = (provider, handle.to_lowercase());
            if let Some(first) = self.seen.get(&name) {
                // Two people with one account could not be told apart when one of them clicks.
                let source = reader.scalar(node, provider).map_or("", |scalar| &scalar.source);
                let again = format!("{} again, first on line {first}", quoted(source));
                reader.add(node.line, again, format!("a {provider} user of their own"));
                continue;
            }
            self.seen.insert(name, node.line);
            handles.insert(provider.to_owned(), handle);
        }
        handles
    }
}

impl Reader<'_, '_> {
    /// The items of an optional list of declarations; remembers in `names` if it is unreadable.
    pub(super) fn listed<'n>(
        &mut self,
        node: Option<&'n Node>,
        what: &str,
        names: &mut Names,
    ) -> &'n [Node] {
        let Some(node) = node else { return &[] };
        if !matches!(node.kind, Kind::List(_)) {
            names.set_unknown();
        }
        self.items(node, what)
    }

    /// The `id` of something that is declared here. One that cannot be read is not missed later.
    pub(super) fn declared_id(&mut self, fields: &Fields<'_>, names: &mut Names) -> Option<String> {
        let Some(node) = fields.need(self, "id") else {
            names.set_unknown();
            return None;
        };
        let id = self.id(node, "an id");
        match (&node.kind, &id) {
            (Kind::Scalar(scalar), Some(_)) => names.declare(self, scalar, node.line),
            (Kind::Scalar(scalar), None) => names.declare_wrong(scalar, node.line),
            (Kind::Null | Kind::List(_) | Kind::Map(_) | Kind::Unusable, _) => names.set_unknown(),
        }
        id
    }
}
