//! Least privilege: each function may do what its sources do, and nothing more.

use std::collections::BTreeSet;

use nightowl_test_template::rights::{ADAPTERS, given, needed, statements};
use nightowl_test_template::source;
use nightowl_test_template::template::{FUNCTIONS, Template, list, read};
use serde_json::json;

#[test]
fn every_function_may_do_what_it_does_and_no_more() {
    let template = Template::main();
    let mut wrong = Vec::new();
    for function in FUNCTIONS {
        let (given, needed) = (given(function, &template), needed(function, &template));
        for (action, on) in needed.difference(&given) {
            wrong.push(format!("{function} calls {action} on {on} and may not"));
        }
        for (action, on) in given.difference(&needed) {
            wrong.push(format!("{function} may {action} on {on} and never does"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The table of adapters would not see a new one, or a new operation of an old one.
#[test]
fn the_adapters_call_what_is_known_of_them() {
    let known: BTreeSet<(String, String)> = ADAPTERS
        .iter()
        .flat_map(|(file, calls)| {
            calls.iter().map(move |call| ((*file).to_owned(), (*call).to_owned()))
        })
        .collect();
    let operations = [
        "send_message",
        "send_message_batch",
        "receive_message",
        "delete_message",
        "delete_message_batch",
        "change_message_visibility",
        "change_message_visibility_batch",
        "get_queue_attributes",
        "get_queue_url",
        "set_queue_attributes",
        "purge_queue",
        "start_message_move_task",
        "create_schedule",
        "get_schedule",
        "update_schedule",
        "delete_schedule",
        "list_schedules",
        "get_parameter",
        "get_parameters",
        "get_parameters_by_path",
        "put_parameter",
        "delete_parameter",
    ];
    let mut found = BTreeSet::new();
    for file in source::files("shared/aws") {
        let text = source::squeezed(&file.text);
        for operation in operations {
            if text.contains(&format!(".{operation}(")) {
                let short = file.path.split("src/").last().unwrap().to_owned();
                found.insert((short, operation.to_owned()));
            }
        }
    }
    assert_eq!(found, known);
}

/// The five requests, and a transaction of puts, deletes and updates, are all that the store sends.
#[test]
fn the_store_makes_the_requests_that_are_known_of_it() {
    let mut found = BTreeSet::new();
    for file in source::files("shared/store") {
        if file.path.ends_with("embedded.rs") || file.path.ends_with("tables.rs") {
            continue;
        }
        let text = source::squeezed(&file.text);
        for rest in text.split("client.").skip(1) {
            if let Some((name, _)) = rest.split_once("()") {
                found.insert(name.to_owned());
            }
        }
    }
    let known =
        ["delete_item", "get_item", "put_item", "query", "transact_write_items", "update_item"];
    assert_eq!(found, known.map(str::to_owned).into());
}

#[test]
fn conditions_hold_the_rights_that_have_a_finer_one() {
    let template = Template::main();
    let conditions = |function: &str, action: &str| -> Vec<_> {
        let of = statements(function, &template).into_iter();
        of.filter(|one| list(&one["Action"]).iter().any(|name| *name == action))
            .map(|one| one["Condition"].clone())
            .collect()
    };
    let keys = json!({"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["K#*"]}});
    assert_eq!(conditions("Inbound", "dynamodb:GetItem"), [keys]);
    let own = json!({"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["W", "K#warm-up"]}});
    assert_eq!(conditions("Escalation", "dynamodb:PutItem"), [own]);
    let kept = json!({"StringNotEquals": {"ssm:Overwrite": "true"}});
    assert_eq!(conditions("Admin", "ssm:PutParameter"), [kept]);
    for function in ["Worker", "Notifier", "Slack", "Mattermost", "Admin"] {
        let scheduler = json!({"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}});
        assert_eq!(conditions(function, "iam:PassRole"), [scheduler], "{function}");
    }
}

#[test]
fn keys_and_configuration_are_written_by_admin_alone() {
    let template = Template::main();
    let denied = json!({
        "Effect": "Deny",
        "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
        "Resource": {"Fn::GetAtt": ["Tables", "Outputs.MainArn"]},
        "Condition": {
            "ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["K#*", "C#*", "C", "D"]},
        },
    });
    for function in FUNCTIONS {
        let all = statements(function, &template).into_iter();
        let found: Vec<_> = all.filter(|one| one["Effect"] == "Deny").collect();
        match function {
            "Worker" | "Notifier" | "Slack" | "Mattermost" => {
                assert_eq!(found, [&denied], "{function}");
            }
            // These write nothing to the table but admin, and what a condition above names.
            _ => assert!(found.is_empty(), "{function}: {found:?}"),
        }
    }
    let keys = read("shared/store/src/keys.rs");
    let rows = [
        "format!(\"K#{hash}\")",
        "format!(\"C#{tenant}\")",
        "TENANTS: &str = \"C\";",
        "LEFTOVERS: &str = \"D\";",
    ];
    for row in rows {
        assert!(keys.contains(row), "the store no longer writes {row}");
    }
}

#[test]
fn what_reaches_everything_says_why() {
    for template in Template::all() {
        let lines: Vec<&str> = template.text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            if line.contains("Resource: \"*\"")
                || line.contains("Resource: '*'")
                || line.contains(":*]")
            {
                assert!(
                    lines[at - 1].trim_start().starts_with('#'),
                    "{}:{}",
                    template.path,
                    at + 1
                );
            }
        }
    }
}
