//! Which rights on AWS a function needs, told from the sources; and which the template gives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;

use crate::calls::{Call, Function, Pool, calls, functions};
use crate::source::{files, squeezed};
use crate::template::{Template, folder, list, named};

/// An action on a resource: `("dynamodb:GetItem", "Main")`.
pub type Rights = BTreeSet<(String, String)>;

fn right(action: &str, on: &str) -> (String, String) {
    (action.to_owned(), on.to_owned())
}

/// The requests of `shared/store/src/db.rs` and what they need. A transaction needs the rights of
/// its parts.
const REQUESTS: [(&str, &str); 6] = [
    ("get", "dynamodb:GetItem"),
    ("put", "dynamodb:PutItem"),
    ("update", "dynamodb:UpdateItem"),
    ("delete", "dynamodb:DeleteItem"),
    ("query", "dynamodb:Query"),
    ("check", "dynamodb:ConditionCheckItem"),
];

/// The adapters of `shared/aws` and the operations that each calls, as their sources must show.
pub const ADAPTERS: [(&str, &[&str]); 6] = [
    ("queues.rs", &["send_message"]),
    ("queues/intake.rs", &["send_message_batch"]),
    ("warm.rs", &["send_message_batch"]),
    ("schedules.rs", &["create_schedule"]),
    ("parameters.rs", &["get_parameter", "put_parameter"]),
    (
        "dead_letters.rs",
        &["change_message_visibility", "delete_message", "get_queue_attributes", "receive_message"],
    ),
];

/// What Lambda does in a function's name for each queue that it consumes.
const POLLER: [&str; 3] = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
const DEAD: [&str; 4] = [
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ChangeMessageVisibility",
];
const QUEUES: [&str; 3] = ["Events", "Urgent", "Cards"];

static DATABASE: LazyLock<Database> = LazyLock::new(Database::read);
static ENGINE: LazyLock<Vec<Function>> = LazyLock::new(|| functions("shared/engine"));
static AWS: LazyLock<Vec<Function>> = LazyLock::new(|| functions("shared/aws"));

/// What each method of the store does to which table or index.
struct Database {
    /// By `(receiver, method)`: the store is called `store`, the inbox's messages `log`.
    methods: BTreeMap<(&'static str, String), Rights>,
}

impl Database {
    fn read() -> Self {
        let all: Vec<Function> = functions("shared/store")
            .into_iter()
            .filter(|function| {
                // The laptop's own, and what the template does instead.
                let laptop = ["embedded.rs", "intake.rs", "tables.rs", "meter.rs"];
                !laptop.iter().any(|file| function.path.ends_with(file))
            })
            .collect();
        let pool = Pool::new(&all);
        let mut methods = BTreeMap::new();
        for function in all.iter().filter(|function| function.of.as_deref() == Some("DynamoStore"))
        {
            let receiver =
                if function.of_trait.as_deref() == Some("MessageLog") { "log" } else { "store" };
            let rights =
                pool.reach([function]).iter().flat_map(|reached| requests(&reached.body)).collect();
            methods.insert((receiver, function.name.clone()), rights);
        }
        Self { methods }
    }

