//! A tier starts: pages are born, each with its person and channel, so that a retry never looks
//! anybody up again.

use super::draft::Draft;
use super::people::{self, Found};
use super::{place, tick, words};
use crate::{
    Destination, DropReason, EntryKind, Method, Page, Send, SendKey, SendState, Status, Target,
    Tier, What,
};

/// The alert fires at this round and tier: its pages are owed now and its timeout counts from now.
pub(super) fn fire(draft: &mut Draft<'_>, round: u32, tier: u32) {
    let policy = draft.context.plan.policy;
    let last = u32::try_from(policy.tiers.len().saturating_sub(1)).unwrap_or(u32::MAX);
    // A policy that took the place of a lost one may be shorter.
    let index = tier.min(last);
    draft.alert.status = Status::Firing;
    draft.alert.plan.round = round;
    draft.alert.plan.tier = index;
    draft.alert.plan.exhausted = None;
    say_replaced(draft);
    let Some(tier) = tick::tier(policy, index) else {
        draft.replan(None);
        draft.shows_anew();
        draft.alert.plan.exhausted = Some(draft.context.now);
        return;
    };
    draft.replan(Some(draft.context.now + tier.timeout));
    draft.shows_anew();
    let born = pages(draft, tier);
    say_without_carrier(draft, tier);
    say_paging(draft, &born);
    for send in born {
        supersede(draft, &send);
        draft.owe(send);
    }
}

/// The policy that the alert opened under is gone; said once, as the alert now names the new one.
fn say_replaced(draft: &mut Draft<'_>) {
    let plan = draft.context.plan;
    if plan.policy_replaced && draft.alert.plan.config != plan.policy_config {
        let text = "The configuration that this alert opened under is gone; \
                    the current policy is used instead.";
        draft.say_ourselves(EntryKind::Problem, text);
        plan.policy_config.clone_into(&mut draft.alert.plan.config);
        draft.alert.plan.policy.clone_from(&plan.policy.id);
    }
}

/// Equal keys fold into one page; those that found nobody keep all their reasons.
fn pages(draft: &Draft<'_>, tier: &Tier) -> Vec<Send> {
    let mut born: Vec<Send> = Vec::new();
    for send in unfolded(draft, tier) {
        match born.iter_mut().find(|other| other.key == send.key) {
            Some(other) => fold(other, send),
            None => born.push(send),
        }
    }
    born
}

fn fold(into: &mut Send, send: Send) {
    if let (What::Page(kept), What::Page(page)) = (&mut into.what, send.what)
        && let (Some(reasons), Some(reason)) = (&mut kept.because, page.because)
        && !reasons.contains(&reason)
    {
        reasons.push_str("; ");
        reasons.push_str(&reason);
    }
}

fn unfolded(draft: &Draft<'_>, tier: &Tier) -> Vec<Send> {
    let plan = &draft.context.plan;
    let provider = place::provider(plan, tier.provider.as_deref());
    let carried: Vec<Method> = carried(tier);
    let mut born = Vec::new();
    for target in &tier.targets {
        for found in people::resolve(target, plan, draft.context.now) {
            match found {
                Found::Person(user) if carried.is_empty() => {
                    let because = format!("no method of this tier can reach {}", user.name);
                    let whom = Whom::person(target, user, Some(because));
                    let to = place::channel(plan, provider);
                    born.push(page(draft, whom, Method::MessagingChannel, to));
                }
                Found::Person(user) => born.extend(carried.iter().map(|method| {
                    let to = destination(draft, provider, *method, &user.id);
                    page(draft, Whom::person(target, user, None), *method, to)
                })),
                Found::Nobody(why) => {
                    let to = place::channel(plan, provider);
                    let whom = Whom::nobody(target.to_string(), why);
                    born.push(page(draft, whom, Method::MessagingChannel, to));
                }
            }
        }
    }
    if born.is_empty() {
        let whom = Whom::nobody(String::new(), "this tier names nobody".to_owned());
        let to = place::channel(plan, provider);
        born.push(page(draft, whom, Method::MessagingChannel, to));
    }
    born
}

