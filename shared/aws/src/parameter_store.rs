//! The two requests to the parameter store that NightOwl makes, signed here.
//!
//! Its SDK has 146 operations: it was the crate that took longest to compile and a thirtieth of
//! every function. The signature is made by the code that signs for the other SDKs.

use std::fmt;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use http::Request;
use http_body_util::BodyExt as _;
use nightowl_store::Access;
use serde_json::{Value, json};

/// Speaks to the parameter store. Nothing is repeated here: whoever asks knows what it meant.
#[derive(Clone)]
pub struct ParameterStore {
    http: SharedHttpConnector,
    access: Access,
}

impl fmt::Debug for ParameterStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ParameterStore")
    }
}

/// Why there is no answer. In words of ours: the service's could quote what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    Unmade,
    Late,
    Unreached,
    Unreadable,
    /// The service's name for what was wrong.
    Refused(Option<String>),
}

impl Failed {
    pub(crate) fn is(&self, code: &str) -> bool {
        matches!(self, Self::Refused(Some(named)) if named == code)
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unmade => "the request could not be made",
            Self::Late => "no answer in time",
            Self::Unreached => "the connection failed",
            Self::Unreadable => "the answer could not be read",
            Self::Refused(code) => code.as_deref().unwrap_or("an unnamed error"),
        })
    }
}

impl ParameterStore {
    /// `access`: as the database is reached, but for the service.
    pub const fn new(http: SharedHttpConnector, access: Access) -> Self {
        Self { http, access }
    }

    /// The value in the clear, if the answer has one.
    pub(crate) async fn get_parameter(&self, name: &str) -> Result<Option<String>, Failed> {
        let asked = json!({ "Name": name, "WithDecryption": true });
        let mut answer = self.ask("AmazonSSM.GetParameter", &asked).await?;
        Ok(match answer["Parameter"]["Value"].take() {
            Value::String(value) => Some(value),
            _ => None,
        })
    }

    /// A SecureString that is not there yet; one that is there is never replaced.
    pub(crate) async fn put_parameter(
        &self,
        name: &str,
        value: &str,
        description: &str,
    ) -> Result<(), Failed> {
        let asked = json!({
            "Name": name,
            "Value": value,
            "Type": "SecureString",
            "Overwrite": false,
            "Description": description,
        });
        self.ask("AmazonSSM.PutParameter", &asked).await.map(drop)
    }

    async fn ask(&self, operation: &'static str, asked: &Value) -> Result<Value, Failed> {
        let request = self.request(operation, asked).ok_or(Failed::Unmade)?;
        let answered = async {
            let answer = self.http.call(request).await.map_err(|_| Failed::Unreached)?;
            read(answer).await
        };
        let answered = tokio::time::timeout(self.access.attempt_timeout, answered).await;
        answered.unwrap_or(Err(Failed::Late))
    }

    fn request(&self, operation: &'static str, asked: &Value) -> Option<HttpRequest> {
        let access = &self.access;
        let address = match &access.endpoint {
            Some(endpoint) => format!("{}/", endpoint.trim_end_matches('/')),
            None => address(&access.region),
        };
        let body = asked.to_string();
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", operation)];
        let token = access.session_token.as_ref().map(|token| token.expose().to_owned());
        let (key, secret) = (access.access_key.expose(), access.secret_key.expose());
        let identity = Credentials::new(key, secret, token, None, "nightowl").into();
        let how = v4::SigningParams::builder()
            .identity(&identity)
            .region(&access.region)
            .name("ssm")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .ok()?;
        let bytes = SignableBody::Bytes(body.as_bytes());
        let signable = SignableRequest::new("POST", &address, headers.into_iter(), bytes).ok()?;
        let (signature, _) = sign(signable, &how.into()).ok()?.into_parts();
        let mut request = Request::post(&address);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let mut request = request.body(SdkBody::from(body)).ok()?;
        signature.apply_to_request_http1x(&mut request);
        request.try_into().ok()
    }
}

async fn read(answer: HttpResponse) -> Result<Value, Failed> {
    let is_success = answer.status().is_success();
    let named = answer.headers().get("x-amzn-errortype").map(str::to_owned);
    let body = answer.into_body().collect().await.map_err(|_| Failed::Unreadable)?.to_bytes();
    let body: Result<Value, _> = serde_json::from_slice(&body);
    if is_success {
        return body.map_err(|_| Failed::Unreadable);
    }
    // A proxy's error need not be JSON.
    let named = named.or_else(|| body.ok()?["__type"].as_str().map(str::to_owned));
    Err(Failed::Refused(named.as_deref().map(code)))
}

/// A name may have its namespace before it and an address behind it:
/// `com.amazon.coral.service#ParameterNotFound:http://…`.
fn code(named: &str) -> String {
    let before = named.split(':').next().unwrap_or_default();
    before.rsplit('#').next().unwrap_or_default().trim().to_owned()
}

