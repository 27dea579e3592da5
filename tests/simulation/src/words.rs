//! What was written, in plain words, for histories and violations.

use nightowl_domain::{Alert, ClaimMode, Send, SendState, What};

/// How a violation names an alert.
pub(crate) fn label(alert: &Alert) -> String {
    format!("{}/{}#{}", alert.tenant, alert.dedup_key, alert.number())
}

/// One write: what the alert is now, and what became of each of its sends.
pub(crate) fn describe(worker: usize, before: Option<&Alert>, after: &Alert) -> String {
    let event = after.seen.last().map(|(event, _)| event.to_string()).unwrap_or_default();
    let mut text = format!(
        "worker {worker} writes {} version {} for {event}: {}, round {} tier {}, generation {}, \
         fired {} times, card {}",
        label(after),
        after.version,
        after.status.name(),
        after.plan.round + 1,
        after.plan.tier + 1,
        after.plan.generation,
        after.count,
        after.card_rev,
    );
    if let Some(due) = after.plan.tick_due {
        text.push_str(&format!(", due {due}"));
    }
    for send in &after.sends {
        let known = before.and_then(|before| before.send(&send.key));
        if known.is_none_or(|known| known.state != send.state) {
            text.push_str(&format!("\n             {}", of_send(send)));
        }
    }
    text
}

fn of_send(send: &Send) -> String {
    let what = match &send.what {
        What::Card => "card",
        What::Page(_) => "page",
        What::Notice(_) => "notice",
    };
    format!("{what} {} is {}", send.key, state(&send.state))
}

pub(crate) fn state(state: &SendState) -> String {
    match state {
        SendState::Wanted { not_before: None } => "wanted".to_owned(),
        SendState::Wanted { not_before: Some(at) } => format!("wanted, not before {at}"),
        SendState::Claimed { claim, mode, lease_until, .. } => {
            format!("claimed {} by {claim} until {lease_until}", purpose(*mode))
        }
        SendState::InDoubt { not_before, finds_failed, .. } => {
            format!("in doubt, {finds_failed} finds failed, not asked before {not_before}")
        }
        SendState::Sent(shown) => {
            let mut text = format!("said as {}, shows card {}", shown.message.message, shown.rev);
            if let Some(refresh) = &shown.refresh {
                text.push_str(&format!(", being edited until {}", refresh.lease_until));
            }
            if let Some(again) = shown.again_after {
                text.push_str(&format!(", edited again after {again}"));
            }
            if shown.closed {
                text.push_str(", closed");
            }
            text
        }
        SendState::Folded { digest, .. } => format!("in digest {digest}"),
        SendState::Dropped(reason) => format!("dropped: {}", reason.name()),
    }
}

const fn purpose(mode: ClaimMode) -> &'static str {
    match mode {
        ClaimMode::Post => "to be posted",
        ClaimMode::FindThenPost => "to be looked for, and posted if it is not there",
        ClaimMode::FindOnly => "to be looked for",
        ClaimMode::PostAnyway => "to be posted although it may be there",
        ClaimMode::Refresh => "to be edited",
    }
}
