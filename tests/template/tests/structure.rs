//! What every part of the template has to have.

use nightowl_test_template::template::{FUNCTIONS, Template, folder, list, named, read, root};
use serde_json::{Value, json};

const DAY: u64 = 24 * 60 * 60;

#[test]
fn every_queue_has_a_dead_letter_queue_and_both_keep_their_messages() {
    let template = Template::main();
    let queues = template.of_type("AWS::SQS::Queue");
    let sources: Vec<_> = queues.iter().filter(|(name, _)| !name.ends_with("Dead")).collect();
    assert_eq!(sources.len() * 2, queues.len(), "{:?}", queues.keys());
    for (name, queue) in sources {
        let dead = named(&queue["RedrivePolicy"]["deadLetterTargetArn"]);
        assert_eq!(dead, Some(format!("{name}Dead").as_str()), "{name}");
        assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], 5, "{name}");
        assert_eq!(queue["MessageRetentionPeriod"], 4 * DAY, "{name}");
        assert_eq!(queue["ReceiveMessageWaitTimeSeconds"], 20, "{name}");
        assert_eq!(queues[dead.unwrap()]["MessageRetentionPeriod"], 14 * DAY, "{name}");
    }
    for (name, queue) in &queues {
        assert_eq!(queue["SqsManagedSseEnabled"], true, "{name}");
        assert!(queue["FifoQueue"].is_null(), "{name} is a standard queue");
    }
}

#[test]
fn no_queue_takes_a_request_that_is_not_encrypted() {
    let template = Template::main();
    let policies = template.of_type("AWS::SQS::QueuePolicy");
    let mut covered: Vec<_> =
        policies.values().flat_map(|policy| list(&policy["Queues"])).filter_map(named).collect();
    covered.sort_unstable();
    let queues: Vec<_> = template.of_type("AWS::SQS::Queue").into_keys().collect();
    assert_eq!(covered, queues);
    for policy in policies.values() {
        let statement = &policy["PolicyDocument"]["Statement"][0];
        assert_eq!(statement["Effect"], "Deny");
        assert_eq!(statement["Condition"], json!({"Bool": {"aws:SecureTransport": "false"}}));
    }
}

#[test]
fn every_function_is_built_from_its_folder_into_its_own_log() {
    let template = Template::main();
    let functions = template.of_type("AWS::Serverless::Function");
    assert_eq!(functions.len(), FUNCTIONS.len());
    for name in FUNCTIONS {
        let function = functions[name];
        assert_eq!(function["CodeUri"], folder(name));
        assert!(root().join(folder(name)).join("src/main.rs").is_file(), "{name} has no main.rs");
        let metadata = &template.value["Resources"][name]["Metadata"];
        assert_eq!(metadata["BuildMethod"], "rust-cargolambda");
        assert_eq!(metadata["BuildProperties"]["Binary"], name.to_lowercase());
        let log = named(&function["LoggingConfig"]["LogGroup"]).unwrap();
        assert_eq!(log, format!("{name}Log"));
        assert_eq!(named(&template.properties(log)["RetentionInDays"]), Some("LogRetentionDays"));
        assert_eq!(named(&function["Role"]), Some(format!("{name}Role").as_str()));
    }
}

#[test]
fn nothing_is_reserved_and_nothing_limits_a_queue() {
    for template in Template::all() {
        for word in ["ReservedConcurrentExecutions", "ScalingConfig", "MaximumConcurrency"] {
            assert!(!template.text.contains(word), "{} has {word}", template.path);
        }
    }
}

#[test]
fn a_queue_hides_a_message_for_longer_than_its_consumer_may_run() {
    let template = Template::main();
    let mut consumed = Vec::new();
    for (name, function) in template.of_type("AWS::Serverless::Function") {
        for (_, event) in function["Events"].as_object().into_iter().flatten() {
            let source = &event["Properties"];
            let queue = named(&source["Queue"]).unwrap();
            let hidden = template.properties(queue)["VisibilityTimeout"].as_u64().unwrap();
            let timeout = function["Timeout"].as_u64().unwrap();
            let factor = if queue == "Events" { 6 } else { 1 };
            assert!(hidden >= factor * timeout, "{queue} and {name}");
            assert_eq!(source["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
            consumed.push((queue.to_owned(), source["BatchSize"].as_u64().unwrap()));
        }
    }
    consumed.sort_unstable();
    let expected = [("Cards", 10), ("Events", 10), ("Urgent", 1)];
    assert_eq!(consumed, expected.map(|(queue, size)| (queue.to_owned(), size)));
}

#[test]
fn the_sweep_is_called_each_minute_in_the_words_that_the_function_reads() {
    let template = Template::main();
    let sweep = template.properties("Sweep");
    assert_eq!(sweep["ScheduleExpression"], "rate(1 minute)");
    assert_eq!(named(&sweep["Target"]["Arn"]), Some("Escalation"));
    assert_eq!(named(&sweep["Target"]["RoleArn"]), Some("SchedulerRole"));
    let input: Value = serde_json::from_str(sweep["Target"]["Input"].as_str().unwrap()).unwrap();
    assert_eq!(input, json!({"v": 1, "kind": "sweep"}));
}

#[test]
fn the_scheduler_may_call_escalation_and_do_nothing_else() {
    let template = Template::main();
    let policies = list(&template.properties("SchedulerRole")["Policies"]);
    let statements: Vec<_> =
        policies.iter().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"])).collect();
    let only = json!({
        "Effect": "Allow", "Action": "lambda:InvokeFunction",
        "Resource": {"Fn::GetAtt": ["Escalation", "Arn"]},
    });
    assert_eq!(statements, [&only]);
}

#[test]
fn the_scheduler_takes_its_role_for_this_stacks_group_alone() {
    let template = Template::main();
    let trust = &template.properties("SchedulerRole")["AssumeRolePolicyDocument"]["Statement"][0];
    assert_eq!(trust["Principal"]["Service"], "scheduler.amazonaws.com");
    let condition = &trust["Condition"];
    assert_eq!(condition["StringEquals"]["aws:SourceAccount"], json!({"Ref": "AWS::AccountId"}));
    let group = condition["ArnLike"]["aws:SourceArn"]["Fn::Sub"].as_str().unwrap();
    assert!(group.ends_with(":schedule-group/${Schedules}"), "{group}");
    for (name, schedule) in template.of_type("AWS::Scheduler::Schedule") {
        assert_eq!(named(&schedule["GroupName"]), Some("Schedules"), "{name}");
    }
}

/// Lambda would stop a message that goes through queue and function for the sixteenth time.
#[test]
fn whoever_sends_to_a_queue_that_it_consumes_may_do_so_often() {
    for (name, function) in Template::main().of_type("AWS::Serverless::Function") {
        let allowed = function["RecursiveLoop"] == "Allow";
        assert_eq!(allowed, !function["Events"].is_null(), "{name}");
    }
}

#[test]
fn calls_of_the_scheduler_do_not_pile_up() {
    let template = Template::main();
    let waiting = &template.properties("Escalation")["EventInvokeConfig"];
    assert_eq!(waiting, &json!({"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 180}));
}

/// The guide asks for such a parameter again and again if it is left empty, and never saves it.
#[test]
fn no_parameter_is_hidden_and_the_readme_names_each() {
    let readme = read("README.md");
    for template in Template::all() {
        for (name, parameter) in template.value["Parameters"].as_object().unwrap() {
            assert!(parameter["NoEcho"].is_null(), "{}: {name}", template.path);
            let asked = template.path == "template.yaml";
            assert!(!asked || readme.contains(&format!("`{name}`")), "README.md has no {name}");
        }
    }
}