    fn of(&self, body: &str) -> Rights {
        let calls = calls(body);
        let called = calls.iter().filter_map(|call| match call {
            Call::On(receiver @ ("store" | "log"), name) => {
                self.methods.get(&(*receiver, (*name).to_owned()))
            }
            Call::On(_, _) | Call::Of(_) | Call::Free(_) => None,
        });
        called.flatten().cloned().collect()
    }
}

/// The requests that one body of the store makes itself.
fn requests(body: &str) -> Rights {
    let body = squeezed(body);
    let mut rights = Rights::new();
    for table in ["Main", "Messages"] {
        for (name, action) in REQUESTS {
            for way in [format!(".{name}("), format!("{name}_part("), format!("{name}_over(")] {
                // A variable that holds the table is called like it.
                let (plain, held) = (format!("{way}Table::{table}"), table.to_lowercase());
                if body.contains(&plain) || body.contains(&format!("{way}{held},")) {
                    rights.insert(right(action, table));
                }
            }
        }
        if body.contains(&format!("Query::rows(Table::{table}")) {
            rights.insert(right("dynamodb:Query", table));
        }
    }
    for (constant, index) in [("DUE", "due"), ("LIST", "list")] {
        if body.contains(&format!("Query::index({constant},")) {
            rights.insert(right("dynamodb:Query", &format!("Main/index/{index}")));
        }
    }
    rights
}

/// What a function does, by its sources and by those that it is made of.
pub fn needed(function: &str, template: &Template) -> Rights {
    let own = functions(&folder(function));
    let wiring = wiring(function);
    let consume = AWS.iter().filter(|one| one.path.ends_with("/consume.rs"));
    let pool = Pool::new(own.iter().chain(ENGINE.iter()).chain(consume));
    let reached = pool.reach(&own);
    let mut bodies: Vec<String> = reached.iter().map(|one| one.body.clone()).collect();
    bodies.extend(parts(&wiring, &bodies));
    let mut rights: Rights = bodies.iter().flat_map(|body| DATABASE.of(body)).collect();
    rights.extend(other_services(&wiring));
    for (_, event) in template.properties(function)["Events"].as_object().into_iter().flatten() {
        let queue = named(&event["Properties"]["Queue"]).unwrap_or_default();
        rights.extend(POLLER.map(|action| right(action, queue)));
    }
    let log = format!("{function}Log");
    rights.extend(["logs:CreateLogStream", "logs:PutLogEvents"].map(|action| right(action, &log)));
    rights
}

/// How a function is put together: its `main.rs` and `cloud.rs`, and what functions that speak to
/// chat share.
pub fn wiring(function: &str) -> String {
    let own = files(&folder(function));
    let texts = own
        .iter()
        .filter(|file| file.path.ends_with("/main.rs") || file.path.ends_with("/cloud.rs"));
    let mut text: String = texts.map(|file| squeezed(&file.text)).collect();
    if text.contains("Chatting::new(") {
        let shared = files("shared/aws");
        let shared = shared.iter().filter(|file| file.path.ends_with("/chatting.rs"));
        text.extend(shared.map(|file| squeezed(&file.text)));
    }
    text
}

/// Bodies of what is plugged into the engine: taken in where the wiring names it and something
/// uses it.
fn parts(wiring: &str, bodies: &[String]) -> Vec<String> {
    let used = |call: &str| bodies.iter().any(|body| squeezed(body).contains(call));
    let plugged = [
        ("start.live(", used(".config()"), "shared/config", "src/live"),
        ("KeyRows::new(", true, "shared/config", "src/key_rows.rs"),
        ("start.connections(", used(".providers()"), "shared/inbox", "src/"),
        ("AdminKeys::new(", true, "shared/aws", "src/admin_key.rs"),
        ("warm::database(", true, "shared/aws", "src/warm.rs"),
    ];
    let mut found = Vec::new();
    for (marker, is_used, folder, path) in plugged {
        if wiring.contains(marker) && is_used {
            let parts = functions(folder).into_iter().filter(|one| one.path.contains(path));
            found.extend(parts.map(|one| one.body));
        }
    }
    if bodies.iter().any(|body| squeezed(body).contains("config_store()")) {
        let apply = functions("shared/config").into_iter();
        let apply =
            apply.filter(|one| one.path.contains("src/apply") || one.path.contains("src/stored"));
        found.extend(apply.map(|one| one.body));
    }
    found
}

/// Queues, schedules and parameters: the wiring names each.
fn other_services(wiring: &str) -> Rights {
    let mut rights = Rights::new();
    for queue in QUEUES {
        let named =
            |list: &str| list.contains("Queue::ALL") || list.contains(&format!("Queue::{queue}"));
        if arguments(wiring, "start.queues(").any(named) {
            rights.insert(right("sqs:SendMessage", queue));
        }
        if wiring.contains("DeadLetters::new(") {
            rights.extend(DEAD.map(|action| right(action, &format!("{queue}Dead"))));
        }
    }
    if wiring.contains("start.timers(") {
        rights.insert(right("scheduler:CreateSchedule", "Schedules/*"));
        rights.insert(right("iam:PassRole", "SchedulerRole"));
    }
    for (purpose, parameter) in [("Webhook", "sealing/webhook"), ("Chat", "sealing/chat")] {
        let makes = wiring.contains("making_sealer(");
        let reads = |list: &str| list.contains(&format!("Purpose::{purpose}"));
        if makes || arguments(wiring, "start.sealer(").any(reads) {
            rights.insert(right("ssm:GetParameter", parameter));
        }
        if makes {
            rights.insert(right("ssm:PutParameter", parameter));
        }
    }
    rights
}

/// What stands between the parentheses of each such call.
fn arguments<'a>(text: &'a str, call: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(call).skip(1).filter_map(|rest| rest.split(')').next())
}

/// What the template gives to a function: its role's own statements and the shared policies. What
/// they deny is no right.
pub fn given(function: &str, template: &Template) -> Rights {
    statements(function, template)
        .into_iter()
        .filter(|statement| statement["Effect"] != "Deny")
        .flat_map(|statement| {
            assert_eq!(statement["Effect"], "Allow", "{function}");
            let resources: Vec<String> =
                list(&statement["Resource"]).into_iter().map(place).collect();
            let actions: Vec<&Value> = list(&statement["Action"]);
            let pairs = actions.into_iter().flat_map(|action| {
                resources
                    .iter()
                    .map(|on| right(action.as_str().unwrap_or_default(), on))
                    .collect::<Vec<_>>()
            });
            pairs.collect::<Vec<_>>()
        })
        .collect()
}

/// All statements that hold for a function.
pub fn statements<'a>(function: &str, template: &'a Template) -> Vec<&'a Value> {
    let role = template.properties(&format!("{function}Role"));
    let shared = list(&role["ManagedPolicyArns"]).into_iter().map(|policy| {
        let policy = policy["Ref"].as_str().unwrap_or_default();
        &template.properties(policy)["PolicyDocument"]
    });
    let own = list(&role["Policies"]).into_iter().map(|policy| &policy["PolicyDocument"]);
    own.chain(shared).flat_map(|document| list(&document["Statement"])).collect()
}

/// A resource of a statement in short: `Main/index/due`, `Events`, `sealing/chat`.
fn place(resource: &Value) -> String {
    if let [Some("Tables"), Some(output)] = [0, 1].map(|at| resource["Fn::GetAtt"][at].as_str()) {
        return table(output);
    }
    if let Some(name) = named(resource) {
        return name.to_owned();
    }
    let text = resource["Fn::Sub"].as_str().unwrap_or_else(|| panic!("{resource}"));
    if let Some((output, rest)) =
        text.strip_prefix("${Tables.").and_then(|rest| rest.split_once('}'))
    {
        return format!("{}{rest}", table(output));
    }
    let last = text.split(":parameter/nightowl/${AWS::StackName}/").nth(1);
    let last = last.or_else(|| text.split(":schedule/${").nth(1));
    last.unwrap_or_else(|| panic!("{text}")).replace('}', "")
}

fn table(output: &str) -> String {
    output.trim_start_matches("Outputs.").trim_end_matches("Arn").to_owned()
}
