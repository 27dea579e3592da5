//! `/nightowl …`, carried out.

use nightowl_domain::Alert;
use nightowl_messaging::{CommandResponse, ResponseSection};

use super::find::Sought;
use super::here::{Here, is_last};
use super::wish::{Deed, Doer, Wish};
use super::{Command, Unknown, Verb, list, oncall, parse, when, words};
use crate::{Config, Engine, EngineError, Ports};

/// Whether an act is applied while its person waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Now,
    /// Stored durably, for whoever works the intake off.
    Later,
}

/// The alert that is meant, or what to say because it is not clear which.
enum Meant {
    /// With everything that stood behind its name.
    One(Box<Alert>, String),
    Unclear(CommandResponse),
}

impl<P: Ports> Engine<P> {
    pub(super) async fn obey(
        &self,
        command: &Result<Command, Unknown>,
        doer: &Doer<'_>,
        here: Option<Here<'_>>,
        when: When,
    ) -> Result<CommandResponse, EngineError> {
        let tenant = doer.tenant;
        match command {
            Err(unknown) => Ok(slip(unknown)),
            Ok(Command::Help) => Ok(help(words::HELP_HEAD.to_owned())),
            Ok(Command::Link) => Ok(told(words::NO_CONSOLE)),
            Ok(Command::List { mine: true }) => self.list_mine(tenant, doer.actor).await,
            Ok(Command::List { mine: false }) => {
                let (open, more) = self.open_alerts(tenant).await?;
                Ok(list::answer(words::open(open.len(), more), &open))
            }
            Ok(Command::OnCall { schedule }) => {
                let configured = self.ports().config().tenant(tenant).await?;
                let configured =
                    configured.ok_or_else(|| EngineError::NoTenant(tenant.to_owned()))?;
                Ok(oncall::answer(&configured, schedule.as_deref(), doer.received))
            }
            Ok(Command::Act { verb, rest }) => {
                match self.wish_typed(*verb, rest, doer, here).await? {
                    Ok(wish) => {
                        let came = match when {
                            When::Now => self.grant(&wish, doer).await?,
                            When::Later => self.grant_later(&wish, doer).await?,
                        };
                        Ok(told(&came.say(&wish, doer)))
                    }
                    Err(unclear) => Ok(unclear),
                }
            }
        }
    }

    /// What was typed as a wish about one alert; the error is what to say instead.
    pub(super) async fn wish_typed(
        &self,
        verb: Verb,
        rest: &str,
        doer: &Doer<'_>,
        here: Option<Here<'_>>,
    ) -> Result<Result<Wish, CommandResponse>, EngineError> {
        let (alert, behind) = match self.meant(verb, rest, doer, here).await? {
            Meant::One(alert, behind) => (alert, behind),
            Meant::Unclear(response) => return Ok(Err(response)),
        };
        let note = parse::note(&behind);
        let deed = match verb {
            Verb::Acknowledge => Deed::Acknowledge { note },
            Verb::Unacknowledge => Deed::Unacknowledge { note },
            // What the person knew is what was read for them just now: a retry must not escalate
            // once more what this escalated.
            Verb::Escalate => Deed::Escalate { seen: (alert.plan.round, alert.plan.tier), note },
            Verb::Resolve => Deed::Resolve { note },
            Verb::Snooze => Deed::Snooze { until: behind },
            Verb::Note => match note {
                Some(text) => Deed::Note { text },
                None if here.is_some_and(|here| here.thread.is_some()) => {
                    return Ok(Err(told(words::NOTE_MISSING_HERE)));
                }
                None => return Ok(Err(told(words::NOTE_MISSING))),
            },
        };
        Ok(Ok(Wish { alert: alert.id.to_string(), deed, button: None }))
    }

    async fn meant(
        &self,
        verb: Verb,
        rest: &str,
        doer: &Doer<'_>,
        here: Option<Here<'_>>,
    ) -> Result<Meant, EngineError> {
        let tenant = doer.tenant;
        let (word, behind) = parse::split(rest);
        if let Some(here) = here
            && let Some(alert) = self.of_thread(tenant, here).await?
        {
            if let Some(named) = self.exactly(tenant, word).await? {
                return Ok(Meant::One(Box::new(named), behind.to_owned()));
            }
            let is_named = verb != Verb::Note && is_last(word) && behind.is_empty();
            let behind = if is_named { "" } else { rest };
            return Ok(Meant::One(Box::new(alert), behind.to_owned()));
        }
        if verb == Verb::Snooze && when::is_time(rest, doer.received, &doer.zone) {
            return self.meant_here(verb, rest, tenant, here, false).await;
        }
        let named = parse::bare(word);
        if named.is_empty() || is_last(&named) {
            return self.meant_here(verb, behind, tenant, here, !named.is_empty()).await;
        }
        Ok(match self.seek(tenant, &named).await? {
            Sought::One(alert) => Meant::One(alert, behind.to_owned()),
            Sought::Several(some) => Meant::Unclear(list::answer(words::ambiguous(&named), &some)),
            Sought::Nothing => {
                let (open, _) = self.open_alerts(tenant).await?;
                Meant::Unclear(list::answer(words::no_match(&named, !open.is_empty()), &open))
            }
        })
    }

    /// By the channel alone. `is_last`: the newest here is asked for; else it has to be the only
    /// one.
    async fn meant_here(
        &self,
        verb: Verb,
        behind: &str,
        tenant: &str,
        here: Option<Here<'_>>,
        is_last: bool,
    ) -> Result<Meant, EngineError> {
        if let Some(here) = here.filter(|here| !here.channel.is_empty()) {
            let mut looked = self.open_here(tenant, here).await?;
            let is_only = looked.alerts.len() == 1 && !looked.more;
            if !looked.alerts.is_empty() {
                return Ok(if is_last || is_only {
                    Meant::One(Box::new(looked.alerts.swap_remove(0)), behind.to_owned())
                } else {
                    let text = words::choose_here(verb, looked.more);
                    Meant::Unclear(list::answer(text, &looked.summaries()))
                });
            }
        }
        let (open, more) = self.open_alerts(tenant).await?;
        let text = match (open.is_empty(), is_last) {
            (true, _) => words::NO_OPEN_ALERTS.to_owned(),
            (false, false) => words::choose(verb, more),
            (false, true) => words::none_here(verb, more),
        };
        Ok(Meant::Unclear(list::answer(text, &open)))
    }
}

pub(super) fn told(text: &str) -> CommandResponse {
    CommandResponse { text: text.to_owned(), ephemeral: true, ..CommandResponse::default() }
}

/// With the line of help on the command that was probably meant; with all of them where none was.
pub(super) fn slip(unknown: &Unknown) -> CommandResponse {
    let mut answer = help(words::unknown_command(unknown));
    if let Some(meant) = unknown.meant {
        answer.sections.retain(|line| line.title.split(' ').nth(1) == Some(meant));
    }
    answer
}

pub(super) fn help(text: String) -> CommandResponse {
    let section = |(usage, does): (&str, &str)| ResponseSection {
        title: usage.to_owned(),
        body: does.to_owned(),
        fields: Vec::new(),
    };
    let sections = words::HELP.into_iter().map(section).collect();
    CommandResponse { text, ephemeral: true, sections, link: None }
}
