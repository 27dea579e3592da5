//! The document.

mod idle;
mod scenario;

use crate::assume;
use crate::month::Month;
use crate::price::Item;
use crate::scene::{self, Step};
use crate::table::{dollars, table};
use crate::tally::Tally;

pub(crate) const COMMAND: &str = "UPDATE_DOCS=1 cargo test -p nightowl-test-cost";

/// All that was counted.
pub(crate) struct Counted {
    prompt: Vec<Step>,
    escalated: Vec<Step>,
    group: Again,
    single: Again,
    month: Month,
}

/// One alert that fires again, on average.
struct Again {
    /// Many times a minute.
    storm: Tally,
    /// Minutes apart, so that the card is edited each time.
    apart: Tally,
}

/// What design says that a scenario may cost.
pub(crate) struct Bound {
    pub(crate) name: &'static str,
    pub(crate) dollars: f64,
    pub(crate) counted: f64,
}

impl Bound {
    pub(crate) fn holds(&self) -> bool {
        self.counted <= self.dollars
    }

    /// How a row of the document ends that says it holds. One that says so fails the test when the
    /// bound is broken, also when the document is written anew: only a person takes it back.
    pub(crate) fn said(&self) -> String {
        format!("| holds: {} |", self.name)
    }

    fn row(&self) -> [String; 4] {
        let word = if self.holds() { "holds" } else { "does not hold" };
        let said = format!("{word}: {}", self.name);
        [self.name.to_owned(), dollars(self.dollars), dollars(self.counted), said]
    }
}

impl Counted {
    pub(crate) async fn all() -> Self {
        Self {
            prompt: scene::incident(false).await,
            escalated: scene::incident(true).await,
            group: again(10).await,
            single: again(1).await,
            month: Month::of(&scene::idle().await),
        }
    }

    /// Of which so many of a hundred are escalated.
    fn incident(&self) -> Tally {
        let late = scene::ESCALATED_PERCENT / 100.0;
        let mut whole = Tally::default();
        for (steps, share) in [(&self.prompt, 1.0 - late), (&self.escalated, late)] {
            for step in steps {
                whole += &step.tally.times(share);
            }
        }
        whole
    }

    pub(crate) fn bounds(&self) -> [Bound; 7] {
        let bound = |name, dollars, counted| Bound { name, dollars, counted };
        [
            bound("A million incidents", 40.0, self.incident().million()),
            bound("A million fired again, tens in a storm", 1.0, self.group.storm.million()),
            bound("A million fired again, tens minutes apart", 1.0, self.group.apart.million()),
            bound("A million fired again, singly in a storm", 3.0, self.single.storm.million()),
            bound("A million fired again, singly minutes apart", 3.0, self.single.apart.million()),
            bound("An idle month at list prices", 1.0, self.month.list()),
            bound("An idle month after what is always free", 0.40, self.month.after_free()),
        ]
    }
}

async fn again(group: usize) -> Again {
    let second = std::time::Duration::from_secs(1);
    Again {
        storm: scene::fired_again(group, 50, second).await,
        apart: scene::fired_again(group, 5, 300 * second).await,
    }
}

pub(crate) fn write(counted: &Counted) -> String {
    let mut text = format!("{HEAD}\n```\n{COMMAND}\n```\n\n");
    text.push_str(&bounds(counted));
    text.push_str(&scenario::incident(counted));
    text.push_str(&scenario::again(counted));
    text.push_str(&idle::month(&counted.month));
    text.push_str(&prices());
    text.push_str(&assumptions(&counted.incident()));
    text
}

const HEAD: &str = "# What NightOwl costs on AWS

In dollars, at list prices of us-east-1. A test runs the functions' own code over the real adapters,
counts every request and unit that AWS would bill, and multiplies. It fails when this page is not
what it counted. To write the page anew:
";

fn bounds(counted: &Counted) -> String {
    let rows = counted.bounds().map(|bound| bound.row());
    let head = ["what", "may cost", "costs", ""];
    format!("## In short\n\n{}\n", table(head, &rows))
}

fn prices() -> String {
    let rows = Item::ALL.map(|item| item.words().map(str::to_owned));
    let head = ["what", "price", "always free each month"];
    format!("## Prices\n\n{}\n", table(head, &rows))
}

fn assumptions(incident: &Tally) -> String {
    let own = incident.invoked() * assume::platform_bytes() / 1e9;
    let own = dollars(own * Item::LogGigabyte.dollars_per_million());
    let rows = [
        ("A call of a warm function", format!("{} ms", assume::MILLIS_BASE)),
        ("A request to an AWS service", format!("{} ms", assume::MILLIS_REQUEST)),
        ("An answer of a chat platform", format!("{} ms", assume::MILLIS_CHAT)),
        ("A cold start", format!("{} ms", assume::MILLIS_COLD)),
        ("Cold starts", format!("one call in {}", assume::COLD_ONE_IN)),
        ("Memory of a function", format!("{} GB", assume::MEMORY_GB)),
        ("A line of the access log", format!("{} bytes", assume::ACCESS_BYTES)),
        ("Lambda's own lines, which are switched off, for a million incidents", own),
        ("Added to each line by CloudWatch", format!("{} bytes", assume::EVENT_BYTES)),
    ];
    let rows = rows.map(|(what, figure)| [what.to_owned(), figure]);
    format!("{ASSUMED}\n{}\n{CAVEATS}", table(["what", "figure"], &rows))
}

const ASSUMED: &str = "## What is assumed

No laptop can count how long a function runs on AWS. These figures stand in until somebody measures
them there; they matter for GB-seconds alone. The requests of one alert follow each other, those of
different alerts of one message are made eight at a time, and all messages of one delivery are posted
at once.
";

const CAVEATS: &str = "- The pacer reads which lanes are busy once for each delivery, and writes nothing, because nothing else
  is posted there at the same time. In a storm each post costs one write unit more ($0.63 a million),
  and each race for a slot that it loses another.
- What a process does once (configuration, sealing keys, the names of channels and people) is left
  out. That a configuration older than 50 seconds is asked about again is counted at every step, as
  if nothing else happened in between.
- Data that goes out to the internet is left out: a few KB for each post, and the first 100 GB of each
  month are free.
- Failures, retries and redeliveries are left out.
";
