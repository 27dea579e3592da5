//! The Lambda function `mattermost`.

mod cloud;

use std::sync::Arc;

use nightowl_aws::{Error, Start, http, warm};
use nightowl_fn_mattermost::router;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = Start::new()?;
    let mattermost = Arc::new(cloud::Mattermost::new(&start)?);
    warm::up(&start, mattermost.0.warm_up()).await;
    http::serve(router(Arc::clone(&mattermost)), Arc::clone(&mattermost.0.sealer)).await
}
