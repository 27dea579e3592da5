//! What a digest shows.

use futures::future::try_join_all;
use nightowl_domain::{Alert, Digest, Occurrence, SendKey, Status};
use nightowl_messaging::{Button, DigestMember, DigestMessage};

use crate::{Engine, Ports, Store, StoreError};

/// The alerts of a digest as they stand, each with its place in it and the way to it.
pub(crate) struct Members(Vec<Member>);

struct Member {
    place: u32,
    alert: Alert,
    link: Option<String>,
}

impl Members {
    /// All of them are resolved.
    pub(crate) fn are_over(&self) -> bool {
        self.0.iter().all(|member| !member.alert.is_open())
    }
}

impl<P: Ports> Engine<P> {
    pub(crate) async fn read_members(&self, digest: &Digest) -> Result<Members, StoreError> {
        let read = digest.members.iter().map(|id| {
            let occurrence = Occurrence::new(&digest.tenant, *id);
            async move { self.ports().store().read(&occurrence).await }
        });
        let read = try_join_all(read).await?;
        let members = (0..).zip(read).filter_map(|(place, alert)| {
            let alert = alert?;
            let link = self.alert_link(&alert.occurrence());
            Some(Member { place, alert, link })
        });
        Ok(Members(members.collect()))
    }
}

/// What is open comes before what is over, then the worse before the less bad.
pub(crate) fn digest_message(
    digest: &Digest,
    members: &Members,
    delivery: &SendKey,
) -> DigestMessage {
    let mut sorted: Vec<&Member> = members.0.iter().collect();
    sorted.sort_by_key(|member| {
        let alert = &member.alert;
        (!alert.is_open(), alert.severity, alert.opened.at, member.place)
    });
    DigestMessage {
        digest_id: digest.id.to_string(),
        members: sorted.into_iter().map(shown).collect(),
        delivery: delivery.clone(),
    }
}

fn shown(member: &Member) -> DigestMember {
    let alert = &member.alert;
    let button = match alert.status {
        Status::Firing | Status::Snoozed { .. } => Some(Button::Acknowledge),
        Status::Acknowledged { .. } => Some(Button::Resolve),
        Status::Resolved { .. } => None,
    };
    DigestMember {
        place: member.place,
        alert_id: alert.id.to_string(),
        short_id: alert.short_id.to_uppercase(),
        title: alert.title.clone(),
        severity: alert.severity,
        status: alert.status.name(),
        standing: standing(alert),
        button,
        alert_url: member.link.clone(),
    }
}

/// "firing, tier 2", "acknowledged by Alice".
fn standing(alert: &Alert) -> String {
    match &alert.status {
        Status::Firing if alert.plan.exhausted.is_some() => "firing, nobody answered".to_owned(),
        Status::Firing => format!("firing, tier {}", alert.plan.tier.saturating_add(1)),
        Status::Acknowledged { by, .. } => format!("acknowledged by {}", by.show()),
        Status::Snoozed { by, .. } => format!("snoozed by {}", by.show()),
        Status::Resolved { by, .. } => format!("resolved by {}", by.show()),
    }
}
