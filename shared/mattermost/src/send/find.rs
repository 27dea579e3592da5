//! Was it posted? Asked after an answer was lost.

use std::time::Duration;

use nightowl_domain::{Destination, MessageRef, SendKey, Time};
use nightowl_messaging::ProviderError;

use crate::wire::PostList;

use super::Mattermost;
use super::api::{Ask, Deadline};
use super::error::{Call, Failure};
use super::post::reference;

/// How far the server's clock and ours may be apart where it is not known: the skew that leases
/// allow.
const SKEW: Duration = Duration::from_secs(6);

/// More posts than that are never answered at once, whatever is asked for.
const PAGE: usize = 1000;

impl Mattermost {
    /// Goes through everything that changed since then, the oldest change first, as the server
    /// gives it. A post counts only if it is our bot's own: anybody can write the same props.
    pub(super) async fn look_back(
        &self,
        to: &Destination,
        delivery: &SendKey,
        since: Time,
    ) -> Result<Option<MessageRef>, ProviderError> {
        if delivery.as_str().is_empty() {
            return Ok(None);
        }
        let deadline = self.deadline();
        let me = self.who_we_are(Call::Find, deadline).await?;
        let channel = self.place(to, deadline).await?;
        let ahead = self.api.clock().ahead_millis().unwrap_or_default();
        let mut since = (since - SKEW).millis().saturating_add(ahead.min(0)).max(1);
        loop {
            let page = self.changed_since(&channel, since, deadline).await;
            let page = page.map_err(|failure| failure.error(Call::Find))?;
            let found = page.posts.values().find(|post| {
                post.is_there()
                    && post.user_id == me.id
                    && post.channel_id == channel
                    && post.delivery() == Some(delivery.as_str())
            });
            if let Some(post) = found {
                return Ok(Some(reference(post.clone())));
            }
            match next(&page, since) {
                Some(next) => since = next,
                None => return Ok(None),
            }
        }
    }

    async fn changed_since(
        &self,
        channel: &str,
        since: i64,
        deadline: Deadline,
    ) -> Result<PostList, Failure> {
        let path = ["channels", channel, "posts"];
        self.api.call(Ask::get(&path).with("since", since), deadline).await
    }
}

/// Where a full page goes on. Beside the oldest thousand changes it holds the roots of replies,
/// which may have changed much later, so it is the thousandth that counts and not the last.
fn next(page: &PostList, since: i64) -> Option<i64> {
    let changes = page.posts.values().map(|post| post.update_at);
    let mut changes: Vec<i64> = changes.filter(|change| *change > since).collect();
    changes.sort_unstable();
    let last = changes.get(PAGE - 1)?;
    // Others may have changed in the same millisecond. A thousand of them would be answered for
    // ever, so it always moves.
    Some((last - 1).max(since + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(changes: impl Iterator<Item = i64>) -> PostList {
        let posts = changes.enumerate().map(|(index, update_at)| {
            let post = serde_json::json!({"id": format!("p{index}"), "update_at": update_at});
            (format!("p{index}"), serde_json::from_value(post).expect("a post"))
        });
        PostList { order: vec![], posts: posts.collect() }
    }

    #[test]
    fn a_page_that_is_not_full_is_the_last() {
        assert_eq!(next(&page(1..1000), 0), None);
        assert_eq!(next(&page(1..=1000), 0), Some(999));
        assert_eq!(next(&page(1..=1000), 1), None, "an old root is no change");
    }

    #[test]
    fn a_root_that_changed_later_hides_nothing_before_it() {
        assert_eq!(next(&page((1..=1000).chain([9_000, 9_001])), 0), Some(999));
    }

    #[test]
    fn it_always_moves() {
        assert_eq!(next(&page(std::iter::repeat_n(5, 1000)), 4), Some(5));
    }
}
