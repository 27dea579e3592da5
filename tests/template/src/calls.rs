//! Which function calls which, by name. It follows what this project writes: methods of `self`,
//! free functions, methods of the engine on something called `engine`, and methods of a crate's other
//! types by their names. So it may follow a call too far, seldom too short.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{File, files};

#[derive(Debug)]
pub struct Function {
    /// The folder of its crate.
    pub folder: String,
    pub path: String,
    pub name: String,
    pub is_method: bool,
    /// The type whose `impl` it stands in, and the trait if it is one's.
    pub of: Option<String>,
    pub of_trait: Option<String>,
    pub body: String,
}

/// All functions of a crate.
pub fn functions(folder: &str) -> Vec<Function> {
    files(folder).iter().flat_map(|file| in_file(folder, file)).collect()
}

/// Those of one file.
pub fn in_file(folder: &str, file: &File) -> Vec<Function> {
    let text = without_literals(&file.text);
    let impls = impls(&text);
    let starts = text.match_indices("fn ").filter(|(at, _)| !ends_with_word(&text[..*at]));
    let mut found = Vec::new();
    for (at, _) in starts {
        let rest = &text[at + 3..];
        let name: String = rest.chars().take_while(|c| is_word(*c)).collect();
        let Some(open) = rest.find(['{', ';']) else { continue };
        if name.is_empty() || rest.as_bytes()[open] == b';' {
            continue;
        }
        let within = impls.iter().find(|block| block.from < at && at < block.to);
        let end = block_end(&text, at + 3 + open);
        found.push(Function {
            folder: folder.to_owned(),
            path: file.path.clone(),
            name,
            is_method: rest[..open].contains("self"),
            of: within.map(|block| block.of.clone()),
            of_trait: within.and_then(|block| block.of_trait.clone()),
            body: text[at + 3 + open..end].to_owned(),
        });
    }
    found
}

struct Impl {
    from: usize,
    to: usize,
    of: String,
    of_trait: Option<String>,
}

fn impls(text: &str) -> Vec<Impl> {
    let starts = text.match_indices("\nimpl").map(|(at, _)| at + 1);
    starts
        .filter_map(|from| {
            let open = from + text[from..].find('{')?;
            let head = without_generics(&text[from + 4..open]);
            let head = head.split(" where").next().unwrap_or_default();
            let (of_trait, of) = match head.split_once(" for ") {
                Some((of_trait, of)) => (Some(last_word(of_trait)), of),
                None => (None, head),
            };
            Some(Impl { from, to: block_end(text, open), of: last_word(of), of_trait })
        })
        .collect()
}

fn last_word(text: &str) -> String {
    text.trim().rsplit(|c| !is_word(c)).next().unwrap_or_default().to_owned()
}

fn without_generics(text: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::new();
    for c in text.chars() {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

/// The end of the block that opens at `open`.
fn block_end(text: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + at + 1;
        }
    }
    text.len()
}

/// Strings and characters hold braces that open nothing.
fn without_literals(text: &str) -> String {
    let text = text.replace("'{'", "' '").replace("'}'", "' '").replace("'\"'", "' '");
    let mut kept = String::new();
    let (mut inside, mut escaped) = (false, false);
    for c in text.chars() {
        match c {
            '"' if !escaped => {
                inside = !inside;
                kept.push(c);
            }
            _ if inside => {}
            _ => kept.push(c),
        }
        escaped = inside && c == '\\' && !escaped;
    }
    kept
}

const fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn ends_with_word(text: &str) -> bool {
    text.chars().next_back().is_some_and(is_word)
}

/// One call: what stands before its dot, or how else it is named, and the name.
#[derive(Debug, PartialEq, Eq)]
pub enum Call<'a> {
    Free(&'a str),
    /// `Type::name(…)`.
    Of(&'a str),
    /// `receiver.name(…)`.
    On(&'a str, &'a str),
}

/// All calls of a body.
pub fn calls(body: &str) -> Vec<Call<'_>> {
    body.match_indices('(').filter_map(|(at, _)| call(&body[..at])).collect()
}

