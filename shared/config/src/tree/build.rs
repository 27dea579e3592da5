//! From YAML's events to the tree, within bounds.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_saphyr::granit_parser::{self as yaml, Event, Parser, ScalarStyle};

use super::variables::{self, Fault};
use super::{Entry, Kind, Node, Scalar, Variables};
use crate::problem::{Problems, quoted};
use crate::suggest;

/// A file for thousands of tenants is smaller; and no reader of ours copies a value twice.
const TEXT_MAX: usize = 4 * 1024 * 1024;
/// The configuration itself is nine levels deep.
const DEPTH_MAX: usize = 24;
const NODES_MAX: usize = 400_000;

/// What a text holds.
pub(crate) struct Found {
    pub(crate) root: Node,
    /// Where values with variables stand in the text, with what they expand to.
    pub(crate) expansions: Vec<(Range<usize>, String)>,
}

/// Reads one document. Whatever is wrong goes to `problems`; what is left can still be read.
pub(crate) fn parse(text: &str, variables: Variables<'_>, problems: &mut Problems<'_>) -> Found {
    let mut builder = Builder {
        variables,
        problems,
        open: Vec::new(),
        root: None,
        nodes: 0,
        expanded_bytes: 0,
        expansions: Vec::new(),
    };
    if text.len() > TEXT_MAX {
        let found = format!("{} MiB of text", text.len() / (1024 * 1024));
        builder.problems.add(1, found, "at most 4 MiB");
        builder.give_up();
    } else {
        builder.run(text);
    }
    let root = builder.root.take().unwrap_or(Node { line: 1, kind: Kind::Null });
    Found { root, expansions: builder.expansions }
}

/// A list or mapping that is not finished.
enum Open {
    List {
        line: usize,
        items: Vec<Node>,
    },
    Map {
        line: usize,
        entries: Vec<Entry>,
        seen: BTreeSet<String>,
        /// The key whose value comes next; `None` in it if the key was unusable.
        key: Option<(Option<String>, usize)>,
    },
}

struct Builder<'b, 'f, 'v> {
    variables: Variables<'v>,
    problems: &'b mut Problems<'f>,
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    expanded_bytes: usize,
    expansions: Vec<(Range<usize>, String)>,
}

