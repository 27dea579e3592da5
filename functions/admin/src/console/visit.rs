//! One request of somebody who is logged in.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, Uri, header};
use nightowl_domain::{Actor, Hash, Tenant, Time, User};
use nightowl_engine::{Clock, Config, EngineError, Entropy, Ports, StoreError};
use nightowl_inbox::inbound::Presser;

use super::page::{self, Choice, Frame, Plain};
use super::session::{self, Session};
use super::when::Watch;
use super::{assets, entry};
use crate::{Console, Needs};

pub(crate) struct Visit<N> {
    pub(crate) needs: Arc<N>,
    pub(crate) session: Session,
    /// The tenant that is looked at.
    pub(crate) tenant: Arc<Tenant>,
    /// The person that the session acts as; `None`: the operator.
    pub(crate) user: Option<User>,
    /// All tenants within reach, in order.
    pub(crate) tenants: Vec<String>,
    pub(crate) now: Time,
}

/// An answer instead of the page.
pub(crate) struct Refusal(Box<Response>);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl From<Response> for Refusal {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, "the store failed a page");
        Self::from(trouble())
    }
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        tracing::warn!(%error, "the engine failed a page");
        Self::from(trouble())
    }
}

pub(crate) fn trouble() -> Response {
    let text = "NightOwl cannot reach its own store just now. Nothing is lost; load the page again \
                in a few seconds.";
    let mut page = Plain::new("One moment", text);
    page.link = Some(("/console/", "Try again"));
    page::with_header(page.answer(StatusCode::SERVICE_UNAVAILABLE), header::RETRY_AFTER, "5")
}

impl<N: Needs> Visit<N> {
    pub(crate) async fn of(
        needs: Arc<N>,
        headers: &HeaderMap,
        here: Option<&Uri>,
    ) -> Result<Self, Refusal> {
        let now = needs.engine().ports().clock().now();
        let Some(session) = Session::read(needs.console(), headers, now) else {
            return Err(entry::no_session(needs.console(), headers, here).into());
        };
        let config = needs.engine().ports().config();
        let mut tenants = config.tenants().await?;
        tenants.retain(|slug| session.grant.reaches(slug));
        let chosen = tenants.iter().find(|slug| **slug == session.tenant).or(tenants.first());
        let tenant = match chosen {
            Some(slug) => config.tenant(slug).await?,
            None => None,
        };
        let Some(tenant) = tenant else { return Err(entry::no_tenants(needs.console()).into()) };
        let is_choice = tenant.slug == session.tenant;
        let user = tenant.user(&session.user).filter(|_| is_choice).or(tenant.users.first());
        let user = user.cloned();
        Ok(Self { needs, session, tenant, user, tenants, now })
    }

    pub(crate) fn console(&self) -> &Console {
        self.needs.console()
    }

    pub(crate) fn actor(&self) -> Actor {
        match &self.user {
            Some(user) => Actor::User { id: user.id.clone(), name: user.name.clone() },
            None => self.nobody(),
        }
    }

    /// Whoever acts without being one of the tenant's people.
    pub(crate) fn nobody(&self) -> Actor {
        let key = self.session.grant.key.clone().unwrap_or_else(|| "console".to_owned());
        Actor::Api { key }
    }

    pub(crate) fn presser(&self) -> Presser<'_> {
        Presser {
            tenant: &self.tenant.slug,
            session: &self.session.id,
            user: self.user.as_ref().map_or("", |user| user.id.as_str()),
            name: self.user.as_ref().map_or("operator", |user| user.name.as_str()),
        }
    }

    pub(crate) fn watch(&self) -> Watch {
        Watch::of(self.user.as_ref())
    }

    pub(crate) fn draw(&self) -> u128 {
        self.needs.engine().ports().entropy().draw()
    }

    /// Names what a page shows: `parts`, to whom, and in which form.
    pub(crate) fn etag(&self, parts: &[&[u8]]) -> String {
        let (version, presser) = (assets::version(), self.presser());
        // The buttons of a page grow old: it is rendered anew a few times a day.
        let age = (self.now.millis() / 14_400_000).to_be_bytes();
        let own = [&version, presser.tenant, presser.user, &self.tenant.hash, &self.session.id];
        let mut all: Vec<&[u8]> = own.iter().map(|part| part.as_bytes()).collect();
        all.push(&age);
        all.extend_from_slice(parts);
        format!("\"{}\"", Hash::of(&all).text(15))
    }

    /// 304 if that is what the reader has.
    pub(crate) fn unchanged(&self, headers: &HeaderMap, etag: &str) -> Option<Response> {
        let known = headers.get(header::IF_NONE_MATCH)?.to_str().ok()?;
        let is_same = known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag);
        is_same.then(|| self.finish(page::guarded(StatusCode::NOT_MODIFIED.into_response()), etag))
    }

    /// Adds the tag and, when its time has come, the renewed session.
    pub(crate) fn finish(&self, response: Response, etag: &str) -> Response {
        let response = page::with_header(response, header::ETAG, etag);
        match self.session.renewed(self.now) {
            Some(session) => {
                let line = session.set_cookie(self.console());
                page::with_header(response, header::SET_COOKIE, &line)
            }
            None => response,
        }
    }

    pub(crate) async fn frame(
        &self,
        headers: &HeaderMap,
        uri: &Uri,
        title: &str,
    ) -> Result<Frame, Refusal> {
        // A page that asks for news by itself must not take the words meant for its reader.
        let is_poll = headers.contains_key(header::IF_NONE_MATCH);
        let said = session::said(self.console(), headers).filter(|_| !is_poll);
        Ok(Frame {
            title: title.to_owned(),
            section: "inbox",
            tenant: name_of(&self.tenant),
            people: self.people().await?,
            form_token: self.session.form_token(self.console()),
            said,
            etag: String::new(),
            version: assets::version(),
            here: uri.path_and_query().map_or("/console/", |path| path.as_str()).to_owned(),
            summary: String::new(),
        })
    }

    /// A page, with the words that it says once taken back.
    pub(crate) fn page(&self, frame: &Frame, page: &impl askama::Template) -> Response {
        let mut response = self.finish(page::html(StatusCode::OK, page), &frame.etag);
        if frame.said.is_some() {
            let line = session::unsay_cookie(self.console());
            response = page::with_header(response, header::SET_COOKIE, &line);
        }
        response
    }

    async fn people(&self) -> Result<Vec<Choice>, Refusal> {
        let config = self.needs.engine().ports().config();
        let mut people = Vec::new();
        for slug in &self.tenants {
            let Some(tenant) = config.tenant(slug).await? else { continue };
            let of_tenant = |id: &str, name: &str| Choice {
                value: format!("{slug}/{id}"),
                label: if self.tenants.len() > 1 {
                    format!("{name} ({})", name_of(&tenant))
                } else {
                    name.to_owned()
                },
                selected: *slug == self.tenant.slug && id == self.presser().user,
            };
            people.extend(tenant.users.iter().map(|user| of_tenant(&user.id, &user.name)));
            if tenant.users.is_empty() {
                people.push(of_tenant("", "operator"));
            }
        }
        Ok(people)
    }
}

fn name_of(tenant: &Tenant) -> String {
    if tenant.name.is_empty() { tenant.slug.clone() } else { tenant.name.clone() }
}
