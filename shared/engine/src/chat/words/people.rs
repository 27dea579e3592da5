//! What somebody is told about who they are.

use super::{cut, named};
use crate::chat::Stranger;
use crate::chat::wish::Deed;
use nightowl_domain::Alert;

/// Why somebody may not act, and what would change that.
pub fn stranger(why: Stranger, tenant: &str) -> String {
    let add = format!("ask an operator to add you to the users of tenant {tenant}");
    match why {
        Stranger::Gone => "A deactivated account or a bot cannot act on alerts.".to_owned(),
        Stranger::NotVisible => format!(
            "NightOwl cannot see who you are, so nothing was done. If your account belongs to \
             another workspace, {add} with an account of this one."
        ),
        Stranger::NoEmail => format!(
            "NightOwl cannot see the e-mail address of your account, so it does not know who you \
             are and nothing was done. Give your account an address, let the app read it, and \
             {add}."
        ),
        Stranger::NotListed => format!(
            "NightOwl does not know you, so nothing was done. To act on alerts, {add} with the \
             e-mail address of this account."
        ),
        Stranger::CannotAsk => "NightOwl could not find out who you are just now, so nothing was \
                                done. Try again in a moment."
            .to_owned(),
    }
}

/// The same with a way out, which is a button below it.
pub(in crate::chat) fn stranger_with_link(has_pending: bool) -> String {
    let then = if has_pending { "it is done then" } else { "then do it again" };
    format!(
        "NightOwl does not know who you are, so nothing was done yet. Follow the link within 15 \
         minutes and log in: {then}."
    )
}

/// To a stranger who opened the page that shows what is theirs. The link is a button below it.
pub(in crate::chat) const STRANGER_AT_HOME: &str = "NightOwl does not know who you are. Follow the link within 15 minutes and log in; then open \
     this page again.";

/// To somebody who is known and asks for a link. `person`: as whom they act.
pub(in crate::chat) fn link_anew(person: &str, is_linked: bool) -> String {
    let person = cut(person);
    let now = if is_linked {
        format!("You act as {person} here.")
    } else {
        format!("You act under your name here, {person}, and as nobody in NightOwl.")
    };
    format!("{now} To act as somebody else, follow the link within 15 minutes and log in.")
}

/// To somebody who has just said who they are. `came`: what came of what they wanted before.
pub(in crate::chat) fn linked(user_name: &str, person: &str, came: Option<&str>) -> String {
    let (user_name, person) = (cut(user_name), cut(person));
    let linked = match user_name.as_str() {
        "" => format!("You act as {person} in chat from now on."),
        user_name => format!("What {user_name} does in chat counts as {person} from now on."),
    };
    match came {
        Some(came) => format!("{linked} {came}"),
        None => linked,
    }
}

/// What waits for its person: "acknowledge X2K9FQ (Disk full)".
pub(in crate::chat) fn deed(deed: &Deed, alert: Option<&Alert>) -> String {
    let what = alert.map_or_else(|| "an alert that is gone".to_owned(), named);
    match deed {
        Deed::Acknowledge { .. } => format!("acknowledge {what}"),
        Deed::Unacknowledge { .. } => format!("give {what} back"),
        Deed::Escalate { .. } => format!("escalate {what}"),
        Deed::Resolve { .. } => format!("resolve {what}"),
        Deed::Snooze { until } => format!("snooze {what}: {}", cut(until)),
        Deed::Note { text } => format!("keep a note on {what}: {}", cut(text)),
    }
}

/// "platform (primary) until Mon 2026-11-23 09:00 CET".
pub(in crate::chat) fn duty(schedule: &str, role: &str, until: Option<&str>) -> String {
    match until {
        Some(until) => format!("{schedule} ({role}) until {until}"),
        None => format!("{schedule} ({role})"),
    }
}

pub(in crate::chat) fn on_duty(duties: &[String]) -> String {
    match duties {
        [] => "You are not on call.".to_owned(),
        duties => format!("You are on call: {}.", duties.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_whole() {
        let mut all: Vec<String> = Stranger::ALL.map(|why| stranger(why, "acme")).into();
        all.extend([stranger_with_link(true), stranger_with_link(false)]);
        all.push(STRANGER_AT_HOME.to_owned());
        all.extend([link_anew("Alice", true), link_anew("al", false)]);
        all.extend([linked("al", "Alice", None), linked("", "Alice", Some("You did it."))]);
        for said in all {
            assert!(said.ends_with('.') && !said.contains("  "), "{said}");
            assert!(!said.contains(['`', '*', '_', '~', '<', '>', '&']), "{said}");
        }
    }
}