/// Where the service is. The SDKs know the same of each partition of AWS.
fn address(region: &str) -> String {
    let domain = match region {
        _ if region.starts_with("cn-") => "amazonaws.com.cn",
        _ if region.starts_with("eusc-") => "amazonaws.eu",
        _ if region.starts_with("us-iso-") => "c2s.ic.gov",
        _ if region.starts_with("us-isob-") => "sc2s.sgov.gov",
        _ if region.starts_with("eu-isoe-") => "cloud.adc-e.uk",
        _ if region.starts_with("us-isof-") => "csp.hci.ic.gov",
        _ => "amazonaws.com",
    };
    format!("https://ssm.{region}.{domain}/")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_runtime_api::http::StatusCode;
    use nightowl_messaging::Secret;

    use super::*;

    /// Answers each request the same and keeps what was sent.
    #[derive(Clone, Debug, Default)]
    struct Answers {
        with: Option<(u16, &'static str, &'static str)>,
        never: bool,
        sent: Arc<Mutex<Vec<HttpRequest>>>,
    }

    impl HttpConnector for Answers {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            self.sent.lock().unwrap().push(request);
            if self.never {
                return HttpConnectorFuture::new(std::future::pending());
            }
            HttpConnectorFuture::ready(match self.with {
                None => Err(ConnectorError::io("cut".into())),
                Some((status, kind, body)) => {
                    let status = StatusCode::try_from(status).unwrap();
                    let mut answer = HttpResponse::new(status, SdkBody::from(body));
                    if !kind.is_empty() {
                        answer.headers_mut().insert("x-amzn-errortype", kind);
                    }
                    Ok(answer)
                }
            })
        }
    }

    fn access() -> Access {
        Access {
            endpoint: None,
            region: "eu-central-1".to_owned(),
            access_key: Secret::new("AKIDTEST"),
            secret_key: Secret::new("not a secret"),
            session_token: Some(Secret::new("a token")),
            attempt_timeout: Access::ATTEMPT,
        }
    }

    fn store(answers: &Answers) -> ParameterStore {
        ParameterStore::new(SharedHttpConnector::new(answers.clone()), access())
    }

    fn answering(status: u16, kind: &'static str, body: &'static str) -> Answers {
        Answers { with: Some((status, kind, body)), ..Answers::default() }
    }

    #[tokio::test]
    async fn a_request_says_what_is_wanted_and_is_signed() {
        let answers = answering(200, "", r#"{"Parameter":{"Name":"/a/b","Value":"it"}}"#);
        let got = store(&answers).get_parameter("/a/b").await;
        assert_eq!(got, Ok(Some("it".to_owned())));
        let sent = answers.sent.lock().unwrap();
        let [request] = sent.as_slice() else { panic!("one request") };
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri(), "https://ssm.eu-central-1.amazonaws.com/");
        let header = |name| request.headers().get(name).unwrap_or_default();
        assert_eq!(header("x-amz-target"), "AmazonSSM.GetParameter");
        assert_eq!(header("content-type"), "application/x-amz-json-1.1");
        assert_eq!(header("x-amz-security-token"), "a token");
        let signature = header("authorization");
        assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=AKIDTEST/"), "{signature}");
        assert!(signature.contains("/eu-central-1/ssm/aws4_request"), "{signature}");
        let signed = "content-type;host;x-amz-date;x-amz-security-token;x-amz-target";
        assert!(signature.contains(&format!("SignedHeaders={signed},")), "{signature}");
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        assert_eq!(body, json!({ "Name": "/a/b", "WithDecryption": true }));
    }

    #[tokio::test]
    async fn a_parameter_is_made_secure_and_never_replaced() {
        let answers = answering(200, "", r#"{"Version":1}"#);
        assert_eq!(store(&answers).put_parameter("/a/b", "it", "why").await, Ok(()));
        let sent = answers.sent.lock().unwrap();
        let body: Value = serde_json::from_slice(sent[0].body().bytes().unwrap()).unwrap();
        let expected = json!({
            "Name": "/a/b", "Value": "it", "Type": "SecureString", "Overwrite": false,
            "Description": "why",
        });
        assert_eq!(body, expected);
    }

    #[tokio::test]
    async fn a_refusal_is_known_by_its_code_wherever_that_stands() {
        let long = "com.amazonaws.ssm#ParameterNotFound:http://internal.amazon.com/coral/";
        for answers in [
            answering(400, "ParameterNotFound", "{}"),
            answering(400, long, ""),
            answering(400, "", r#"{"__type":"ParameterNotFound"}"#),
            answering(400, "", r#"{"__type":"com.amazonaws.ssm#ParameterNotFound"}"#),
        ] {
            let failed = store(&answers).get_parameter("/a/b").await.unwrap_err();
            assert!(failed.is("ParameterNotFound"), "{failed}");
        }
        let failed = store(&answering(502, "", "<html>")).get_parameter("/a/b").await;
        assert_eq!(failed, Err(Failed::Refused(None)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_goes_wrong_is_told_apart() {
        let got = async |answers: Answers| store(&answers).get_parameter("/a/b").await;
        assert_eq!(got(Answers::default()).await, Err(Failed::Unreached));
        assert_eq!(got(answering(200, "", "{")).await, Err(Failed::Unreadable));
        assert_eq!(got(answering(200, "", "{}")).await, Ok(None));
        let silent = Answers { never: true, ..Answers::default() };
        assert_eq!(got(silent).await, Err(Failed::Late));
    }

    #[test]
    fn the_service_is_where_the_partition_has_it() {
        assert_eq!(address("us-gov-west-1"), "https://ssm.us-gov-west-1.amazonaws.com/");
        assert_eq!(address("cn-north-1"), "https://ssm.cn-north-1.amazonaws.com.cn/");
        assert_eq!(address("us-iso-east-1"), "https://ssm.us-iso-east-1.c2s.ic.gov/");
        assert_eq!(address("us-isob-east-1"), "https://ssm.us-isob-east-1.sc2s.sgov.gov/");
    }
}
