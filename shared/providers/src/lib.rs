#![doc = include_str!("../README.md")]

use std::sync::Arc;

use nightowl_domain::{Tenant, Time};
use nightowl_mattermost::Home;
use nightowl_messaging::{MessageLog, Provider, Settings};

/// What a provider may need besides its settings.
pub struct Context<'a> {
    pub tenant: &'a Tenant,
    /// Where the inbox keeps its messages.
    pub log: &'a Arc<dyn MessageLog>,
    pub now: &'a Arc<dyn Fn() -> Time + Send + Sync>,
    /// One client for all of a process: connections are shared.
    pub http: &'a reqwest::Client,
    /// Where platforms reach our own routes (`https://owl.example.com`), if they can: some put it
    /// into their buttons.
    pub callbacks: Option<&'a str>,
}

/// The provider that lands messages in the console. Every tenant has it.
pub const BUILT_IN: &str = nightowl_inbox::NAME;

/// Connects a tenant to the platform that `settings` name. `None`: there is no such platform.
///
/// # Errors
/// In words, without any secret: a field that is missing or makes no sense.
pub fn connect(
    settings: &Settings,
    context: &Context<'_>,
) -> Option<Result<Arc<dyn Provider>, String>> {
    Some(match settings.provider.as_str() {
        nightowl_slack::NAME => share(nightowl_slack::Slack::new(settings, context.http.clone())),
        nightowl_mattermost::NAME => {
            let home = Home {
                tenant: context.tenant.slug.clone(),
                callbacks: context.callbacks.map(str::to_owned),
                now: Arc::clone(context.now),
            };
            share(nightowl_mattermost::Mattermost::new(settings, context.http.clone(), &home))
        }
        nightowl_inbox::NAME => share(Ok(nightowl_inbox::Inbox::new(
            context.tenant,
            Arc::clone(context.log),
            Arc::clone(context.now),
        ))),
        _ => return None,
    })
}

fn share<P: Provider + 'static>(made: Result<P, String>) -> Result<Arc<dyn Provider>, String> {
    made.map(|provider| Arc::new(provider) as Arc<dyn Provider>)
}