impl Builder<'_, '_, '_> {
    fn run(&mut self, text: &str) {
        let options = yaml::options! {
            emit_comments: false,
            emit_unresolved_aliases: true,
            disallow_directives: true,
            flow_nesting_limit: DEPTH_MAX,
            block_nesting_limit: DEPTH_MAX,
        };
        for event in Parser::new_from_str_with_options(text, options) {
            let (event, span) = match event {
                Ok(found) => found,
                Err(error) => {
                    let found = format!("broken YAML ({})", plain(&error.info()));
                    self.problems.add(error.marker().line(), found, "a YAML document");
                    return self.give_up();
                }
            };
            let line = span.start.line().max(1);
            if event.is_node() {
                self.nodes += 1;
            }
            if self.nodes > NODES_MAX {
                let found = format!("more than {NODES_MAX} values");
                self.problems.add(line, found, "a smaller file");
                return self.give_up();
            }
            if matches!(event, Event::DocumentStart(..)) && self.root.is_some() {
                self.problems.add(line, "a second document", "one document in a file");
                return;
            }
            self.take(event, line, span.byte_range());
        }
    }

    /// What was read so far is no whole, so nothing is said about what it lacks.
    fn give_up(&mut self) {
        self.open.clear();
        self.root = Some(Node { line: 1, kind: Kind::Unusable });
    }

    fn take(&mut self, event: Event<'_>, line: usize, range: Option<Range<usize>>) {
        self.refuse_properties(&event, line);
        match event {
            Event::Scalar(text, style, ..) => self.scalar(&text, style, line, range),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.problems.add(line, "an alias (*)", "the value itself");
                self.complete(Node { line, kind: Kind::Unusable });
            }
            Event::SequenceStart(..) => self.open.push(Open::List { line, items: Vec::new() }),
            Event::MappingStart(..) => self.open.push(Open::Map {
                line,
                entries: Vec::new(),
                seen: BTreeSet::new(),
                key: None,
            }),
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            // Marks of the stream say nothing about its content.
            _ => {}
        }
    }

    /// Anchors and tags are not part of the format: an alias could make a small file enormous, and
    /// a tag would have to be obeyed.
    fn refuse_properties(&mut self, event: &Event<'_>, line: usize) {
        if event.is_node() && !event.is_alias() && event.anchor_id().is_some() {
            self.problems.add(line, "an anchor (&)", "the value alone");
        }
        if event.tag().is_some() {
            self.problems.add(line, "a tag (!)", "the value alone");
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, line: usize, range: Option<Range<usize>>) {
        if self.expects_key() {
            return self.complete(Node { line, kind: Kind::scalar(text.to_owned()) });
        }
        let is_plain = style == ScalarStyle::Plain;
        let kind = if is_plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
            Kind::Null
        } else if text.contains('$') {
            self.expand(text, line, range)
        } else {
            Kind::scalar(text.to_owned())
        };
        self.complete(Node { line, kind });
    }

    fn expand(&mut self, text: &str, line: usize, range: Option<Range<usize>>) -> Kind {
        let expanded = match variables::expand(text, self.variables) {
            Ok(expanded) => expanded,
            Err(faults) => {
                for fault in faults {
                    self.add_fault(line, fault);
                }
                return Kind::Unusable;
            }
        };
        self.expanded_bytes = self.expanded_bytes.saturating_add(expanded.len());
        if self.expanded_bytes > TEXT_MAX {
            self.problems.add(line, "variables that expand to more than 4 MiB", "shorter ones");
            return Kind::Unusable;
        }
        if let Some(range) = range {
            self.expansions.push((range, expanded.clone()));
        }
        Kind::Scalar(Scalar { text: expanded, source: text.to_owned() })
    }

    fn add_fault(&mut self, line: usize, fault: Fault) {
        match fault {
            Fault::Missing(name) => {
                let names: Vec<&str> = self.variables.0.keys().map(String::as_str).collect();
                let meant = suggest::closest(&name, &names)
                    .map(|meant| format!(" (did you mean {meant}?)"))
                    .unwrap_or_default();
                let found = format!("${{{name}}}, which is not set");
                let expected = format!("the environment variable {name} to be set{meant}");
                self.problems.add(line, found, expected);
            }
            Fault::Malformed => {
                let expected = "${NAME} with letters, digits and _ only, or $${ for a plain ${";
                self.problems.add(line, "${ without a name and }", expected);
            }
        }
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map { key: None, .. }))
    }

    fn close(&mut self) {
        let node = match self.open.pop() {
            Some(Open::List { line, items }) => Node { line, kind: Kind::List(items) },
            Some(Open::Map { line, entries, .. }) => Node { line, kind: Kind::Map(entries) },
            None => return,
        };
        self.complete(node);
    }

    /// Puts a finished node where it belongs.
    fn complete(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { key: pending @ None, .. }) => {
                let line = node.line;
                let key = match node.kind {
                    Kind::Scalar(scalar) => Some(scalar.text),
                    Kind::Unusable => None,
                    other @ (Kind::Null | Kind::List(_) | Kind::Map(_)) => {
                        let found = format!("{} as the name of a field", other.name());
                        self.problems.add(line, found, "a word");
                        None
                    }
                };
                *pending = Some((key, line));
            }
            Some(Open::Map { entries, seen, key, .. }) => {
                let Some((Some(name), line)) = key.take() else { return };
                if seen.contains(&name) {
                    let found = format!("the field {} a second time", quoted(&name));
                    self.problems.add(line, found, "it once");
                    return;
                }
                seen.insert(name.clone());
                // Nothing stands nowhere: it is missed where its name is.
                let line_of_value = if node.kind == Kind::Null { line } else { node.line };
                entries.push(Entry {
                    key: name,
                    line,
                    value: Node { line: line_of_value, kind: node.kind },
                });
            }
        }
    }
}

/// The parser's own words, on one line and short.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}
