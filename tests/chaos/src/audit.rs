//! Compares what was accepted with what was posted. Nothing here asks the product what it thinks
//! that it did, but for two things that only it can know: in which order claims and acknowledgements
//! were written, and which doubled post it counted.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::labels_in;
use crate::records::{Act, Begun, Claim, Label, Landed, Millis, Records, Sent, Stored, Verb, What};

/// A claim's lease is counted from before its write, and a post is on its way for a moment.
const ON_ITS_WAY: Millis = 2_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    Lost,
    Doubled,
    AfterAck,
    Unleased,
    ActLost,
    Stale,
    Owed,
    Bug,
}

impl Rule {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Doubled => "doubled and not counted",
            Self::AfterAck => "claimed after an acknowledgement",
            Self::Unleased => "posted without a lease",
            Self::ActLost => "something that a person or a source said was lost",
            Self::Stale => "shows an old state",
            Self::Owed => "still owed",
            Self::Bug => "a bug",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) rule: Rule,
    /// The alert concerned, if it is one's.
    pub(crate) label: Option<Label>,
    pub(crate) why: String,
}

/// What there was to say about a run that is in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) accepted: usize,
    pub(crate) posts: usize,
    pub(crate) pages: usize,
    /// Messages beyond the first of their delivery, all of them counted by the process.
    pub(crate) doubled: BTreeMap<String, usize>,
    /// Accepted alerts that were acted on before their page was out.
    pub(crate) overtaken: usize,
    /// Alerts that a digest names, and no card of their own.
    pub(crate) in_digests: usize,
    /// Alerts that were over before anybody could be told: both ends waited for a restart.
    pub(crate) over_unseen: usize,
    /// Acts that were answered and seen.
    pub(crate) acts_seen: usize,
    /// Clicks that were answered with success, and of which nothing was ever seen.
    pub(crate) acts_unseen: usize,
}

pub(crate) fn audit(records: &Records) -> (Figures, Vec<Violation>) {
    let mut audit = Audit::new(records);
    for sent in records.sent.iter().filter(|sent| sent.accepted.is_some()) {
        audit.accepted(sent);
    }
    audit.doubles();
    audit.pages_twice();
    audit.claims();
    audit.posts();
    audit.acts();
    audit.rest();
    (audit.figures, audit.violations)
}

struct Audit<'a> {
    records: &'a Records,
    stored: BTreeMap<&'a str, Vec<&'a Stored>>,
    /// By delivery.
    landed: BTreeMap<&'a str, Vec<&'a Landed>>,
    by_label: BTreeMap<&'a str, Vec<&'a Landed>>,
    claims: BTreeMap<&'a str, Vec<&'a Claim>>,
    doubts: BTreeMap<&'a str, Vec<&'a str>>,
    figures: Figures,
    violations: Vec<Violation>,
}

impl<'a> Audit<'a> {
    fn new(records: &'a Records) -> Self {
        let mut audit = Self {
            records,
            stored: BTreeMap::new(),
            landed: BTreeMap::new(),
            by_label: BTreeMap::new(),
            claims: BTreeMap::new(),
            doubts: BTreeMap::new(),
            figures: Figures::default(),
            violations: Vec::new(),
        };
        for one in &records.stored {
            audit.stored.entry(&one.label).or_default().push(one);
        }
        for one in &records.landed {
            if let Some(delivery) = &one.delivery {
                audit.landed.entry(delivery).or_default().push(one);
            }
            if let Some(label) = &one.label {
                audit.by_label.entry(label).or_default().push(one);
            }
        }
        for one in &records.claims {
            audit.claims.entry(&one.delivery).or_default().push(one);
        }
        for one in &records.doubts {
            audit.doubts.entry(&one.delivery).or_default().push(&one.counter);
        }
        audit
    }

    fn wrong(&mut self, rule: Rule, label: Option<&str>, why: String) {
        self.violations.push(Violation { rule, label: label.map(str::to_owned), why });
    }

    fn what(&self, landed: &Landed) -> Option<What> {
        let claims = self.claims.get(landed.delivery.as_deref()?)?;
        claims.first().map(|claim| claim.what)
    }