pub(super) fn carried(tier: &Tier) -> Vec<Method> {
    let methods = tier.notify_via.iter().copied();
    methods.filter(|method| method.has_carrier()).collect()
}

/// Where a method with a carrier reaches this person.
pub(super) fn destination(
    draft: &Draft<'_>,
    provider: &str,
    method: Method,
    user: &str,
) -> Destination {
    match method {
        Method::MessagingDm => {
            Destination::Person { provider: provider.to_owned(), user: user.to_owned() }
        }
        Method::MessagingChannel | Method::Phone | Method::Sms => {
            place::channel(&draft.context.plan, provider)
        }
    }
}

struct Whom {
    target: String,
    person: Option<String>,
    name: String,
    because: Option<String>,
}

impl Whom {
    fn person(target: &Target, user: &crate::User, because: Option<String>) -> Self {
        Self {
            target: target.to_string(),
            person: Some(user.id.clone()),
            name: user.name.clone(),
            because,
        }
    }

    fn nobody(target: String, why: String) -> Self {
        let because =
            if target.is_empty() { why } else { format!("could not find {target}: {why}") };
        Self { target, person: None, name: String::new(), because: Some(because) }
    }
}

fn page(draft: &Draft<'_>, whom: Whom, method: Method, to: Destination) -> Send {
    let plan = &draft.alert.plan;
    let key = SendKey::derive(
        draft.alert.id,
        &[
            b"page",
            &plan.generation.to_be_bytes(),
            &plan.tier.to_be_bytes(),
            whom.person.as_deref().unwrap_or_default().as_bytes(),
            method.name().as_bytes(),
        ],
    );
    Send {
        key,
        what: What::Page(Page {
            round: plan.round,
            tier: plan.tier,
            person: whom.person,
            person_name: whom.name,
            method,
            target: whom.target,
            because: whom.because,
            born: Some(draft.context.now),
        }),
        to,
        generation: plan.generation,
        state: SendState::Wanted { not_before: None },
        attempts: 0,
    }
}

/// An older page that is not out yet says no more than the new one to the same person by the same
/// method. One that found nobody is never superseded: it tells of somebody else.
fn supersede(draft: &mut Draft<'_>, newer: &Send) {
    let What::Page(new) = &newer.what else {
        return;
    };
    let says_the_same =
        |old: &Page| old.person.is_some() && (&old.person, old.method) == (&new.person, new.method);
    draft.alert.sends.change_where(
        |send| {
            matches!(send.state, SendState::Wanted { .. })
                && send.key != newer.key
                && matches!(&send.what, What::Page(old) if says_the_same(old))
        },
        |send| send.state = SendState::Dropped(DropReason::Superseded),
    );
}

fn say_without_carrier(draft: &mut Draft<'_>, tier: &Tier) {
    for method in tier.notify_via.iter().filter(|way| !way.has_carrier()) {
        let name = words::carrier(*method);
        let text = format!("Nobody is paged by {name}: it has no carrier.");
        draft.say_ourselves(EntryKind::PageFailed, text);
    }
}

fn say_paging(draft: &mut Draft<'_>, born: &[Send]) {
    let mut reasons = Vec::new();
    let mut pages = Vec::new();
    for send in born {
        if let What::Page(page) = &send.what {
            pages.push((page, &send.to));
            reasons.extend(page.because.as_deref());
        }
    }
    let policy = draft.context.plan.policy;
    let plan = &draft.alert.plan;
    let mut text = format!(
        "Tier {} of {}, round {} of {}: paging {}",
        plan.tier.saturating_add(1),
        policy.tiers.len(),
        plan.round.saturating_add(1),
        policy.rounds(),
        words::paging(&pages),
    );
    if !reasons.is_empty() {
        text.push_str(" (");
        text.push_str(&reasons.join("; "));
        text.push(')');
    }
    text.push('.');
    draft.say_ourselves(EntryKind::Paged, text);
}
