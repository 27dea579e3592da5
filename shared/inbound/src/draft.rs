//! From what was read of one alert to what the domain takes: everything bounded here.

use std::collections::BTreeMap;

use nightowl_domain::{Alert, Details, Firing, Link, Severity, Time};

use crate::problems::{Problems, name};
use crate::text::{self, Budget};
use crate::{Said, links};

const ENTRIES_MAX: usize = 256;
const NAME_BYTES_MAX: usize = 256;
const LABEL_BYTES_MAX: usize = 4 * 1024;
const TEXT_BYTES_MAX: usize = 16 * 1024;
/// So many of the entries that were left out are named.
const NAMES_MAX: usize = 3;

/// One alert as read, with nothing cut off yet.
pub(crate) struct Draft {
    pub(crate) is_firing: bool,
    pub(crate) title: String,
    pub(crate) severity: Severity,
    pub(crate) starts_at: Option<Time>,
    pub(crate) ends_at: Option<Time>,
    pub(crate) description: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) annotations: BTreeMap<String, String>,
    /// Links that the sender calls so.
    pub(crate) links: Vec<Link>,
    /// Fields beside the annotations. Those that hold an address become links, the others join the
    /// annotations, where an annotation of the same name wins.
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) problems: Problems,
}

impl Draft {
    pub(crate) fn finish(mut self) -> Said {
        if !self.is_firing {
            let Self { starts_at, ends_at, problems, .. } = self;
            return Said::Clearing { starts_at, ends_at, problems: problems.into_lines() };
        }
        let problems = &mut self.problems;
        let budget = &mut Budget::new();
        let (title, is_cut) = text::cut_chars(text::one_line(&self.title), Alert::TITLE_MAX);
        if is_cut {
            problems.add(format!("the title is longer than {} characters", Alert::TITLE_MAX));
        }
        // What a person reads first is paid for first: these three always fit together.
        let (title, _) = budget.take(title, TEXT_BYTES_MAX);
        let (description, is_cut) = budget.take(self.description, TEXT_BYTES_MAX);
        if is_cut {
            problems.add("the description is too long and was cut".to_owned());
        }
        let links = links::collect(self.links, &self.annotations, &self.fields, budget, problems);
        let labels = bounded("labels", self.labels, LABEL_BYTES_MAX, budget, problems);
        let mut annotations = self.annotations;
        for (field, value) in self.fields {
            let is_link = links.iter().any(|link| link.url == value.trim());
            if !is_link && !value.trim().is_empty() {
                annotations.entry(field).or_insert(value);
            }
        }
        let annotations = bounded("annotations", annotations, TEXT_BYTES_MAX, budget, problems);
        Said::Firing(Firing {
            title,
            severity: self.severity,
            starts_at: self.starts_at,
            details: Details { description, labels, annotations, links },
            problems: self.problems.into_lines(),
        })
    }
}

/// As many entries as fit, each value as long as fits; what was left out or cut is noted.
fn bounded(
    what: &str,
    map: BTreeMap<String, String>,
    value_bytes_max: usize,
    budget: &mut Budget,
    problems: &mut Problems,
) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    let mut left_out = Vec::new();
    for (entry, value) in map {
        let fits = entry.len() <= NAME_BYTES_MAX && budget.has(&entry, "…".len());
        if kept.len() >= ENTRIES_MAX || !fits {
            left_out.push(entry);
            continue;
        }
        let (entry, _) = budget.take(entry, NAME_BYTES_MAX);
        let (value, is_cut) = budget.take(value, value_bytes_max);
        if is_cut {
            problems.add(format!("`{what}.{}` is too long and was cut", name(&entry)));
        }
        kept.insert(entry, value);
    }
    if !left_out.is_empty() {
        let names = names(&left_out);
        let count = left_out.len();
        problems.add(format!("{count} {what} are too many or too long and were left out: {names}"));
    }
    kept
}

/// The first of them, so that a reader knows what to look for at the source.
fn names(left_out: &[String]) -> String {
    let shown: Vec<String> =
        left_out.iter().take(NAMES_MAX).map(|entry| format!("`{}`", name(entry))).collect();
    let more = if left_out.len() > shown.len() { ", …" } else { "" };
    shown.join(", ") + more
}
