//! Every name that a template uses is one that it has.

use std::collections::BTreeSet;

use nightowl_test_template::template::Template;
use serde_json::Value;

/// Collects what `Ref`, `Fn::GetAtt`, `Fn::Sub`, `Fn::If`, `Condition` and `DependsOn` name.
fn names(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match name.as_str() {
                    "Ref" => drop(into.insert(value.as_str().unwrap_or_default().to_owned())),
                    "Fn::GetAtt" | "Fn::If" => {
                        into.insert(value[0].as_str().unwrap_or_default().to_owned());
                    }
                    "Fn::Sub" => into.extend(substituted(value)),
                    "DependsOn" => {
                        let listed = value.as_array().into_iter().flatten();
                        into.extend(listed.filter_map(|name| name.as_str().map(str::to_owned)));
                    }
                    _ => {}
                }
                names(value, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What a text takes in beside what it defines itself.
fn substituted(value: &Value) -> Vec<String> {
    let text = value.as_str().or_else(|| value[0].as_str()).unwrap_or_default();
    placeholders(text).into_iter().filter(|name| value[1][name].is_null()).collect()
}

/// `${Name}` and `${Name.Attribute}`: the names.
fn placeholders(text: &str) -> Vec<String> {
    let pieces = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
    pieces.map(|(name, _)| name.split('.').next().unwrap_or(name).to_owned()).collect()
}

fn defined(template: &Template, sections: &[&str]) -> BTreeSet<String> {
    let names = sections.iter().filter_map(|section| template.value[*section].as_object());
    names.flat_map(|fields| fields.keys().cloned()).collect()
}

#[test]
fn every_name_is_defined_and_every_parameter_is_used() {
    for template in Template::all() {
        let mut used = BTreeSet::new();
        for section in ["Globals", "Resources", "Conditions", "Outputs"] {
            names(&template.value[section], &mut used);
        }
        let known = defined(&template, &["Parameters", "Resources", "Conditions"]);
        let unknown: Vec<_> = used
            .iter()
            .filter(|name| !name.starts_with("AWS::") && !known.contains(*name))
            .collect();
        assert!(unknown.is_empty(), "{}: {unknown:?}", template.path);
        let parameters = defined(&template, &["Parameters"]);
        let unused: Vec<_> = parameters.difference(&used).collect();
        assert!(unused.is_empty(), "{}: {unused:?}", template.path);
    }
}

#[test]
fn nested_templates_get_what_they_ask_for_and_answer_what_is_asked() {
    let main = Template::main();
    for (name, nested) in [("Tables", Template::tables()), ("Operations", Template::operations())] {
        let given: BTreeSet<String> = main.properties(name)["Parameters"]
            .as_object()
            .into_iter()
            .flat_map(|fields| fields.keys().cloned())
            .collect();
        assert_eq!(given, defined(&nested, &["Parameters"]), "{name}");
        let outputs = defined(&nested, &["Outputs"]);
        let asked: BTreeSet<String> = main
            .text
            .match_indices(&format!("{name}.Outputs."))
            .map(|(at, found)| {
                let rest = &main.text[at + found.len()..];
                rest.chars().take_while(char::is_ascii_alphanumeric).collect()
            })
            .collect();
        assert_eq!(asked, outputs, "{name}");
    }
}
