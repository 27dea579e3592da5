//! A month in which nothing happens.

use crate::month::Month;
use crate::price::{Item, Service};
use crate::table::{dollars, many, percent, table};

pub(super) fn month(month: &Month) -> String {
    let all = month.list();
    let mut rows = Vec::new();
    for source in &month.sources {
        let part: f64 = Item::ALL.into_iter().map(|item| source.tally.list(item)).sum();
        rows.push([source.name.to_owned(), dollars(part), percent(part, all)]);
    }
    rows.push(["**in all**".to_owned(), format!("**{}**", dollars(all)), String::new()]);
    let sources = table(["what for", "list price", "share"], &rows);
    let mut rows = Vec::new();
    for item in Item::ALL {
        let amount = month.whole.amount(item);
        if amount == 0.0 {
            continue;
        }
        let amount = match item.service() {
            Service::Logs => format!("{amount:.2} GB"),
            _ => many(amount),
        };
        rows.push([
            item.words()[0].to_owned(),
            amount,
            dollars(month.whole.list(item)),
            dollars(month.whole.after_free(item)),
        ]);
    }
    let sums = [all, month.after_free()].map(|sum| format!("**{}**", dollars(sum)));
    let [list, after] = sums;
    rows.push(["**in all**".to_owned(), String::new(), list, after]);
    let head = ["what", "a month", "list price", "after what is always free"];
    format!("{IDLE}\n{sources}\n{}\n{BESIDE}\n", table(head, &rows))
}

const IDLE: &str = "## An idle month

Nothing fires. Lambda still asks the three queues for messages, and once a minute the sweep looks
for what was forgotten. How often Lambda asks is an estimate: it is known to begin with five
connections to a queue, each of which waits 20 seconds for a message, and nowhere is it said that it
keeps all five when nothing comes.
";

const BESIDE: &str = "Beside that, what does not depend on use:

- Alarms: ten, of $0.10 each. Ten are always free.
- Metrics: ten names with one dimension, of $0.30 each in a month in which they are seen all the
  time, and in proportion in one in which they are not. Idle there is one, the heartbeat. Ten are
  always free.
- Dashboard: one, of $3.00. Three are always free.
- Storage: $0.25 for a GB, and $0.20 for a GB of point-in-time recovery. A thousand incidents are
  about 10 MB. The first 25 GB are always free; recovery is not.
- Sealing keys: standard parameters cost nothing, and a function that starts decrypts them for $0.03
  in ten thousand starts; 20,000 are always free.
";
