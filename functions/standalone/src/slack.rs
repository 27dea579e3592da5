//! The command that prepares Slack.

use crate::cli::SlackManifest;
use crate::failure::Failure;

/// `nightowl slack manifest`: the app, and the address that creates it.
pub(crate) fn manifest(args: &SlackManifest) -> Result<String, Failure> {
    let base = args.public_url.trim().trim_end_matches('/');
    let url = reqwest::Url::parse(base).ok();
    if !url.is_some_and(|url| url.scheme() == "https" && url.has_host() && url.query().is_none()) {
        let expected = "expected the https address at which Slack reaches NightOwl";
        return Err(Failure::new(format!("--public-url: found {base:?}; {expected}")));
    }
    crate::cli::check_tenant(args.tenant.as_deref())?;
    let manifest = nightowl_slack::manifest(base, args.tenant.as_deref());
    let link = nightowl_slack::deep_link(&manifest);
    Ok(format!("{manifest}\n\nCreate the app from it:\n{link}\n"))
}
