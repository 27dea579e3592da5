//! The Lambda function `slack`.

mod cloud;

use std::sync::Arc;

use nightowl_aws::{Error, Start, http, warm};
use nightowl_fn_slack::router;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = Start::new()?;
    let slack = Arc::new(cloud::Slack::new(&start)?);
    warm::up(&start, slack.0.warm_up()).await;
    http::serve(router(Arc::clone(&slack)), Arc::clone(&slack.0.sealer)).await
}
