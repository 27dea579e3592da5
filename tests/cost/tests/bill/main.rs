//! Counts what NightOwl asks of AWS, and keeps `docs/costs.md` true.

#![allow(clippy::print_stdout, reason = "`COST_LINES` asks for them")]
#![allow(clippy::large_futures, reason = "one test on the main thread's stack")]

mod assume;
mod clock;
mod document;
mod lines;
mod month;
mod page;
mod price;
mod process;
mod scene;
mod table;
mod tally;
mod template;
mod tenant;
mod world;

use std::path::Path;

use page::Counted;

/// Fails if the tables of the document are not what was counted, give or take two hundredths, or if a
/// bound is broken of which the document says that it holds.
#[tokio::test]
async fn the_costs_are_documented() {
    let counted = Counted::all().await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/costs.md");
    let mut stands = std::fs::read_to_string(&path).unwrap_or_default();
    for bound in counted.bounds() {
        let is_said = stands.contains(&bound.said());
        assert!(!is_said || bound.holds(), "{} is broken: {:.2}", bound.name, bound.counted);
    }
    let page = page::write(&counted);
    if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        stands = document::with_tables_of(&stands, &page);
        std::fs::write(&path, &stands).expect("the document can be written");
    }
    let (said, is) = (document::tables(&stands), document::tables(&page));
    assert_eq!(said.len(), is.len(), "to write the tables: {}", page::COMMAND);
    for (said, is) in said.iter().zip(&is) {
        let agrees = document::agree(said, is);
        assert!(agrees, "{said}is now\n{is}to write the tables: {}", page::COMMAND);
    }
}
