//! The Lambda function `admin`.

mod cloud;

use std::sync::Arc;

use nightowl_aws::{Error, Start, http, warm};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = Start::new()?;
    let admin = Arc::new(cloud::Admin::new(&start)?);
    warm::up(&start, admin.warm_up()).await;
    let ready = {
        let admin = Arc::clone(&admin);
        move || cloud::router(Arc::clone(&admin))
    };
    http::serve_and_obey(ready, move |order| cloud::obey(Arc::clone(&admin), order)).await
}