fn call(before: &str) -> Option<Call<'_>> {
    let before = match before.strip_suffix('>') {
        // A turbofish stands between the name and the parenthesis.
        Some(inner) => &before[..inner.rfind("::<")?],
        None => before,
    };
    let name_at = before.rfind(|c| !is_word(c)).map_or(0, |at| at + 1);
    let (rest, name) = (before[..name_at].trim_end(), &before[name_at..]);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    if let Some(receiver) = rest.strip_suffix('.') {
        let receiver = receiver.trim_end();
        let word = receiver.strip_suffix("()").unwrap_or(receiver);
        let from = word.rfind(|c| !is_word(c)).map_or(0, |at| at + 1);
        return Some(Call::On(&word[from..], name));
    }
    Some(if rest.ends_with("::") { Call::Of(name) } else { Call::Free(name) })
}

/// The functions that can be called, by name.
pub struct Pool<'a>(BTreeMap<&'a str, Vec<&'a Function>>);

impl<'a> Pool<'a> {
    pub fn new(all: impl IntoIterator<Item = &'a Function>) -> Self {
        let mut names: BTreeMap<&str, Vec<&Function>> = BTreeMap::new();
        for function in all {
            names.entry(&function.name).or_default().push(function);
        }
        Self(names)
    }

    /// Everything that the roots may call, themselves included.
    pub fn reach(&self, roots: impl IntoIterator<Item = &'a Function>) -> Vec<&'a Function> {
        let mut todo: Vec<&Function> = roots.into_iter().collect();
        let mut seen = BTreeSet::new();
        let mut reached = Vec::new();
        while let Some(function) = todo.pop() {
            if seen.insert(std::ptr::from_ref(function)) {
                todo.extend(
                    calls(&function.body).iter().flat_map(|call| self.called(function, call)),
                );
                reached.push(function);
            }
        }
        reached
    }

    fn called(&self, by: &Function, call: &Call<'_>) -> Vec<&'a Function> {
        let (Call::Free(name) | Call::Of(name) | Call::On(_, name)) = call;
        let named = self.0.get(name).into_iter().flatten().copied();
        let in_engine = |function: &Function| function.of.as_deref() == Some("Engine");
        // These have many methods with plain names, and are called by their own names only.
        let is_hub =
            |function: &Function| matches!(function.of.as_deref(), Some("Engine" | "DynamoStore"));
        match call {
            Call::On("self", _) => {
                named.filter(|other| other.is_method && other.folder == by.folder).collect()
            }
            Call::On("engine", _) => named.filter(|other| in_engine(other)).collect(),
            Call::On(_, _) => named
                .filter(|other| other.is_method && other.folder == by.folder && !is_hub(other))
                .collect(),
            Call::Of(_) => {
                named.filter(|other| other.folder == by.folder && !is_hub(other)).collect()
            }
            Call::Free(_) => {
                let free: Vec<_> = named.filter(|other| !other.is_method).collect();
                let here: Vec<_> =
                    free.iter().copied().filter(|other| other.path == by.path).collect();
                if here.is_empty() { free } else { here }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_apart() {
        let body = "{ self.ports().store().read(x); f::<T>(g(1)); Type::new(); engine .tick(2); }";
        let expected = [
            Call::On("self", "ports"),
            Call::On("ports", "store"),
            Call::On("store", "read"),
            Call::Free("f"),
            Call::Free("g"),
            Call::Of("new"),
            Call::On("engine", "tick"),
        ];
        assert_eq!(calls(body), expected);
    }

    #[test]
    fn functions_know_whose_they_are() {
        let text = "\nimpl<P: Ports> Store for Db<P> where P: X {\n fn a(&self) { \"}\"; b() }\n}\n\
                    fn b() { '{'; }\n";
        let file = File { path: "x.rs".to_owned(), text: text.to_owned() };
        let found = in_file("crate", &file);
        let told: Vec<_> = found
            .iter()
            .map(|f| (f.name.as_str(), f.of.as_deref(), f.of_trait.as_deref(), f.is_method))
            .collect();
        assert_eq!(told, [("a", Some("Db"), Some("Store"), true), ("b", None, None, false)]);
    }
}
