//! Where a page goes whose destination is broken.

use super::draft::Draft;
use super::settle::key_after;
use super::{birth, place, tick, words};
use crate::{Destination, EntryKind, Method, Page, Send, SendState, What};

/// Bears the page that stands in for the one at `index`; `false` at the last resort. `credentials`:
/// nothing of its provider works, so none of it is tried.
pub(super) fn bear(draft: &mut Draft<'_>, index: usize, credentials: bool) -> bool {
    let send = &draft.alert.sends[index];
    let What::Page(page) = &send.what else {
        return false;
    };
    let Some((method, to)) = next(draft, send, page, credentials) else {
        return false;
    };
    let because = format!("{} could not be paged {}", words::whom(page), words::way(&send.to));
    let born = Send {
        key: key_after(draft, b"fallback", &send.key),
        what: What::Page(Page {
            method,
            because: Some(match &page.because {
                Some(reason) => format!("{reason}; {because}"),
                None => because,
            }),
            ..page.clone()
        }),
        to,
        generation: draft.alert.plan.generation,
        state: SendState::Wanted { not_before: None },
        attempts: 0,
    };
    let text = format!("Paging {} {} instead.", words::whom(page), words::way(&born.to));
    draft.say_ourselves(EntryKind::Paged, text);
    draft.owe(born);
    true
}

/// The first way after the broken one that no other page of this tier to this person takes.
fn next(
    draft: &Draft<'_>,
    send: &Send,
    page: &Page,
    credentials: bool,
) -> Option<(Method, Destination)> {
    let chain = chain(draft, page);
    // The last place counts, so that nothing ever falls back to where it came from.
    let from = chain.iter().rposition(|(_, to)| *to == send.to).map_or(0, |place| place + 1);
    chain.into_iter().skip(from).find(|(_, to)| {
        let is_dead = credentials && to.provider() == send.to.provider();
        *to != send.to && !is_dead && !is_used(draft, page, to)
    })
}

/// The tier's own methods in their order, the person on the tenant's other chats, the tenant's
/// channel, those of the other chats, then the inbox: a person is worth more than a channel, and a
/// chat that works more than one that does not.
fn chain(draft: &Draft<'_>, page: &Page) -> Vec<(Method, Destination)> {
    let plan = &draft.context.plan;
    let mut chain = Vec::new();
    if let (Some(tier), Some(person)) = (tick::tier(plan.policy, page.tier), &page.person) {
        let provider = place::provider(plan, tier.provider.as_deref());
        for method in birth::carried(tier) {
            let to = birth::destination(draft, provider, method, person);
            chain.push((method, to));
        }
    }
    if let Some(person) = &page.person {
        chain.extend(place::chats(plan).map(|provider| {
            let to = birth::destination(draft, provider, Method::MessagingDm, person);
            (Method::MessagingDm, to)
        }));
    }
    chain.push((Method::MessagingChannel, place::tenant_channel(plan)));
    chain.extend(
        place::chats(plan)
            .map(|provider| (Method::MessagingChannel, place::default_channel(plan, provider))),
    );
    chain.push((Method::MessagingChannel, place::last_resort(plan)));
    chain
}

fn is_used(draft: &Draft<'_>, page: &Page, to: &Destination) -> bool {
    draft.alert.sends.iter().any(|other| match &other.what {
        What::Page(used) => {
            other.to == *to
                && (&used.person, used.round, used.tier) == (&page.person, page.round, page.tier)
                && (page.person.is_some() || used.target == page.target)
        }
        What::Card | What::Notice(_) => false,
    })
}
