//! The routes of the REST API, and what a request to one of them is.

mod bots;
mod channels;
mod commands;
pub(crate) mod dialogs;
pub(crate) mod edit;
mod hooks;
mod listing;
mod members;
pub(crate) mod posts;
mod reactions;
mod system;
mod teams;
mod tokens;
pub(crate) mod users;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, header};
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use crate::double::Shared;
use crate::error::{Answer, AppError};
use crate::ids::{ID_LENGTH, is_id};
use crate::world::World;

/// A request whose route is known.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What stands at the pattern's places.
    pub(crate) params: Vec<String>,
    /// Whose session it is; empty on routes that need none.
    pub(crate) user: String,
}

pub(crate) struct Route {
    pub(crate) method: &'static str,
    /// `{id}` is letters and digits, `{name}` is anything, `{action}` is letters and digits of
    /// any number.
    pub(crate) pattern: &'static str,
    pub(crate) name: &'static str,
    pub(crate) access: Access,
    pub(crate) run: Run,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Open,
    Session,
}

#[derive(Clone, Copy)]
pub(crate) enum Run {
    /// Needs nothing but the state.
    World(fn(&mut World, &Request) -> Answer),
    /// Calls an integration meanwhile.
    Outside(fn(Shared, Request) -> BoxFuture<'static, Answer>),
}

/// A route that needs a session and nothing but the state.
const fn inside(
    method: &'static str,
    pattern: &'static str,
    name: &'static str,
    run: fn(&mut World, &Request) -> Answer,
) -> Route {
    Route { method, pattern, name, access: Access::Session, run: Run::World(run) }
}

/// The same without a session.
const fn open(
    method: &'static str,
    pattern: &'static str,
    name: &'static str,
    run: fn(&mut World, &Request) -> Answer,
) -> Route {
    Route { method, pattern, name, access: Access::Open, run: Run::World(run) }
}

const FAMILIES: &[&[Route]] = &[
    system::ROUTES,
    users::ROUTES,
    tokens::ROUTES,
    bots::ROUTES,
    teams::ROUTES,
    channels::ROUTES,
    members::ROUTES,
    posts::ROUTES,
    edit::ROUTES,
    listing::ROUTES,
    reactions::ROUTES,
    commands::ROUTES,
    dialogs::ROUTES,
    hooks::ROUTES,
];

/// The route of a path, and what stands at its places.
pub(crate) fn find(method: &str, path: &str) -> Option<(&'static Route, Vec<String>)> {
    let routes = FAMILIES.iter().flat_map(|family| family.iter());
    let mut routes = routes.filter(|route| route.method == method);
    routes.find_map(|route| Some((route, params(route.pattern, path)?)))
}

fn params(pattern: &str, path: &str) -> Option<Vec<String>> {
    let path = path.strip_prefix("/api/v4").unwrap_or(path);
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let (mut found, mut before) = (vec![], "");
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(found),
            (Some(place), Some(part)) if place.starts_with('{') => {
                let part = decoded(part);
                if part.is_empty() || !fits(before, place, &part) {
                    return None;
                }
                found.push(part);
            }
            (Some(word), Some(part)) if word == part => before = word,
            _ => return None,
        }
    }
}

/// The routes themselves say which characters may stand at a place.
fn fits(before: &str, place: &str, part: &str) -> bool {
    let more = match (place, before) {
        ("{name}", "email") => return true,
        ("{name}", "username") => "_-.",
        ("{name}", _) => "_-",
        _ => "",
    };
    part.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
}

fn decoded(part: &str) -> String {
    // A plus is a plus in a path.
    let pair = format!("x={}", part.replace('+', "%2B"));
    let first = form_urlencoded::parse(pair.as_bytes()).next();
    first.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Ids in a path have 26 characters; `me` is the caller.
pub(crate) fn check_ids(route: &Route, request: &mut Request) -> Result<(), AppError> {
    let places = route.pattern.split('/').filter(|place| place.starts_with('{'));
    for (place, param) in places.zip(&mut request.params) {
        if place != "{id}" {
            continue;
        }
        if param == "me" {
            param.clone_from(&request.user);
        } else if param.len() != ID_LENGTH {
            return Err(AppError::url_param("id"));
        }
    }
    Ok(())
}

impl Request {
    pub(crate) fn json(&self) -> Result<Map<String, Value>, AppError> {
        serde_json::from_slice(&self.body).map_err(|_| AppError::body_param("body"))
    }

    /// A list of text.
    pub(crate) fn texts(&self) -> Result<Vec<String>, AppError> {
        serde_json::from_slice(&self.body).map_err(|_| AppError::body_param("body"))
    }

    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    pub(crate) fn number(&self, name: &str, otherwise: usize) -> usize {
        self.query(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    }

    pub(crate) fn param(&self, index: usize) -> &str {
        self.params.get(index).map(String::as_str).unwrap_or_default()
    }

    /// `Bearer x` or `Token x`, in any case of the first word.
    pub(crate) fn token(&self) -> &str {
        let value = self.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) = value.and_then(|value| value.split_once(' ')).unwrap_or_default();
        let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token");
        if known { token } else { "" }
    }
}

/// A text field; absent is empty, and another type is an invalid body.
pub(crate) fn text(body: &Map<String, Value>, name: &str) -> Result<String, AppError> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(AppError::body_param(name)),
    }
}

/// A field that has to be an id.
pub(crate) fn id_of(body: &Map<String, Value>, name: &str) -> Result<String, AppError> {
    let id = text(body, name)?;
    if is_id(&id) { Ok(id) } else { Err(AppError::body_param(name)) }
}

/// One page of a list, as `page` and `per_page` ask; at most 200.
pub(crate) fn page<T>(request: &Request, all: Vec<T>) -> Vec<T> {
    let size = request.number("per_page", 60).min(200);
    all.into_iter().skip(request.number("page", 0).saturating_mul(size)).take(size).collect()
}

/// Administrators only.
pub(crate) fn as_admin(world: &World, request: &Request) -> Result<(), AppError> {
    if world.is_admin(&request.user) { Ok(()) } else { Err(AppError::permissions()) }
}
