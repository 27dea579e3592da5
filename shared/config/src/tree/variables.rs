//! `${NAME}` in values.

use std::collections::BTreeMap;
use std::fmt;

/// What `${NAME}` stands for, by name. Never shown: most of them are secrets.
#[derive(Clone, Copy)]
pub(crate) struct Variables<'v>(pub(crate) &'v BTreeMap<String, String>);

impl fmt::Debug for Variables<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Why a value cannot be expanded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No variable has this name.
    Missing(String),
    /// `${` without a name and a `}`.
    Malformed,
}

/// Replaces every `${NAME}`; `$${` stands for `${` itself. What a variable holds is taken as it
/// is: neither expanded again nor read as YAML.
pub(crate) fn expand(text: &str, variables: Variables<'_>) -> Result<String, Vec<Fault>> {
    let mut expanded = String::with_capacity(text.len());
    let mut faults = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        expanded.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("$${") {
            expanded.push_str("${");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("${") {
            let Some((name, after)) = after.split_once('}').filter(|(name, _)| is_name(name))
            else {
                faults.push(Fault::Malformed);
                rest = after;
                continue;
            };
            match variables.0.get(name) {
                Some(value) => expanded.push_str(value),
                None => faults.push(Fault::Missing(name.to_owned())),
            }
            rest = after;
        } else {
            expanded.push('$');
            rest = &rest[1..];
        }
    }
    expanded.push_str(rest);
    if faults.is_empty() { Ok(expanded) } else { Err(faults) }
}

/// Writes a text so that [`expand`] gives it back.
pub(crate) fn escape(text: &str) -> String {
    text.replace("${", "$${")
}

fn is_name(name: &str) -> bool {
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let goes_on = |next: char| next.is_ascii_alphanumeric() || next == '_';
    begins && name.len() <= 128 && name.chars().all(goes_on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn expand_with(text: &str) -> Result<String, Vec<Fault>> {
        let set = BTreeMap::from([
            ("A".to_owned(), "1".to_owned()),
            ("NESTED".to_owned(), "${A} $${A}".to_owned()),
        ]);
        expand(text, Variables(&set))
    }

    #[test]
    fn expands_names_once_and_keeps_other_dollars() {
        assert_eq!(expand_with("x${A}${A}y").as_deref(), Ok("x11y"));
        assert_eq!(expand_with("$5 $A $$ {A}").as_deref(), Ok("$5 $A $$ {A}"));
        assert_eq!(expand_with("$${A} $$${A}").as_deref(), Ok("${A} $${A}"));
        assert_eq!(expand_with("${NESTED}").as_deref(), Ok("${A} $${A}"));
        let missing = vec![Fault::Missing("B".into()), Fault::Missing("C".into())];
        assert_eq!(expand_with("${B} ${A} ${C}"), Err(missing));
        assert_eq!(expand_with("${A-x}"), Err(vec![Fault::Malformed]));
        assert_eq!(expand_with("${"), Err(vec![Fault::Malformed]));
    }

    proptest! {
        #[test]
        fn an_escaped_text_expands_to_itself(text in "[${}A$]{0,20}") {
            prop_assert_eq!(expand_with(&escape(&text)), Ok(text));
        }
    }
}
