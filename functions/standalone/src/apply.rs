//! `nightowl apply`: checked here, expanded with this environment, put into force over there.

use http::Method;
use serde_json::Value;

use crate::app::read_document;
use crate::cli::Apply;
use crate::client::Api;
use crate::failure::Failure;

pub(crate) async fn run(args: &Apply) -> Result<String, Failure> {
    let (expanded, _) = read_document(&args.file)?;
    let api = Api::open(&args.target, true).await?;
    let body = Some(("application/yaml", expanded.into_bytes()));
    let answer = api.json(Method::PUT, "/api/v1/admin/config", body).await?;
    let mut out = String::new();
    for line in answer["summary"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        out += &format!("{line}\n");
    }
    if answer["changed"] == Value::Bool(false) {
        out = "Nothing changed.\n".to_owned();
    }
    Ok(out)
}