    /// Messages about an alert, of one kind.
    fn about(&self, label: &str, what: What) -> Vec<&'a Landed> {
        let all = self.by_label.get(label).into_iter().flatten().copied();
        all.filter(|one| self.what(one) == Some(what)).collect()
    }

    /// A digest that names the alert stands for its card.
    fn is_in_digest(&self, label: &str) -> bool {
        let digests = self.records.landed.iter();
        let mut digests = digests.filter(|one| self.what(one) == Some(What::Digest));
        digests.any(|digest| labels_in(&digest.text).any(|named| named == label))
    }

    /// It is listed once, has its card, and paged whom it had to; all of it shows how it ended.
    fn accepted(&mut self, sent: &Sent) {
        self.figures.accepted += 1;
        let label = sent.label.as_str();
        match self.stored.get(label).map_or(0, Vec::len) {
            0 => self.wrong(Rule::Lost, Some(label), "202, and no alert is listed".to_owned()),
            1 => {}
            several => {
                let why = format!("one run of a series became {several} alerts");
                self.wrong(Rule::Doubled, Some(label), why);
            }
        }
        let cards = self.about(label, What::Card);
        let pages = self.about(label, What::Page);
        if cards.is_empty() && self.is_in_digest(label) {
            self.figures.in_digests += 1;
        } else if cards.is_empty() && self.was_over_unseen(sent) {
            self.figures.over_unseen += 1;
        } else if cards.is_empty() {
            let why = "202, and neither a card nor a digest tells of it".to_owned();
            self.wrong(Rule::Lost, Some(label), why);
        }
        self.paged(sent, &pages);
        self.shows_end(label, &cards, "card");
        self.shows_end(label, &pages, "page");
    }

    /// Both the firing and its end waited while the process was dead, and the end was taken first:
    /// then it is listed as over, and nobody is told.
    fn was_over_unseen(&self, sent: &Sent) -> bool {
        let is_cleared = sent.clear.is_some_and(|clear| clear.accepted.is_some());
        let stored = self.stored.get(sent.label.as_str()).into_iter().flatten();
        let mut kinds = stored.flat_map(|one| &one.timeline);
        is_cleared && !kinds.any(|kind| kind == "paged")
    }

    fn paged(&mut self, sent: &Sent, pages: &[&Landed]) {
        let label = sent.label.as_str();
        let is_acted_on = self.records.acts.iter().any(|act| act.label == label);
        let is_left_alone = !is_acted_on && sent.clear.is_none();
        for person in &sent.people {
            let is_paged = pages.iter().any(|page| page.person.as_ref() == Some(person));
            if !is_paged && is_left_alone {
                let why = format!("nobody did anything about it, and {person} was not paged");
                self.wrong(Rule::Lost, Some(label), why);
            }
        }
        self.figures.overtaken += usize::from(pages.is_empty() && !is_left_alone);
    }

    /// Of two messages of one delivery, one is edited.
    fn shows_end(&mut self, label: &str, messages: &[&Landed], kind: &str) {
        let deliveries: BTreeSet<_> = messages.iter().map(|one| &one.delivery).collect();
        for delivery in deliveries {
            let mut same = messages.iter().filter(|one| one.delivery == *delivery);
            if !same.any(|one| one.text.contains("Resolved")) {
                let why = format!("it is resolved, and its {kind} does not say so");
                self.wrong(Rule::Stale, Some(label), why);
            }
        }
    }

    /// A second message of one delivery is one that the process said it might make.
    fn doubles(&mut self) {
        self.figures.posts = self.records.landed.len();
        let landed = std::mem::take(&mut self.landed);
        for (delivery, messages) in &landed {
            self.figures.pages += usize::from(self.what(messages[0]) == Some(What::Page));
            let beyond = messages.len() - 1;
            let counted = self.doubts.get(delivery).cloned().unwrap_or_default();
            for counter in counted.iter().take(beyond) {
                *self.figures.doubled.entry((*counter).to_owned()).or_default() += 1;
            }
            if counted.len() < beyond {
                let why = format!(
                    "delivery {delivery} is there {} times and was counted {} times",
                    messages.len(),
                    counted.len()
                );
                self.wrong(Rule::Doubled, messages[0].label.as_deref(), why);
            }
        }
        self.landed = landed;
    }

    /// Every tier of these policies has one person of its own and one method, so that two
    /// deliveries to one person about one alert are one too many.
    fn pages_twice(&mut self) {
        let mut seen: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for one in &self.records.landed {
            if let (Some(label), Some(person), Some(delivery), Some(What::Page)) =
                (&one.label, &one.person, &one.delivery, self.what(one))
            {
                seen.entry((label, person)).or_default().insert(delivery);
            }
        }
        for ((label, person), deliveries) in seen {
            if deliveries.len() > 1 {
                let why = format!("{person} was paged by {} deliveries", deliveries.len());
                self.wrong(Rule::Doubled, Some(label), why);
            }
        }
    }

    /// No page is claimed once the API was seen to show that somebody has the alert, or that it is
    /// over. Both moments are of one clock; the claim's was drawn before its write began.
    fn claims(&mut self) {
        let records = self.records;
        let labels: BTreeMap<&str, &Label> =
            records.stored.iter().map(|one| (one.id.as_str(), &one.label)).collect();
        let mut taken: BTreeMap<&str, Millis> = BTreeMap::new();
        for act in &records.acts {
            if let Some(seen) = act.seen {
                let first = taken.entry(&act.label).or_insert(seen);
                *first = (*first).min(seen);
            }
        }
        let pages = records.claims.iter().filter(|claim| claim.what == What::Page && claim.posts);
        for claim in pages {
            let Some(label) = labels.get(claim.alert.as_str()) else { continue };
            if let Some(seen) = taken.get(label.as_str()).filter(|seen| claim.since > **seen) {
                let why = format!(
                    "page {} was claimed {} ms after it was seen to be taken",
                    claim.delivery,
                    claim.since - seen
                );
                self.wrong(Rule::AfterAck, Some(label), why);
            }
        }
    }

    /// Every post began within a lease of its own.
    fn posts(&mut self) {
        let records = self.records;
        for begun in &records.begun {
            let claims = self.claims.get(begun.delivery.as_str());
            let is_within = |claim: &&&Claim| {
                claim.posts && claim.since <= begun.at && begun.at <= claim.until + ON_ITS_WAY
            };
            if claims.is_some_and(|claims| claims.iter().any(|claim| is_within(&claim))) {
                continue;
            }
            let label = self.label_of(begun);
            let why = format!("delivery {} was posted outside of any claim", begun.delivery);
            self.wrong(Rule::Unleased, label.as_deref(), why);
        }
    }

    fn label_of(&self, begun: &Begun) -> Option<Label> {
        self.landed.get(begun.delivery.as_str())?.first()?.label.clone()
    }

    /// What was seen to be done stays done, and what a source ended is over because of it or of a
    /// person.
    fn acts(&mut self) {
        for act in &self.records.acts {
            let is_answered = act.answered == Some(200);
            self.figures.acts_seen += usize::from(act.seen.is_some());
            self.figures.acts_unseen += usize::from(is_answered && act.seen.is_none());
            let Some(stored) = self.stored.get(act.label.as_str()) else { continue };
            let kinds = stored.iter().flat_map(|one| &one.timeline);
            let kinds: BTreeSet<&str> = kinds.map(String::as_str).collect();
            // What was seen may be another's doing: over is over.
            let is_kept = match act.verb {
                Verb::Acknowledge => kinds.contains("acknowledged") || self.may_be_over(act),
                Verb::Resolve => kinds.contains("resolved") || kinds.contains("cleared"),
            };
            if act.seen.is_some() && !is_kept {
                let why = format!("{} did it by {}, and it is not there", act.person, act.way);
                self.wrong(Rule::ActLost, Some(&act.label), why);
            }
        }
        for sent in &self.records.sent {
            let is_cleared = sent.clear.is_some_and(|clear| clear.accepted.is_some());
            let stored = self.stored.get(sent.label.as_str()).cloned().unwrap_or_default();
            let has = |kind: &str| stored.iter().flat_map(|one| &one.timeline).any(|k| k == kind);
            if is_cleared && !stored.is_empty() && !has("cleared") {
                let why = "its source said that it is over, and it does not tell".to_owned();
                self.wrong(Rule::ActLost, Some(&sent.label), why);
            }
        }
    }

    /// Whether somebody resolved it, or tried to, before the act was seen.
    fn may_be_over(&self, act: &Act) -> bool {
        let others = self.records.acts.iter().filter(|other| other.label == act.label);
        let mut others = others.filter(|other| other.verb == Verb::Resolve);
        others.any(|other| act.seen.is_some_and(|seen| other.at <= seen))
    }

    /// At rest nothing is owed, and the log tells of no bug.
    fn rest(&mut self) {
        let records = self.records;
        for stored in &records.stored {
            if !stored.owed.is_empty() {
                self.wrong(Rule::Owed, Some(&stored.label), stored.owed.join(", "));
            }
            if !stored.is_resolved {
                let why = "everything was resolved at the end, and it is open".to_owned();
                self.wrong(Rule::ActLost, Some(&stored.label), why);
            }
        }
        if records.intake > 0 {
            let why = format!("{} accepted groups were not worked off", records.intake);
            self.wrong(Rule::Owed, None, why);
        }
        if records.rested.is_none() {
            let why = "it did not come to rest in time".to_owned();
            self.wrong(Rule::Owed, None, why);
        }
        for line in &records.bad_lines {
            self.wrong(Rule::Bug, None, format!("the log: {line}"));
        }
        for life in records.lives.iter().filter(|life| life.end.starts_with("by itself")) {
            self.wrong(Rule::Bug, None, format!("the process ended {}", life.end));
        }
        if records.claims.is_empty() && !records.begun.is_empty() {
            let why = "the log names no claim; is the binary older than this command?".to_owned();
            self.wrong(Rule::Bug, None, why);
        }
    }
}
