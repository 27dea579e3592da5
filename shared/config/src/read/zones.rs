//! Time zones, from the database that is built in.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::Reader;
use crate::problem::quoted;
use crate::suggest;
use crate::tree::Node;

impl Reader<'_, '_> {
    /// The zone; its own spelling of the name is [`TimeZone::iana_name`].
    pub(super) fn zone(&mut self, node: &Node) -> Option<TimeZone> {
        let scalar = self.scalar(node, "a time zone")?;
        let database = TimeZoneDatabase::bundled();
        if let Ok(zone) = database.get(&scalar.text) {
            return Some(zone);
        }
        if self.problems.is_full() {
            return None;
        }
        let known: Vec<String> = database.available().map(|name| name.to_string()).collect();
        let words: Vec<&str> = known.iter().map(String::as_str).collect();
        let meant = match suggest::closest(&scalar.source, &words) {
            Some(meant) => format!(" (did you mean {meant}?)"),
            None => String::new(),
        };
        let found = format!("{} as a time zone", quoted(&scalar.source));
        self.add(node.line, found, format!("an IANA name like Europe/Berlin or UTC{meant}"));
        None
    }
}
