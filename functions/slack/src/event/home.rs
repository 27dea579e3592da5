//! The Home tab, shown anew whenever somebody opens it.

use nightowl_messaging::{CommandResponse, ResponseSection};
use tokio::time::timeout_at;

use crate::door::{Who, open};
use crate::needs::{Needs, SlackTenants};
use crate::wait::Deadlines;

/// What fails is logged: the tab goes on showing what it showed.
pub(super) async fn show<N: Needs>(
    needs: &N,
    tenants: &[String],
    user_ref: &str,
    deadlines: Deadlines,
) {
    let Some(first) = tenants.first() else { return };
    let shown = async {
        let mut views = Vec::new();
        for tenant in tenants {
            views.extend(view(needs, tenant, user_ref, deadlines).await);
        }
        let Some(view) = joined(views) else { return };
        if let Err(error) = needs.slack_tenants().publish_home(first, user_ref, &view).await {
            tracing::warn!(%error, "a Home tab could not be shown");
        }
    };
    if timeout_at(deadlines.told(), shown).await.is_err() {
        tracing::warn!("showing a Home tab took too long");
    }
}

async fn view<N: Needs>(
    needs: &N,
    tenant: &str,
    user_ref: &str,
    deadlines: Deadlines,
) -> Option<(String, CommandResponse)> {
    let door = open(needs, tenant, deadlines).await?;
    let who = Who { user_ref, user_name: "", channel: "", thread: None };
    let response = needs.engine().on_home(&door.visitor(who)).await;
    Some((door.tenant.name.clone(), response))
}

/// An app has one tab for each person, however many tenants share it.
fn joined(mut views: Vec<(String, CommandResponse)>) -> Option<CommandResponse> {
    if views.len() < 2 {
        return views.pop().map(|(_, view)| view);
    }
    let mut all = CommandResponse::default();
    for (tenant, view) in views {
        let heading = ResponseSection { title: tenant, body: view.text, fields: Vec::new() };
        all.sections.push(heading);
        all.sections.extend(view.sections);
        all.link = all.link.or(view.link);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_tenants_share_a_tab() {
        let view = |text: &str| CommandResponse {
            text: text.to_owned(),
            sections: vec![ResponseSection::default()],
            ..CommandResponse::default()
        };
        let one = joined(vec![("Acme".to_owned(), view("a"))]).expect("a view");
        assert_eq!((one.text.as_str(), one.sections.len()), ("a", 1));
        let both = vec![("Acme".to_owned(), view("a")), ("Other".to_owned(), view("b"))];
        let both = joined(both).expect("a view");
        assert_eq!(both.sections.len(), 4);
        assert_eq!((&*both.sections[2].title, &*both.sections[2].body), ("Other", "b"));
        assert_eq!(joined(vec![]), None);
    }
}
