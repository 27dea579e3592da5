//! Where an answer to a command or a click may be posted for half an hour.

use std::fmt;

use reqwest::Url;

/// An address at Slack's own hooks. It needs no token, so it is a secret itself; and it came in a
/// request, so any other host is refused.
#[derive(Clone, PartialEq, Eq)]
pub struct ResponseUrl(Url);

impl ResponseUrl {
    /// `None` unless it is https at `hooks.slack.com` or `hooks.slack-gov.com`, on the usual port
    /// and without credentials.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let is_slack = matches!(url.host_str()?, "hooks.slack.com" | "hooks.slack-gov.com");
        let is_plain =
            url.port().is_none() && url.username().is_empty() && url.password().is_none();
        (url.scheme() == "https" && is_slack && is_plain).then_some(Self(url))
    }

    pub(crate) fn url(&self) -> Url {
        self.0.clone()
    }
}

impl fmt::Debug for ResponseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseUrl(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_slacks_hooks_are_written_to() {
        let good = "https://hooks.slack.com/actions/T111/111/random";
        assert!(ResponseUrl::parse(good).is_some());
        assert!(ResponseUrl::parse("https://hooks.slack-gov.com/x").is_some());
        for bad in [
            "",
            "hooks.slack.com/x",
            "http://hooks.slack.com/x",
            "https://hooks.slack.com.evil.example/x",
            "https://evil.example/hooks.slack.com",
            "https://hooks.slack.com@evil.example/x",
            "https://user:word@hooks.slack.com/x",
            "https://hooks.slack.com:8443/x",
            "https://evil.example\\@hooks.slack.com/x",
            "https://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
        ] {
            assert_eq!(ResponseUrl::parse(bad), None, "{bad}");
        }
        let shown = format!("{:?}", ResponseUrl::parse(good));
        assert!(!shown.contains("random"), "{shown}");
    }
}
